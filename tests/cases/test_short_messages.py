"""Numbers, texts and templates of short messages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cases.errors import RulebookFault
from cases.rulebook import SITES, load_rulebook
from cases.short_messages import MOST, fit, masked_number, mobile, plain, shortened
from cases.texts import sms_length as length
from cases.texts import sms_segments as segments

SIGNATURE = "濮阳市场监管"


@pytest.mark.parametrize(
    "written",
    [
        "13812345678",
        "+86 138 1234 5678",
        "0086-138-1234-5678",
        "8613812345678",
        "１３８１２３４５６７８",
        "(138)12345678",
    ],
)
def test_a_mobile_is_known_however_it_is_written(written: str) -> None:
    assert mobile(written) == "13812345678"


@pytest.mark.parametrize(
    "written", ["", "0393-1234567", "12315", "12812345678", "1381234567", "138123456789", "+85212345678", "١٣٨١٢٣٤٥٦٧٨"]
)
def test_what_is_no_mainland_mobile_is_none(written: str) -> None:
    assert mobile(written) is None


def test_a_text_carries_its_signature_in_front_and_nowhere_else() -> None:
    assert fit("【濮阳市场监管】您的投诉已登记。", signature=SIGNATURE).text == "【濮阳市场监管】您的投诉已登记。"
    assert fit("您的【牛奶】投诉", signature=SIGNATURE).text == "【濮阳市场监管】您的[牛奶]投诉"
    assert fit("【别处】您的投诉", signature=SIGNATURE).text == "【濮阳市场监管】您的投诉"


def test_marks_are_half_width_and_what_operators_refuse_is_gone() -> None:
    assert plain("退款￥58.00，好！（快）\n第二行 🥛★ Ａ１") == "退款RMB58.00,好!(快) 第二行 A1"


def test_line_ends_after_a_mark_leave_no_gap() -> None:
    assert plain("第一行。\n\n第二行") == "第一行。第二行"


def test_a_text_of_two_messages_stays_whole_and_one_character_more_loses_its_end() -> None:
    room = MOST - len(f"【{SIGNATURE}】")
    whole = fit("好" * room, signature=SIGNATURE)
    assert (whole.cut, length(whole.text), segments(whole.text)) == (False, 134, 2)
    cut = fit("好" * (room + 1), signature=SIGNATURE)
    assert (cut.cut, length(cut.text), segments(cut.text)) == (True, 134, 2)
    assert cut.text.endswith("好…")


def test_a_long_text_is_cut_at_a_pause_when_one_stands_in_its_second_half() -> None:
    cut = fit("好" * 90 + "。" + "长" * 80, signature=SIGNATURE)
    assert cut.text == f"【{SIGNATURE}】" + "好" * 90 + "。…"
    early = fit("好。" + "长" * 200, signature=SIGNATURE)
    assert length(early.text) == 134


def test_messages_are_counted_as_networks_count() -> None:
    assert [segments("好" * n) for n in (1, 70, 71, 134, 135, 160)] == [1, 1, 2, 2, 3, 3]
    assert segments("𠮷" * 36) == 2, "a rare character takes the room of two"


def test_long_values_are_shortened_with_a_mark_and_numbers_masked() -> None:
    assert shortened("甲" * 36, most=35) == "甲" * 34 + "…"
    assert shortened("甲" * 35, most=35) == "甲" * 35
    assert masked_number("13812345678") == "138****5678"


ROW = '[[template]]\nprovider = "{}"\ntext = "{}"\ncode = "SMS_1"\nvariables = {}\n{}'


@pytest.mark.parametrize(
    ("row", "path", "allowed"),
    [
        (ROW.format("aliyun", "notice.nothing", "[]", ""), "template[0].text", "the key of a text"),
        (ROW.format("aliyn", "notice.suggestion.received", "[]", ""), "template[0].provider", "aliyun, tencent"),
        (ROW.format("aliyun", "notice.suggestion.received", '["nomber"]', ""), "template[0].variables[0]", "no, "),
        (ROW.format("aliyun", "notice.suggestion.received", '["no", "no"]', ""), "template[0].variables[1]", "once"),
        (
            ROW.format("aliyun", "notice.suggestion.received", '["no", "site"]', 'content = "编号${no}${site}"'),
            "template[0].content",
            "words between two variables",
        ),
        (
            ROW.format("tencent", "notice.suggestion.received", '["no"]', 'content = "编号{2}"'),
            "template[0].content",
            "each of the variables once",
        ),
        (
            ROW.format("tencent", "notice.suggestion.received", '["no"]', 'content = "{1}"'),
            "template[0].content",
            "words beside the variables",
        ),
        (
            ROW.format("aliyun", "notice.suggestion.received", '["no"]', 'content = "【濮阳】${no}"'),
            "template[0].content",
            "no brackets",
        ),
        (ROW.format("aliyun", "notice.suggestion.received", '["no"]', "") * 2, "template[1].text", "one template"),
        (ROW.format("aliyun", "notice.suggestion.received", '["no"]', 'name = "x"'), "template[0].name", "one of"),
    ],
)
def test_a_template_that_could_not_be_sent_is_named_with_file_and_path(
    row: str, path: str, allowed: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(SITES / "puyang", tmp_path / "site")
    (folder / "sms.toml").write_text(row, "utf-8")
    with pytest.raises(RulebookFault) as refused:
        load_rulebook(str(folder))
    told = [fault for fault in refused.value.faults if fault.file == "sms.toml"]
    assert [fault.path for fault in told] == [path]
    assert allowed in told[0].allowed


def test_a_site_may_note_the_words_that_were_approved(tmp_path: Path) -> None:
    folder = shutil.copytree(SITES / "puyang", tmp_path / "site")
    rows = [
        ROW.format("aliyun", "notice.suggestion.received", '["no"]', 'content = "建议已收悉,编号${no}。"\n'),
        ROW.format("tencent", "notice.suggestion.received", '["no", "site"]', 'content = "编号{1},{2}"\n'),
    ]
    (folder / "sms.toml").write_text("".join(rows), "utf-8")
    assert sorted(load_rulebook(str(folder)).sms) == [
        ("aliyun", "notice.suggestion.received"),
        ("tencent", "notice.suggestion.received"),
    ]
