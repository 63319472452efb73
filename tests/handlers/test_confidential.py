"""One message held a claim and a violation: who reads the informant's name, and that the two cases belong together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.logs import JsonFormat
from bot.web import desk_views
from cases.errors import CaseError
from cases.events import Event
from cases.messages import Attachment, AttachmentKind
from cases.model import Case, CaseNo, Kind, Role, Staff, StaffId
from handlers.access import may_know
from handlers.notices import promise_notices
from tests.clock import Clock
from tests.house import Person, Town, rulebook, town

HUALONG, STATION, QINGFENG, CITY, DESK = "410902", "410902003", "410922", "410900", "410900-12315"
STORY = "昨天在华龙区惠万家超市建设路店买了箱纯牛奶58块,过期了,要求退货,我还要举报他们卖过期食品"
NAME, PHONE, ADDRESS = "欧阳娜娜", "13912345679", "华龙区中原路桃花苑"
SECRETS = (NAME, PHONE, ADDRESS)
SAID = f"我叫{NAME},电话139 1234 5679,他们又卖过期牛奶,我住{ADDRESS}"
PEOPLE: Mapping[str, tuple[str, Role]] = {
    "signed": (HUALONG, Role.OFFICER),
    "lead": (HUALONG, Role.LEAD),
    "colleague": (HUALONG, Role.OFFICER),
    "station": (STATION, Role.OFFICER),
    "elsewhere": (QINGFENG, Role.OFFICER),
    "elsewhere-lead": (QINGFENG, Role.LEAD),
    "above": (CITY, Role.LEAD),
    "above-officer": (CITY, Role.OFFICER),
    "desk": (DESK, Role.DESK),
    "admin": (DESK, Role.ADMIN),
    "消费者协会": (CITY, Role.MEDIATOR),
    "惠万家超市": (HUALONG, Role.MERCHANT),
}
KNOWING = {"signed", "lead"}
"""Who may know, once the tip-off is signed (Order 121, Art. 37)."""
FACTS = {
    "reason": SAID,
    "kind": "complaint",
    "asked": "offer",
    "days": "30",
    "level": "1",
    "amount": "100",
    "count": "1",
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Two cases of one message, signed by one officer, and everybody who could look at them."""

    town: Town
    wang: Person
    staff: Mapping[str, Person]
    complaint: str
    tipoff: str

    def others(self) -> list[str]:
        return [name for name in PEOPLE if name not in KNOWING]

    async def member(self, name: str) -> Staff:
        async with self.town.house.database.read() as tx:
            session = await tx.conversations.get(self.staff[name].address)
        assert session is not None
        assert session.staff is not None
        return session.staff

    async def case(self, no: str) -> Case:
        async with self.town.house.database.read() as tx:
            found = await tx.cases.get(CaseNo(no))
        assert found is not None
        return found


async def tells(wang: Person, *, settles: bool) -> tuple[str, str]:
    """The message with both; the numbers of the claim and of the tip-off."""
    await wang.says(STORY)
    await wang.presses("同意")
    for words in (NAME, PHONE, ADDRESS):
        await wang.says(words)
    card = Attachment(kind=AttachmentKind.CONTACT, name=NAME, phone=PHONE)
    await wang.sends(wang.message(attachments=(card,)))
    await wang.presses("先和商家协商" if settles else "直接由市场监管办")
    texts = "".join(await wang.presses("确认提交"))
    one, two = texts.split("编号")[1].split("。")[0].split("、")
    return (two, one) if "J" in one else (one, two)


async def scene(here: Town, *, settles: bool = False, signs: bool = True) -> Scene:
    staff = {name: await here.staff(name, bureau=bureau, role=role) for name, (bureau, role) in PEOPLE.items()}
    wang = here.person("wang")
    complaint, tipoff = await tells(wang, settles=settles)
    if signs:
        await staff["signed"].says(tipoff)
        await staff["signed"].presses("签收")
    await wang.sends(wang.message(pressed=f"pg:add:{tipoff}"))
    await wang.says(SAID)
    for person in staff.values():
        await person.reads()
    return Scene(town=here, wang=wang, staff=staff, complaint=complaint, tipoff=tipoff)


async def page(found: Scene, name: str, no: str) -> str:
    """Everything that the desk has for this member about a case; empty when it has nothing."""
    pages = found.town.house.pages
    try:
        dossier = await pages.dossier(await found.member(name), no)
    except CaseError:
        return ""
    beside = await pages.beside(await found.member(name), dossier)
    return f"{dossier} {desk_views.case_view(dossier, office=found.town.house.office)} {beside}"


async def card(found: Scene, name: str, no: str) -> str:
    texts = await found.staff[name].says(no)
    return "" if texts == [f"没有找到{no}，请核对编号。"] else "".join(texts)


async def worklist(found: Scene, name: str) -> str:
    items = await found.town.house.pages.todo(await found.member(name))
    rows = desk_views.groups(items, office=found.town.house.office)
    return "".join([*await found.staff[name].says("待办"), *map(str, items), *map(str, rows)])


def leaks(text: str, *, link: str = "") -> list[str]:
    return [secret for secret in (*SECRETS, "139 1234 5679", *([link] if link else [])) if secret in text]


async def test_those_who_may_know_read_the_name_and_the_other_number(puyang: Town) -> None:
    found = await scene(puyang)
    case = await found.case(found.tipoff)
    for name in PEOPLE:
        assert may_know(await found.member(name), case) is (name in KNOWING), name
    for name in KNOWING:
        assert NAME in await card(found, name, found.tipoff)
        seen = await page(found, name, found.tipoff)
        assert set(leaks(seen, link=found.complaint)) >= {*SECRETS, found.complaint}
        assert found.tipoff in await page(found, name, found.complaint)


async def test_nobody_else_reads_either_on_a_card_a_page_or_a_list(puyang: Town) -> None:
    found = await scene(puyang)
    seen = 0
    for name in found.others():
        for text in (await card(found, name, found.tipoff), await page(found, name, found.tipoff)):
            assert leaks(text, link=found.complaint) == [], name
            seen += bool(text)
        assert found.tipoff not in await page(found, name, found.complaint), name
        assert leaks(await worklist(found, name)) == [], name
    assert seen == 2 * len(["colleague", "above", "above-officer", "desk", "admin"])


async def test_before_the_signature_only_the_lead_knows(puyang: Town) -> None:
    found = await scene(puyang, signs=False)
    for name in PEOPLE:
        text = await page(found, name, found.tipoff)
        assert bool(leaks(text, link=found.complaint)) is (name == "lead"), name


async def test_no_ping_tells_the_name_even_when_the_informant_does(puyang: Town) -> None:
    found = await scene(puyang, signs=False)
    assert found.tipoff in found.staff["colleague"].texts
    assert "补充了材料" in found.staff["colleague"].texts
    for name, person in found.staff.items():
        assert leaks("".join(text for text in person.texts.split("\n") if text.startswith("【"))) == [], name


@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.TIPOFF])
async def test_no_rule_of_notice_tells_staff_of_the_informant_or_of_the_link(kind: Kind, puyang: Town) -> None:
    found = await scene(puyang)
    no, other = (found.complaint, found.tipoff) if kind is Kind.COMPLAINT else (found.tipoff, found.complaint)
    case = await found.case(no)
    guests = {"mediator": (await found.member("消费者协会")).id, "enterprise": (await found.member("惠万家超市")).id}
    rules = [rule for rule in rulebook().notices if kind in rule.kinds]
    before = {name: len(person.told) for name, person in found.staff.items()}
    async with puyang.house.database.begin() as tx:
        for rule in rules:
            told = SAID if kind is Kind.TIPOFF else "他们不来"
            facts = {**FACTS, **guests, "reason": told}
            event = Event(name=rule.on, case_no=case.no, at=puyang.clock(), by="consumer", facts=facts)
            with_guests = case.evolve(enterprise=StaffId(guests["enterprise"]), mediator=StaffId(guests["mediator"]))
            await promise_notices(
                tx, with_guests if kind is Kind.COMPLAINT else case, event, office=puyang.house.office
            )
    await puyang.settle()
    texts = {name: person.told[before[name] :] for name, person in found.staff.items()}
    assert sum(map(len, texts.values())) > 20
    for name, outgoing in texts.items():
        everything = "".join(f"{out.text}{out.choices}" for out in outgoing)
        assert leaks(everything, link=other) == [], name
    if kind is Kind.TIPOFF:
        assert not texts["惠万家超市"]
        assert not texts["消费者协会"]


async def test_the_business_reads_the_claim_and_nothing_else(puyang: Town) -> None:
    found = await scene(puyang, settles=True)
    shop = found.staff["惠万家超市"]
    seen = "".join(
        [
            shop.texts,
            await card(found, "惠万家超市", found.complaint),
            await page(found, "惠万家超市", found.complaint),
            await worklist(found, "惠万家超市"),
        ]
    )
    assert all(word in seen for word in (NAME, PHONE, "58元", "纯牛奶", "退货"))
    for word in (found.tipoff, "我还要举报", "过期食品", ADDRESS, "又卖", "建设路"):
        assert word not in seen, word
    assert await card(found, "惠万家超市", found.tipoff) == ""
    assert await page(found, "惠万家超市", found.tipoff) == ""
    pages = puyang.house.pages
    with pytest.raises(CaseError, match="admin_only"):
        await pages.colleagues(await found.member("惠万家超市"))


async def test_evidence_that_names_the_informant_is_handed_out_to_nobody_else(puyang: Town) -> None:
    found = await scene(puyang, settles=True)
    pages = puyang.house.pages
    async with puyang.house.database.read() as tx:
        (piece,) = await tx.evidence.of(CaseNo(found.tipoff))
    assert piece.id in await page(found, "signed", found.tipoff)
    for name, no in (("colleague", found.tipoff), ("desk", found.tipoff), ("惠万家超市", found.complaint)):
        assert piece.id not in await page(found, name, no), name
        with pytest.raises(CaseError, match="file_missing"):
            await pages.evidence(await found.member(name), no, piece.id)


async def test_a_body_that_mediates_reads_no_story_that_held_a_tip_off(puyang: Town) -> None:
    found = await scene(puyang)
    li = found.staff["signed"]
    await li.says(found.complaint)
    for verb in ("签收", "受理", "组织调解", "委托调解", "消费者协会"):
        await li.presses(verb)
    await li.says("双方书面同意")
    await found.staff["消费者协会"].reads()
    seen = found.staff["消费者协会"].texts + await page(found, "消费者协会", found.complaint)
    assert NAME in seen
    for word in (found.tipoff, "我还要举报", "又卖", ADDRESS):
        assert word not in seen, word
    assert await page(found, "消费者协会", found.tipoff) == ""


@pytest.fixture
async def quiet(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(sqlite_url, clock, tmp_path) as here:
        yield here


async def test_no_log_line_names_the_informant_however_many_look(quiet: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "lianxin")
    found = await scene(quiet, settles=True)
    for name in PEOPLE:
        for no in (found.tipoff, found.complaint):
            await page(found, name, no)
            await card(found, name, no)
    await quiet.days_pass(3)
    lines = "\n".join(JsonFormat().format(record) for record in caplog.records)
    assert "An informant's name was read" in lines
    assert leaks(lines) == []
    assert [word for word in ("惠万家", "牛奶", "又卖") if word in lines] == []
