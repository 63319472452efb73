"""Bodies that mediate for the office, and consumers whose complaints are handled together (Order 121, Art. 12, 19)."""

from __future__ import annotations

from cases.model import Case, CaseNo, Role, Status
from tests.house import MILK, Person, Town, files_complaint

HUALONG = "410902"


async def case(town: Town, no: str) -> Case:
    async with town.house.database.read() as tx:
        found = await tx.cases.get(CaseNo(no))
    assert found is not None
    return found


async def mediates(li: Person, no: str) -> None:
    """The officer signs, accepts and opens the mediation."""
    await li.says(no)
    for verb in ("签收", "受理", "组织调解"):
        await li.presses(verb)


async def does(li: Person, no: str, verb: str) -> None:
    await li.says(no)
    if not any(choice.label == verb for row in li.told[-1].choices for choice in row):
        await li.presses("更多")
    await li.presses(verb)


async def entrusts(li: Person, no: str, verb: str = "征询委托调解") -> None:
    await does(li, no, verb)
    await li.presses("市消费者协会")
    await li.says("商家书面同意")


async def test_a_complaint_is_entrusted_with_both_consents_and_settled_by_the_body(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    xie = await puyang.staff("市消费者协会", bureau="410900", role=Role.MEDIATOR)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await mediates(li, no)
    assert await xie.says(no) == [f"没有找到{no}，请核对编号。"]
    await entrusts(li, no)
    await wang.reads()
    wang.hears("拟委托市消费者协会调解")
    await wang.presses("同意委托调解")
    wang.hears("已委托市消费者协会调解")
    await xie.reads()
    xie.hears(f"投诉{no}委托贵单位调解")
    await xie.presses("查看")
    xie.hears("王芳，13812345678", "回家发现过期了")
    labels = {choice.label for row in xie.told[-1].choices for choice in row}
    assert labels == {"达成调解", "自行和解", "终止调解", "交回委托", "查看"}
    assert "中原路" not in xie.texts
    await xie.presses("达成调解")
    await xie.says("商家退款58元")
    await li.reads()
    li.hears("委托调解有了结果:达成调解。商家退款58元。请办结")
    await does(li, no, "办结")
    await wang.reads()
    wang.hears("已办结:达成调解。商家退款58元", "请评价")
    assert await xie.says(no) == [f"没有找到{no}，请核对编号。"]


async def test_a_body_hands_the_case_back_and_the_office_goes_on(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    xie = await puyang.staff("市消费者协会", bureau="410900", role=Role.MEDIATOR)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await mediates(li, no)
    await entrusts(li, no)
    await wang.reads()
    await wang.presses("不同意")
    await li.reads()
    li.hears("消费者不同意", "委托调解")
    await entrusts(li, no, "委托调解")
    await xie.reads()
    await xie.presses("交回委托")
    await xie.says("商家不来")
    xie.hears("已不在您手上")
    await li.reads()
    li.hears("委托调解已交回:商家不来")
    assert (await case(puyang, no)).status is Status.MEDIATING


async def test_a_consumer_who_withdraws_or_settles_ends_the_entrusted_mediation(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    xie = await puyang.staff("市消费者协会", bureau="410900", role=Role.MEDIATOR)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await mediates(li, no)
    await entrusts(li, no, "委托调解")
    await wang.says("进度")
    await wang.presses("已和解")
    await wang.says("商家退了58元")
    await xie.reads()
    xie.hears("委托调解已结束")
    assert "在线和解" not in xie.texts.replace("在线和解企业", "")
    await li.reads()
    li.hears("消费者说已和商家和解:商家退了58元")
    assert await xie.says("待办") == ["现在没有待办。"]


async def joined(town: Town, li: Person) -> tuple[list[Person], list[str]]:
    """Three complaints against one shop, the later two joined to the first: one by a button, one by a typed number."""
    people = [town.person(name) for name in ("wang", "zhao", "qian")]
    numbers = [await files_complaint(person, MILK) for person in people]
    for no in numbers:
        await mediates(li, no)
    for n in (1, 2):
        await does(li, numbers[n], "征询合并")
        await (li.presses(numbers[0]) if n == 1 else li.says(numbers[0]))
        await people[n].reads()
        await people[n].presses("同意合并")
    return people, numbers


async def closes(li: Person, no: str) -> None:
    await does(li, no, "办结")


async def test_consumers_who_agree_are_handled_once_and_told_each(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    people, numbers = await joined(puyang, li)
    lead, second, third = numbers
    people[1].hears("还有人投诉同一商家", "已和同一商家的投诉合并办理")
    await people[1].says("进度")
    people[1].hears("和同一商家的投诉合并办理，进展逐一告诉您")
    await li.says(second)
    li.hears(f"合并到：{lead}")
    assert [choice.label for row in li.told[-1].choices for choice in row] == ["改类别", "退出合并", "查看", "为什么"]
    await does(li, lead, "登记代表人")
    await li.says("王芳，三人书面推选")
    li.hears(f"合并的件：{second}、{third}")
    await does(li, lead, "达成调解")
    assert "第十二条" in li.told[-1].text
    await li.presses("已征得被代表投诉人同意")
    await li.says("每人退款58元")
    await closes(li, lead)
    for person in people:
        await person.reads()
        person.hears("已办结:达成调解。每人退款58元", "请评价")
    await people[0].presses("满意")
    await people[1].presses("不满意")
    found = [await case(puyang, no) for no in numbers]
    assert [one.rating for one in found] == [1, 3, None]


async def test_nothing_binds_those_who_have_not_consented(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    _, (lead, *_) = await joined(puyang, li)
    version = (await case(puyang, lead)).version
    await li.sends(li.message(pressed=f"st:close_with:{lead}:{version}:agreed"))
    assert "第十二条" in li.told[-1].text
    for forged in (f"st:agree:{lead}:{version}:no", f"st:settle:{lead}:{version}:no"):
        await li.sends(li.message(pressed=forged))
        await li.says("每人退款58元")
        assert "要先征得被代表投诉人同意" in li.told[-1].text
    assert (await case(puyang, lead)).status is Status.MEDIATING


async def test_one_leaves_one_withdraws_and_the_leading_one_withdraws_and_the_rest_go_on(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    (wang, zhao, qian), (lead, second, third) = await joined(puyang, li)
    await zhao.says("进度")
    await zhao.presses("退出合并")
    zhao.hears("不再合并，单独办理")
    assert (await case(puyang, second)).part_of is None
    await wang.says("撤回")
    await wang.presses("确定撤回")
    await qian.reads()
    qian.hears("不再合并,单独继续办理")
    left = await case(puyang, third)
    assert (left.part_of, left.status) == (None, Status.MEDIATING)
    await qian.says("撤回")
    await qian.presses("确定撤回")
    await li.reads()
    li.hears(f"消费者已撤回投诉{third}(受理后)")
    assert (await case(puyang, second)).status is Status.MEDIATING
    assert (await case(puyang, lead)).status is Status.WITHDRAWN


async def test_a_member_settles_alone_and_the_others_are_handled_on(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    (_, zhao, _), (lead, second, third) = await joined(puyang, li)
    await zhao.says("进度")
    await zhao.presses("已和解")
    await zhao.says("商家退了58元")
    await li.reads()
    li.hears("消费者说已和商家和解:商家退了58元")
    found = [await case(puyang, no) for no in (lead, second, third)]
    assert [one.status for one in found] == [Status.MEDIATING, Status.SETTLED, Status.MEDIATING]
    await closes(li, second)
    await li.says("双方已确认")
    assert (await case(puyang, second)).outcome == "settled"
    await zhao.reads()
    zhao.hears("请评价")


async def test_only_like_cases_are_offered_and_another_shop_is_refused(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    numbers = [
        await files_complaint(puyang.person(name), story)
        for name, story in (("wang", MILK), ("zhao", MILK), ("qian", MILK.replace("惠万家超市", "联华超市")))
    ]
    for no in numbers:
        await mediates(li, no)
    await does(li, numbers[1], "征询合并")
    assert numbers[0] in li.told[-1].text
    assert numbers[2] not in li.told[-1].text
    await li.says(numbers[2])
    assert "不能合并" in li.told[-1].text


async def test_a_consumer_asks_for_another_mediator_for_all(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    lead_officer = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    (wang, zhao, _), numbers = await joined(puyang, li)
    await zhao.sends(zhao.message(pressed=f"pg:recuse:{numbers[1]}"))
    await zhao.says("调解员是老板的亲戚")
    assert "合并办理" in zhao.told[-1].text
    await wang.says("进度")
    await wang.presses("申请回避")
    await wang.says("调解员是老板的亲戚")
    wang.hears("回避申请已经转给负责人")
    await lead_officer.reads()
    lead_officer.hears("有人申请回避:调解员是老板的亲戚")
    found = [await case(puyang, no) for no in numbers]
    assert {one.status for one in found} == {Status.RECUSING}
    await lead_officer.presses("决定回避")
    await lead_officer.says("同意回避，改由他人调解")
    await zhao.reads()
    zhao.hears("回避申请的决定")
