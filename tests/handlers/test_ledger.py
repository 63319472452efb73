"""The ledger as it stands in the workbook: what each case shows, and what is never in it."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import pytest

from bot.ledger_sheet import MOST_ROWS, write_ledger
from cases.calendar import CHINA, Days
from cases.model import Case, CaseNo, Kind, Merchant, Role, Status
from handlers.ledger_export import PAGE, Ledger
from tests.handlers.test_access import ADDRESS, NAME, PHONE, TIPOFF, files_tipoff
from tests.house import MILK, Person, Town, files_complaint
from tests.workbooks import Table, day, moment, read_workbook

HUALONG = "410902"
MONTH = Days(first=date(2026, 11, 1), last=date(2026, 11, 30))


async def workbook(
    town: Town, days: Days = MONTH, *, bureaus: tuple[str, ...] | None = None, most_rows: int = MOST_ROWS
) -> dict[str, Table]:
    file = BytesIO()
    ledger = Ledger(town.house.database, office=town.house.office, days=days, bureaus=bureaus)
    count = await write_ledger(ledger, file, most_rows=most_rows)
    tables = read_workbook(file.getvalue())
    assert count == sum(len(table.rows) for table in tables.values())
    return tables


async def only(town: Town, title: str) -> dict[str, str | float]:
    (row,) = (await workbook(town))[title].rows
    return row


async def does(town: Town, name: str, no: str, verb: str, **facts: str) -> None:
    async with town.house.database.read() as tx:
        staff = await tx.staff.named(HUALONG, name)
    assert staff
    await town.house.pages.act(staff, no, verb, facts=facts, version=None)
    await town.settle()


async def add(town: Town, *cases: Case) -> None:
    async with town.house.database.begin() as tx:
        for made in cases:
            tx.cases.add(made)


def case(no: str, at: str = "2026-11-23 10:00", **more: object) -> Case:
    received_at = datetime.fromisoformat(at).replace(tzinfo=CHINA)
    values = {"kind": Kind.COMPLAINT, "status": Status.RECEIVED, "received_at": received_at, "narrative": "经过"}
    return Case(no=CaseNo(no), **{**values, **more})  # type: ignore[arg-type]


def number_in(person: Person) -> str:
    return person.texts.split("编号")[1][:16].strip("，,。")


async def test_a_complaint_shows_its_whole_way_in_one_row(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.at("2026-11-24 15:30")
    await does(puyang, "李明", no, "sign")
    await does(puyang, "李明", no, "accept")
    row = await only(puyang, "投诉")
    assert (row["状态"], row["当前时限"], row["受理是否按期"], row["调解是否按期"]) == (
        "已受理", "调解", "是", "未到期"
    )  # fmt: skip
    assert day(row["到期日"]) == date(2027, 1, 25)
    puyang.clock.at("2026-11-26 09:00")
    await does(puyang, "李明", no, "close_with", outcome="agreed", reason="商家退款58元")
    row = await only(puyang, "投诉")
    assert moment(row.pop("登记时间")) == "2026-11-23 10:00"
    assert day(row.pop("受理日期")) == date(2026, 11, 24)
    assert day(row.pop("办结日期")) == date(2026, 11, 26)
    assert row == {
        "编号": no, "类型": "投诉", "姓名（隐去部分）": "王*", "电话（隐去部分）": "138****5678", "类别": "食品",
        "问题": "食品安全", "商家": "惠万家超市(建设路店)", "商品或服务": "纯牛奶", "金额（元）": 58.0, "请求": "退货",
        "承办单位": row["承办单位"], "承办人": "李明", "状态": "已办结，待评价", "受理是否按期": "是",
        "调解是否按期": "是", "办理结果": "达成调解", "结果说明": "商家退款58元", "退回次数": 0.0, "重办次数": 0.0,
    }  # fmt: skip
    assert "华龙区" in str(row["承办单位"])


async def test_a_date_that_passed_is_not_kept_whether_the_case_goes_on_or_not(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    await does(puyang, "李明", no, "sign")
    assert (await only(puyang, "投诉"))["受理是否按期"] == "未到期"
    puyang.clock.at("2026-12-02 23:59")
    assert (await only(puyang, "投诉"))["受理是否按期"] == "未到期", "the last day is not over"
    puyang.clock.at("2026-12-03 00:00")
    assert (await only(puyang, "投诉"))["受理是否按期"] == "否"
    await does(puyang, "李明", no, "accept")
    assert (await only(puyang, "投诉"))["受理是否按期"] == "否"


async def test_what_was_sent_back_rated_and_handled_again_is_counted(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    for verb, facts in (
        ("sign", {}), ("accept", {}), ("close_with", {"outcome": "agreed", "reason": "退款"}),
    ):  # fmt: skip
        await does(puyang, "李明", no, verb, **facts)
    await wang.presses("不满意")
    assert (await only(puyang, "投诉"))["评价"] == "不满意"
    await does(puyang, "周局", no, "rehandle", reason="没有退款")
    row = await only(puyang, "投诉")
    assert (row["重办次数"], "办结日期" in row, row["当前时限"]) == (1, False, "重办")
    await does(puyang, "李明", no, "send_back", reason="店在清丰县")
    assert (await only(puyang, "投诉"))["退回次数"] == 1


async def test_no_cell_holds_a_whole_name_a_number_an_address_or_the_story(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.presses("同意")
    for words in (NAME, PHONE, ADDRESS):
        await wang.says(words)
    await wang.presses("确认提交")
    texts = "\n".join(table.texts for table in (await workbook(puyang)).values())
    assert "欧***" in texts
    assert "139****5679" in texts
    assert [secret for secret in (NAME, PHONE, ADDRESS, "桃花苑", "他们不给退", "street") if secret in texts] == []


@pytest.mark.parametrize("named", [True, False])
async def test_a_tipoff_shows_nothing_of_the_person_nor_of_what_was_told(named: bool, puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    zhao = puyang.person("zhao")
    await files_tipoff(zhao, named=named)
    no = number_in(zhao)
    await does(puyang, "李明", no, "sign")
    await does(puyang, "周局", no, "dismiss", reason=f"{NAME}所述不实")
    table = (await workbook(puyang))["举报"]
    (row,) = table.rows
    assert (row["编号"], row["商家"], row["状态"], row["办理结果"]) == (no, "惠万家超市", "不予立案", "不予立案")
    assert row["核查是否按期"] == "是"
    assert moment(row["登记时间"]) == "2026-11-23 00:00", "the day, not the minute"
    shown = table.texts
    assert [part for part in (NAME, PHONE, "欧", "139", TIPOFF, "建设路的", "所述不实", "zhao") if part in shown] == []
    person = {"姓名（隐去部分）", "电话（隐去部分）", "结果说明", "金额（元）", "请求", "合并到"}
    assert person.isdisjoint(table.headings)


async def test_a_complaint_and_a_tipoff_of_one_message_do_not_lead_to_each_other(puyang: Town) -> None:
    await add(
        puyang,
        case("410900261123001", sibling=CaseNo("410900J261123001"), amount=58),
        case("410900J261123001", kind=Kind.TIPOFF, sibling=CaseNo("410900261123001"), amount=58, demands=("退款",)),
    )
    tables = await workbook(puyang)
    assert "J261123001" not in tables["投诉"].texts
    assert "410900261123001" not in tables["举报"].texts
    assert "退款" not in tables["举报"].texts


async def test_a_clue_names_the_complaint_in_which_it_was_found_and_not_the_other_way(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    for verb, facts in (("sign", {}), ("accept", {}), ("find_clue", {"reason": "货架上还有二十箱"})):
        await does(puyang, "李明", no, verb, **facts)
    tables = await workbook(puyang)
    assert tables["举报"].rows[0]["诉转案来源"] == no
    assert "J261123" not in tables["投诉"].texts
    assert "二十箱" not in tables["举报"].texts


TRICKS = (
    "=1+1", "=HYPERLINK(\"http://a.b\")", "+86", "-1", "@SUM(A1)", "{=1}", "http://a.b", "mailto:a@b.c", "007", "1e3",
    "\t=1", "<b>&\"'", "_x0041_", "\x01", " 空 格 ",
)  # fmt: skip


async def test_a_cell_that_looks_like_a_formula_or_a_link_stays_text(puyang: Town) -> None:
    made = [case(f"4109002611230{n:02}", merchant=Merchant(name=text)) for n, text in enumerate(TRICKS)]
    await add(puyang, *made)
    table = (await workbook(puyang))["投诉"]
    assert (table.formulas, table.links) == (0, 0)
    told = [row["商家"] for row in table.rows]
    assert all(isinstance(value, str) for value in told)
    escaped = {"_x0041_": "_x005F_x0041_", "\x01": "_x0001_", "\t=1": "\t=1"}  # as Excel writes and reads them
    assert told == [escaped.get(text, text) for text in TRICKS]


async def test_the_days_are_those_of_china_and_both_count(puyang: Town) -> None:
    times = ("2026-11-22 23:59:59", "2026-11-23 00:00:00", "2026-11-24 23:59:59", "2026-11-25 00:00:00")
    await add(puyang, *(case(str(n), at) for n, at in enumerate(times)))
    table = (await workbook(puyang, Days(first=date(2026, 11, 23), last=date(2026, 11, 24))))["投诉"]
    assert [row["编号"] for row in table.rows] == ["1", "2"]


async def test_more_cases_than_a_page_holds_are_all_there_once(puyang: Town) -> None:
    numbers = [f"410900261123{n:04}" for n in range(2 * PAGE + 1)]
    await add(puyang, *(case(no) for no in numbers))
    assert [row["编号"] for row in (await workbook(puyang))["投诉"].rows] == numbers


async def test_a_sheet_that_is_full_goes_on_in_another(puyang: Town) -> None:
    await add(puyang, *(case(str(n)) for n in range(5)))
    tables = await workbook(puyang, most_rows=3)
    assert {title: len(table.rows) for title, table in tables.items()} == {
        "投诉": 2, "举报": 0, "咨询": 0, "建议": 0, "投诉 2": 2, "投诉 3": 1
    }  # fmt: skip
    assert tables["投诉 3"].headings == tables["投诉"].headings


async def test_days_without_a_case_give_the_headings_alone(puyang: Town) -> None:
    await files_complaint(puyang.person("wang"), MILK)
    tables = await workbook(puyang, Days(first=date(2026, 10, 1), last=date(2026, 10, 31)))
    assert list(tables) == ["投诉", "举报", "咨询", "建议"]
    for table in tables.values():
        assert (table.rows, table.headings[:3], table.frozen_rows) == ((), ("编号", "类型", "登记时间"), 1)
        assert len(table.widths) == len(table.headings)
        assert all(width > 2 * len(head) for head, width in zip(table.headings, table.widths, strict=True))


async def test_only_limits_that_were_in_force_have_a_column(puyang: Town) -> None:
    new = (await workbook(puyang))["举报"].headings
    old = (await workbook(puyang, Days(first=date(2026, 4, 1), last=date(2026, 4, 20))))["举报"].headings
    assert [("立案与否告知是否按期" in headings, "核查是否按期" in headings) for headings in (new, old)] == [
        (False, True), (True, True)
    ]  # fmt: skip


async def test_a_ledger_of_some_bureaus_holds_no_case_of_others_and_none_without_one(puyang: Town) -> None:
    await add(puyang, case("1", bureau=HUALONG), case("2", bureau="410922"), case("3"))
    assert [row["编号"] for row in (await workbook(puyang, bureaus=(HUALONG,)))["投诉"].rows] == ["1"]
    assert [row["编号"] for row in (await workbook(puyang))["投诉"].rows] == ["1", "2", "3"]
