"""The whole life of a case, with the date of every clock on the way: pauses, extensions, restarts and ends."""

from __future__ import annotations

from datetime import date

from cases.clocks import Clock
from cases.model import Case, CaseNo, Role, Status
from handlers import casework
from tests.house import MILK, Person, Town, files_complaint

HUALONG, CITY, DESK = "410902", "410900", "410900-12315"
TIPOFF = "举报华龙区建设路的惠万家超市卖过期牛奶"


async def clocks(town: Town, no: str) -> dict[str, Clock]:
    """The running clocks of a case by rule."""
    async with town.house.database.read() as tx:
        return {clock.rule: clock for clock in (await tx.clocks.of([CaseNo(no)])).get(CaseNo(no), [])}


async def case(town: Town, no: str) -> Case:
    async with town.house.database.read() as tx:
        found = await tx.cases.get(no)
    assert found
    return found


async def acts(person: Person, no: str, verb: str, *answers: str) -> list[str]:
    """Open the case, press the verb (behind 更多 where it is there), and answer by label or in words."""
    await person.says(no)
    labels = [choice.label for row in person.told[-1].choices for choice in row]
    if verb not in labels:
        await person.presses("更多")
    told = await person.presses(verb)
    for answer in answers:
        shown = [choice.label for row in person.told[-1].choices for choice in row]
        told = await (person.presses(answer) if answer in shown else person.says(answer))
    return told


async def files_tipoff(town: Town, name: str = "zhao") -> tuple[Person, str]:
    zhao = town.person(name)
    await zhao.says(TIPOFF)
    await zhao.presses("同意")
    await zhao.presses("留下姓名")
    await zhao.says("赵敏")
    await zhao.says("13912345679")
    await zhao.presses("确认提交")
    return zhao, zhao.texts.split("编号")[-1][:16].strip("，,。")


async def test_a_mediation_pauses_for_an_appraisal_and_is_terminated_with_both_sides_told(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await acts(li, no, "签收")
    await acts(li, no, "受理")
    assert (await clocks(puyang, no))["mediate"].due_on == date(2027, 1, 22)
    await acts(li, no, "组织调解")
    await wang.reads()
    wang.hears("已初查,拟组织双方调解")
    await acts(li, no, "安排调解", "12月3日9时在华龙区市场监管局现场调解，调解员李明")
    await wang.reads()
    wang.hears("12月3日9时", "无正当理由不参加将依法终止调解")
    puyang.clock.at("2026-12-01 10:00")
    await acts(li, no, "鉴定检测", "送市质检中心检验")
    assert (await clocks(puyang, no))["mediate"].paused
    puyang.clock.at("2026-12-11 10:00")
    await acts(li, no, "鉴定结束", "检验不合格")
    mediate = (await clocks(puyang, no))["mediate"]
    assert (mediate.paused, mediate.due_on) == (False, date(2027, 2, 1)), "ten days do not count"
    await wang.reads()
    wang.hears("鉴定检测时间不计入调解期限", "调解最迟到2027年2月1日")
    await acts(li, no, "终止调解", "调解后一方明确表示谈不成")
    assert set(await clocks(puyang, no)) == {"tell_terminated"}
    assert (await clocks(puyang, no))["tell_terminated"].due_on == date(2026, 12, 22)
    await acts(li, no, "办结", "已电话告知商家和投诉人")
    closed = await case(puyang, no)
    assert (closed.status, closed.outcome) == (Status.FOLLOWING_UP, "terminated")
    assert set(await clocks(puyang, no)) <= {"follow_up", "call_back"}


async def test_a_withdrawal_after_acceptance_is_told_to_both_sides_within_seven_working_days(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await acts(li, no, "签收")
    await acts(li, no, "受理")
    await wang.says("撤回")
    await wang.presses("确定撤回")
    await li.reads()
    li.hears("已撤回投诉", "12月2日前告知双方终止调解")
    assert (await case(puyang, no)).status is Status.WITHDRAWN
    assert set(await clocks(puyang, no)) == {"tell_terminated"}
    await acts(li, no, "办结")
    assert (await case(puyang, no)).status is Status.CLOSED


async def test_a_date_for_material_stays_within_the_time_for_accepting(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    await acts(li, no, "签收")
    puyang.clock.at("2026-11-30 10:00")
    await acts(li, no, "要求补正", "购物小票")
    due = await clocks(puyang, no)
    assert due["supplement"].due_on == due["accept"].due_on == date(2026, 12, 2)


async def test_a_dispute_over_jurisdiction_is_decided_above_and_never_passed_sideways(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    lead = await puyang.staff("周局", bureau=CITY, role=Role.LEAD)
    no = await files_complaint(puyang.person("wang"), MILK)
    await acts(li, no, "退回", "经营地在清丰县")
    await acts(desk, no, "报管辖争议", "两县都说不在自己辖区")
    await lead.reads()
    lead.hears(f"投诉{no}有管辖争议", "12月2日前指定")
    assert (await clocks(puyang, no))["jurisdiction"].due_on == date(2026, 12, 2)
    await acts(lead, no, "指定管辖", "清丰县市场监管局")
    designated = await case(puyang, no)
    assert (designated.status, designated.bureau) == (Status.ROUTED, "410922")
    assert "jurisdiction" not in await clocks(puyang, no)


async def test_a_clue_found_in_a_mediation_is_verified_as_a_case_of_its_own_while_the_mediation_goes_on(
    puyang: Town,
) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await acts(li, no, "签收")
    await acts(li, no, "受理")
    before = len(wang.told)
    puyang.clock.at("2026-12-01 10:00")
    await acts(li, no, "诉转案", "货架上还有二十箱过期牛奶")
    await lead.reads()
    lead.hears("已另立举报", "货架上还有二十箱过期牛奶")
    clue = "410900J261201001"
    found = await case(puyang, clue)
    assert (found.origin, found.bureau, found.status) == (no, HUALONG, Status.ROUTED)
    assert (await clocks(puyang, clue))["verify"].due_on == date(2026, 12, 22)
    assert (await case(puyang, no)).status is Status.ACCEPTED
    assert len(wang.told) == before, "the consumer is not told of it"


async def test_a_tipoff_is_tested_extended_once_docketed_suspended_and_decided(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    _, no = await files_tipoff(puyang)
    await acts(li, no, "签收")
    assert (await clocks(puyang, no))["verify"].due_on == date(2026, 12, 14)
    puyang.clock.at("2026-11-24 10:00")
    await acts(li, no, "送检鉴定", "抽样送检")
    puyang.clock.at("2026-12-01 10:00")
    await acts(li, no, "检测结束", "不合格")
    assert (await clocks(puyang, no))["verify"].due_on == date(2026, 12, 21), "five working days do not count"
    await acts(li, no, "申请延期", "进货渠道还没查清")
    await lead.reads()
    lead.hears("申请延期:进货渠道还没查清")
    await acts(lead, no, "批准延期")
    assert (await clocks(puyang, no))["verify"].due_on == date(2027, 1, 12)
    await li.reads()
    li.hears("已批准延期,核查时限改为2027年1月12日")
    assert await acts(lead, no, "批准延期") == ["「核查」的期限已经延长过一次，不能再由负责人批准延长。"]
    await acts(lead, no, "立案")
    assert (await clocks(puyang, no))["docketed"].due_on == date(2027, 3, 1)
    await acts(lead, no, "交办调查")
    puyang.clock.at("2026-12-10 10:00")
    await acts(lead, no, "中止（不计期限）", "检测鉴定", "等检验报告")
    assert (await clocks(puyang, no))["docketed"].paused
    puyang.clock.at("2026-12-20 10:00")
    await acts(li, no, "恢复调查")
    assert (await clocks(puyang, no))["docketed"].due_on == date(2027, 3, 11)
    told = await acts(lead, no, "集体讨论延期", "20", "案情复杂")
    assert told == ["「立案办理」的期限要先由负责人批准延长，再集体讨论。"]
    await acts(lead, no, "批准延期")
    await acts(lead, no, "集体讨论延期", "20", "案情复杂")
    docketed = (await clocks(puyang, no))["docketed"]
    assert (docketed.extra, docketed.extensions, docketed.due_on) == (50, 2, date(2027, 4, 30))
    await acts(lead, no, "作出处理", "罚款5000元")
    decided = await case(puyang, no)
    assert (decided.status, decided.outcome) == (Status.DECIDED, "decided")


async def test_a_result_is_told_where_a_law_says_so_and_the_reward_is_counted(puyang: Town) -> None:
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    zhao, no = await files_tipoff(puyang)
    for verb, *answers in (
        ("签收",),
        ("立案",),
        ("交办调查",),
        ("作出处理", "罚款八万元"),
        ("告知结果", "不正当竞争，实名举报并提供了事实、证据", "已作出行政处罚决定"),
    ):
        await acts(lead, no, verb, *answers)
    await zhao.reads()
    zhao.hears("根据《反不正当竞争法》第二十条告知:已作出行政处罚决定")
    assert "惠万家" not in next(out.text for out in zhao.told if "告知:" in out.text)
    await acts(lead, no, "报奖励", "一级（事实、线索和证据完整，结论完全一致）", "8万元")
    async with puyang.house.database.read() as tx:
        journal = await tx.cases.journal(CaseNo(no))
    assert journal[-1].facts["reward"] == "5000元", "five per cent of 80,000 is less than the least"
    await acts(lead, no, "办结")
    assert (await case(puyang, no)).outcome == "decided"


async def test_new_facts_of_an_informant_are_merged_and_the_time_counts_from_the_last_report(
    puyang: Town,
) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    zhao, first = await files_tipoff(puyang)
    await acts(li, first, "签收")
    puyang.clock.at("2026-12-01 10:00")
    await zhao.says("我要举报")
    await zhao.says("华龙区建设路的惠万家超市还卖假酒")
    zhao.hears("您是否在补充编号")
    await zhao.presses("不是，另登一件")
    if any(choice.label == "留下姓名" for row in zhao.told[-1].choices for choice in row):
        await zhao.presses("留下姓名")
    for _ in range(3):
        if zhao.told[-1].text.startswith("请核对") or "确认提交" in str(zhao.told[-1].choices):
            break
        await zhao.says("赵敏" if "称呼" in zhao.told[-1].text else "13912345679")
    await zhao.presses("确认提交")
    second = zhao.texts.split("编号")[-1][:16].strip("，,。")
    assert second != first
    puyang.clock.at("2026-12-02 10:00")
    async with puyang.house.database.begin() as tx:
        member = await tx.staff.named(HUALONG, "李明")
        assert member
        facts = {"reason": "还卖假酒", "other": second}
        await casework.act(tx, member, first, verb="merge", facts=facts, version=None, office=puyang.house.office)
    assert (await case(puyang, second)).status is Status.CLOSED
    assert (await case(puyang, second)).part_of == first
    verify = (await clocks(puyang, first))["verify"]
    assert verify.due_on == date(2026, 12, 22), "fifteen working days from the receipt of the second, not the merging"
    await zhao.reads()
    zhao.hears("新情况已并案核查,12月22日前决定是否立案")


async def test_a_case_received_under_the_old_rule_keeps_its_45_working_days(puyang: Town) -> None:
    puyang.clock.at("2026-04-14 23:59")
    li = await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.at("2026-04-15 00:01")
    other = await files_complaint(puyang.person("zhang"), MILK)
    for number in (no, other):
        puyang.clock.at("2026-04-20 10:00")
        await acts(li, number, "签收")
        await acts(li, number, "受理")
    assert (await clocks(puyang, no))["mediate"].due_on == date(2026, 6, 25)
    assert (await clocks(puyang, other))["mediate"].due_on == date(2026, 6, 22), "60 days end on 19 June, a holiday"
