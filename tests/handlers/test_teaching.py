"""What the office's work teaches: closed cases and corrections as labelled texts, with nobody in them."""

from __future__ import annotations

from datetime import datetime

from cases.calendar import CHINA
from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Role, Status
from handlers.teaching import PAGE, Labelled, labelled
from storage.case_store import Identity
from tests.house import MILK, Person, Town, files_complaint

HUALONG, QINGFENG, DESK = "410902", "410922", "410900-12315"
NAME, PHONE, ADDRESS = "欧阳娜娜", "13912345679", "华龙区中原路桃花苑3号楼"
STORY = f"我叫{NAME}，我的电话是139 1234 5679，住在{ADDRESS}。在惠万家超市买的牛奶过期了，客服号4001234567不接"
RECEIVED = datetime(2026, 11, 20, 10, tzinfo=CHINA)
WORKED: dict[str, object] = {"status": Status.ARCHIVED, "outcome": "agreed", "bureau": HUALONG, "category": "食品"}


async def lessons(town: Town, *bureaus: str) -> list[Labelled]:
    house = town.house
    return [row async for row in labelled(house.database, office=house.office, bureaus=bureaus or None)]


def case(n: int, **more: object) -> Case:
    values = {"kind": Kind.COMPLAINT, "received_at": RECEIVED, "narrative": "牛奶过期了", **WORKED, **more}
    return Case(no=CaseNo(f"410900261120{n:03d}"), **values)  # type: ignore[arg-type]


async def adds(town: Town, *cases: Case, consumer: Consumer | None = None) -> None:
    async with town.house.database.begin() as tx:
        for made in cases:
            tx.cases.add(made)
            if consumer:
                person = Address(channel="street", value="x")
                tx.cases.add_identity(Identity(case_no=made.no, person=person, consumer=consumer), phone_index=None)


async def does(town: Town, no: str, name: str, verb: str, *, bureau: str = HUALONG, **facts: str) -> None:
    async with town.house.database.read() as tx:
        staff = await tx.staff.named(bureau, name)
    assert staff
    await town.house.pages.act(staff, no, verb, facts=facts, version=None)
    await town.settle()


async def routes(town: Town, no: str, bureau: str) -> None:
    async with town.house.database.read() as tx:
        staff = await tx.staff.named(DESK, "赵台")
    assert staff
    await town.house.pages.act(staff, no, "route", facts={"bureau": bureau}, version=None)
    await town.settle()


async def staffed(town: Town) -> Person:
    await town.staff("李明", bureau=HUALONG)
    await town.staff("张强", bureau=QINGFENG)
    await town.staff("赵台", bureau=DESK, role=Role.DESK)
    return town.person("wang")


async def closes(town: Town, no: str, name: str = "李明", *, bureau: str = HUALONG) -> None:
    await does(town, no, name, "sign", bureau=bureau)
    await does(town, no, name, "accept", bureau=bureau)
    await does(town, no, name, "close_with", bureau=bureau, outcome="agreed", reason="商家退款58元")


async def test_a_closed_case_is_a_text_with_the_labels_it_was_closed_with(puyang: Town) -> None:
    no = await files_complaint(await staffed(puyang), MILK)
    assert await lessons(puyang) == []
    await closes(puyang, no)
    (row,) = await lessons(puyang)
    assert row.pop("id") != no  # type: ignore[misc]
    assert row == {
        "text": MILK, "kinds": ["complaint"], "category": "食品", "problem": "食品安全", "department": "市场监管局",
        "source": "closed",
    }  # fmt: skip


async def test_what_an_officer_corrects_counts_at_once_and_as_the_officer_said_it_last(puyang: Town) -> None:
    no = await files_complaint(await staffed(puyang), MILK)
    await does(puyang, no, "李明", "correct", category="餐饮住宿")
    await does(puyang, no, "李明", "correct", category="烟酒饮料", problem="质量")
    (row,) = await lessons(puyang)
    assert (row["category"], row["problem"], row["source"]) == ("烟酒饮料", "质量", "corrected")
    await closes(puyang, no)
    assert await lessons(puyang) == [row]


async def test_a_correction_that_was_taken_back_is_none(puyang: Town) -> None:
    no = await files_complaint(await staffed(puyang), MILK)
    await does(puyang, no, "李明", "correct", category="餐饮住宿")
    await does(puyang, no, "李明", "correct", category="食品")
    assert await lessons(puyang) == []


async def test_a_returned_case_teaches_once_the_bureau_that_it_went_to_has_closed_it(puyang: Town) -> None:
    no = await files_complaint(await staffed(puyang), MILK)
    await does(puyang, no, "李明", "send_back", reason="店在清丰县")
    await routes(puyang, no, QINGFENG)
    assert await lessons(puyang) == []
    await closes(puyang, no, "张强", bureau=QINGFENG)
    assert [row["source"] for row in await lessons(puyang)] == ["corrected"]


async def test_a_case_that_was_routed_to_the_same_bureau_again_was_right_from_the_beginning(puyang: Town) -> None:
    no = await files_complaint(await staffed(puyang), MILK)
    await does(puyang, no, "李明", "send_back", reason="店在清丰县")
    await routes(puyang, no, HUALONG)
    await closes(puyang, no)
    assert [row["source"] for row in await lessons(puyang)] == ["closed"]


async def test_a_question_that_was_a_complaint_teaches_its_kind(puyang: Town) -> None:
    wang = await staffed(puyang)
    await wang.says("我要咨询")
    await wang.presses("同意")
    await wang.says("请问惠万家超市建设路店的纯牛奶，小票丢了还能换货吗？")
    texts = await wang.presses("确认提交")
    no = "".join(texts).split("编号")[1][:16].strip("。，")
    await does(puyang, no, "赵台", "ask_reclassify", bureau=DESK, kind="complaint")
    await wang.reads()
    await wang.presses("同意，接着办")
    (row,) = await lessons(puyang)
    assert (row["kinds"], row["department"], row["source"]) == (["complaint"], None, "corrected")


async def test_nobody_is_in_a_text_and_no_number_of_a_case_leads_back_to_a_person(puyang: Town) -> None:
    person = Consumer(name=NAME, phone=PHONE, postal_address="清丰县人民路8号")
    await adds(puyang, case(1, narrative=f"{STORY}，寄到清丰县人民路8号"), consumer=person)
    await adds(puyang, case(2, narrative=STORY, kind=Kind.TIPOFF, outcome="decided"))
    rows = await lessons(puyang)
    assert len(rows) == 2
    for row in rows:
        assert "牛奶过期了" in row["text"]
        for secret in (NAME, PHONE, "139 1234 5679", ADDRESS, "人民路8号", "4001234567", "410900261120"):
            assert secret not in str(row), secret
    assert [row["id"] for row in await lessons(puyang)] == [row["id"] for row in rows]


async def test_one_message_with_a_complaint_and_a_tip_off_is_one_text_of_both_kinds(puyang: Town) -> None:
    one, other = case(1), case(2, kind=Kind.TIPOFF, outcome="decided")
    await adds(puyang, one.evolve(sibling=other.no), other.evolve(sibling=one.no))
    assert [row["kinds"] for row in await lessons(puyang)] == [["complaint", "tipoff"]]


async def test_what_tells_nothing_of_its_labels_is_left_out(puyang: Town) -> None:
    silent: list[dict[str, object]] = [
        {"status": Status.CLOSED, "outcome": "withdrawn"},
        {"kind": Kind.TIPOFF, "status": Status.CLOSED, "outcome": "duplicate"},
        {"kind": Kind.TIPOFF, "origin": CaseNo("1"), "outcome": "decided"},
        {"bureau": None, "outcome": "settled"},
        {"narrative": " "},
        {"status": Status.MEDIATING, "outcome": None},
    ]
    await adds(puyang, *(case(n, **more) for n, more in enumerate(silent)), case(99))
    assert len(await lessons(puyang)) == 1


async def test_a_case_that_went_elsewhere_does_not_tell_whose_business_it_was(puyang: Town) -> None:
    outcomes = ("agreed", "declined", "transferred", "redirected")
    await adds(puyang, *(case(n, outcome=outcome, department="市场监管局") for n, outcome in enumerate(outcomes)))
    assert [row["department"] for row in await lessons(puyang)] == ["市场监管局", None, None, None]


async def test_the_cases_of_some_bureaus_are_taken_alone(puyang: Town) -> None:
    await adds(puyang, case(1), case(2, bureau=QINGFENG, category="旅游"))
    assert [row["category"] for row in await lessons(puyang, QINGFENG)] == ["旅游"]


async def test_more_cases_than_fit_in_a_page_are_all_told_once(puyang: Town) -> None:
    await adds(puyang, *(case(n) for n in range(PAGE + 2)))
    assert len({row["id"] for row in await lessons(puyang)}) == PAGE + 2
