"""Every text that goes out as a short message: what it may never say, and that it fits whatever people write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import Fault, RulebookFault
from cases.messages import Wording
from cases.notices import Recipient
from cases.rulebook import SITES, load_rulebook
from cases.rulebook_samples import sample_facts
from cases.short_texts import MOST, cut, short_text
from cases.texts import PART, SINGLE, TextFault, placeholders, sms_length, sms_segments
from tests.cases.test_site_switches import add, site  # noqa: F401 - a fixture
from tests.house import rulebook

BOOK = rulebook()
TEXTS, HOW = BOOK.texts, BOOK.samples.how
KEYS = sorted(filter(BOOK.samples.covers, TEXTS.keys()))
TO_PEOPLE = [key for key in KEYS if key.startswith("notice.")]
OF_TIPOFFS = sorted(
    {key for rule in BOOK.offered if "tipoff" in rule.kinds and rule.to is Recipient.CONSUMER for key in rule.texts}
)
BUILT_IN = sorted(path.name for path in SITES.iterdir() if path.is_dir())
BUSINESS = {"merchant", "merchant_address", "platform", "product", "subject", "amount", "demands", "narrative"}
PERSON = {"name", "phone", "consumer", "address", "postal_address", "person"}
IN_DAYS = re.compile(r"\d+个?(?:工作)?(?:日|天)(?:之)?内")
MARKS = "¥￥★※☆●◆"
LONG = "商家说当时没有货,后来又说要等厂家,我们已经第三次联系,对方仍不同意退款。" * 8


def filled(key: str, **more: str) -> str:
    return TEXTS.render(key, **{**sample_facts(BOOK, key), **more})


@pytest.mark.parametrize("key", KEYS)
def test_a_text_with_its_samples_is_whole_and_takes_two_segments_at_most(key: str) -> None:
    text = filled(key)
    assert not set("{}") & set(text)
    assert sms_segments(text) <= 2, text


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_site_sends_only_what_fits(name: str) -> None:
    assert rulebook(name).samples.covers("notice.rate")  # that it was loaded says it


@pytest.mark.parametrize("key", KEYS)
def test_a_text_is_signed_once_and_holds_no_other_brackets_and_no_signs_that_operators_refuse(key: str) -> None:
    template = TEXTS.template(key)
    assert re.match(r"【[^【】]+】", template)
    assert (template.count("【"), template.count("】")) == (1, 1)
    assert not set(MARKS) & set(filled(key))


@pytest.mark.parametrize("key", KEYS)
def test_a_text_says_a_date_and_never_in_so_many_days(key: str) -> None:
    assert not IN_DAYS.search(filled(key))


@pytest.mark.parametrize("key", TO_PEOPLE)
def test_what_people_are_told_names_no_person(key: str) -> None:
    assert placeholders(TEXTS.template(key)).isdisjoint(PERSON)


@pytest.mark.parametrize("key", OF_TIPOFFS)
def test_what_an_informant_is_told_names_neither_the_business_nor_what_was_told(key: str) -> None:
    assert placeholders(TEXTS.template(key)).isdisjoint(BUSINESS)


def test_a_short_message_about_a_tip_off_leaves_out_what_an_officer_wrote_where_no_law_wants_it_told() -> None:
    free = {key for key in OF_TIPOFFS if placeholders(TEXTS.template(key)) & HOW.free}
    told = (rule for rule in BOOK.offered if "tipoff" in rule.kinds and rule.to is Recipient.CONSUMER)
    sent = {rule.short or rule.text for rule in told}
    assert free & sent == {"notice.tipoff.redirected", "notice.tipoff.told"}


def test_nobody_is_told_of_acceptance_before_it_is_decided() -> None:
    early = ("received", "routed", "signed", "supplement_asked", "negotiated", "negotiation_failed")
    for key in TO_PEOPLE:
        if key.rpartition(".")[2] in early:
            assert not re.search(r"(?<!是否)(?<!不予)受理", filled(key)), key


@pytest.mark.parametrize("key", ["notice.complaint.declined", "notice.complaint.terminated"])
def test_a_refusal_keeps_its_ground_and_the_ways_that_are_left_however_much_an_officer_writes(key: str) -> None:
    for ground in (*BOOK.grounds.decline, *BOOK.grounds.terminate):
        facts = {**sample_facts(BOOK, key), "ground_short": ground.short, "reason": LONG}
        text = short_text(TEXTS, key, facts, how=HOW)
        assert sms_segments(text) <= 2
        assert {facts["no"] in text, ground.short in text, "第三十九条" in text} == {True}
        assert HOW.mark in text


@pytest.mark.parametrize("key", KEYS)
def test_a_text_with_any_amount_of_free_words_fits_and_loses_nothing_else(key: str) -> None:
    facts = sample_facts(BOOK, key)
    names = placeholders(TEXTS.template(key))
    text = short_text(TEXTS, key, {**facts, **dict.fromkeys(names & HOW.free, LONG)}, how=HOW)
    assert sms_segments(text) <= 2, text
    assert [name for name in names - HOW.free if facts[name] not in text] == []


def test_what_fits_is_sent_as_it_is() -> None:
    for key in KEYS:
        assert short_text(TEXTS, key, sample_facts(BOOK, key), how=HOW) == filled(key)


def test_the_longest_fact_loses_first() -> None:
    facts = {**sample_facts(BOOK, "notice.complaint.closed"), "result": "商家退款", "reason": LONG}
    assert "已办结:达成调解。商家退款。" in short_text(TEXTS, "notice.complaint.closed", facts, how=HOW)


@pytest.mark.parametrize(
    ("value", "most", "kept"),
    [
        ("商家退款", 4, "商家退款"),
        ("商家已退款,消费者表示满意", 10, "商家已退款…"),
        ("商家,消费者双方都表示满意", 10, "商家,消费者双方都…"),
        ("退款到尾号13812345678", 12, "退款到尾号…"),
        ("😀😀😀😀", 4, "😀…"),
    ],
)
def test_a_cut_falls_at_a_pause_that_comes_late_enough_and_never_inside_a_number(
    value: str, most: int, kept: str
) -> None:
    assert cut(value, most=most, how=HOW) == kept


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(min_value=2, max_value=200))
def test_a_cut_value_is_never_longer_than_was_asked_for(value: str, most: int) -> None:
    shorter = cut(value, most=most, how=HOW)
    assert sms_length(shorter) <= max(most, sms_length(value[:1]) + 1)
    assert shorter == value or shorter.endswith(HOW.mark)


@pytest.mark.parametrize(("text", "length"), [("", 0), ("字", 1), ("a", 1), ("😀", 2), ("字" * SINGLE, SINGLE)])
def test_networks_count_a_picture_as_two(text: str, length: int) -> None:
    assert sms_length(text) == length
    assert sms_segments("😀" * (SINGLE // 2 + 1)) == 2
    assert MOST == 2 * PART


def test_an_unknown_text_and_a_missing_fact_are_named() -> None:
    with pytest.raises(TextFault, match=r"no text notice\.gone"):
        short_text(TEXTS, "notice.gone", {}, how=HOW)
    wording = Wording(key="notice.rate", facts={"signature": "x"})
    with pytest.raises(TextFault, match=r"text notice\.rate needs the fact no"):
        short_text(TEXTS, wording.key, wording.facts, how=HOW)


def faults(folder: Path) -> list[Fault]:
    with pytest.raises(RulebookFault) as refused:
        load_rulebook(str(folder))
    return list(refused.value.faults)


def test_a_site_whose_own_text_takes_three_segments_does_not_start_and_is_told_which(site: Path) -> None:  # noqa: F811
    add(site / "texts.toml", '[notice]\nrate = "【{signature}】{no}' + "请评价" * 45 + '"\n')
    (fault,) = faults(site)
    assert (fault.file, fault.path) == ("texts.toml", "notice.rate")
    assert "3 segments" in fault.found
    assert fault.allowed.startswith("two segments: 134 characters")


def test_a_text_that_no_shortening_can_make_fit_stops_the_start_too(site: Path) -> None:  # noqa: F811
    text = "【{signature}】{no}{reason}" + "字" * 105
    add(site / "samples.toml", '[facts]\nreason = "短"\n[of."notice.answered"]\nreason = "短"\n')
    add(site / "texts.toml", f'[notice]\nanswered = "{text}"\n')
    (fault,) = faults(site)
    assert (fault.file, fault.path) == ("texts.toml", "notice.answered")


def test_a_site_gives_samples_of_its_own(site: Path) -> None:  # noqa: F811
    add(site / "samples.toml", '[of."notice.complaint.accepted"]\nofficer = "欧阳某"\n')
    book = load_rulebook(str(site))
    assert sample_facts(book, "notice.complaint.accepted")["officer"] == "欧阳某"
    assert sample_facts(book, "notice.complaint.declined")["officer"] == "张某某"


@pytest.mark.parametrize(
    ("lines", "path", "allowed"),
    [("[facts]\nno = 5\n", "facts.no", "a text"), ("[fact]\n", "fact", "one of")],
)
def test_a_sample_that_is_wrong_is_one_fault_with_its_place(
    lines: str,
    path: str,
    allowed: str,
    site: Path,  # noqa: F811
) -> None:
    add(site / "samples.toml", lines)
    (fault,) = faults(site)
    assert (fault.file, fault.path) == ("samples.toml", path)
    assert allowed in fault.allowed


def test_the_courtesies_of_routing_and_of_docketing_are_switched_by_the_site(site: Path) -> None:  # noqa: F811
    routed, docketed = "notice.complaint.routed", {"notice.tipoff.docketed", "notice.tipoff.dismissed"}
    before = {rule.text for rule in load_rulebook(str(site)).notices}
    assert routed in before
    assert not docketed & before
    on = ", ".join(f'"{key}"' for key in sorted(docketed))
    add(site / "site.toml", f'[notices]\non = [{on}]\noff = ["{routed}", "notice.tipoff.routed"]\n')
    after = {rule.text for rule in load_rulebook(str(site)).notices}
    assert before - after == {routed, "notice.tipoff.routed"}
    assert after - before == docketed


@pytest.mark.parametrize("key", sorted({rule.text for rule in BOOK.offered if rule.statutory}))
def test_no_site_turns_off_what_the_law_owes(key: str, site: Path) -> None:  # noqa: F811
    add(site / "site.toml", f'[notices]\noff = ["{key}"]\n')
    (fault,) = faults(site)
    assert (fault.path, key in fault.found) == ("notices.off[0]", True)


@pytest.mark.parametrize("rule", [rule for rule in BOOK.offered if rule.to is Recipient.CONSUMER], ids=lambda r: r.text)
def test_what_a_person_is_told_says_why(rule: object) -> None:
    assert getattr(rule, "basis", "")
