"""A business settles a complaint itself: offered to the consumer once, told what it needs, and over by itself."""

from __future__ import annotations

import pytest

from cases.model import CaseNo, Role, Status
from handlers import staffing
from tests.house import MILK, Person, Town

HUALONG, QINGFENG, CITY = "410902", "410922", "410900"
BUSINESS = "惠万家超市"
QUESTION = "这家店能在线和解"


async def joins(town: Town, *, bureau: str = HUALONG, name: str = BUSINESS) -> Person:
    return await town.staff(name, bureau=bureau, role=Role.MERCHANT)


async def tells(town: Town, story: str = MILK, *, name: str = "wang") -> Person:
    """A consumer who has told everything but whether to settle it with the business first."""
    wang = town.person(name)
    await wang.says(story)
    await wang.presses("同意")
    for words in ("王芳", "13812345678", "华龙区中原路某小区"):
        await wang.says(words)
    return wang


async def negotiates(wang: Person) -> str:
    await wang.presses("先和商家协商")
    texts = await wang.presses("确认提交")
    return "".join(texts).split("编号")[1].split("。")[0]


async def status(town: Town, no: str) -> Status:
    async with town.house.database.read() as tx:
        case = await tx.cases.get(CaseNo(no))
    assert case is not None
    return case.status


async def test_a_consumer_takes_the_second_offer_of_the_business_and_rates(puyang: Town) -> None:
    shop = await joins(puyang)
    wang = await tells(puyang)
    assert QUESTION in wang.told[-1].text
    wang.hears("最迟12月7日答复", "不影响以后投诉", "「惠万家超市」会看到您的姓名、电话")
    no = await negotiates(wang)
    wang.hears("先由商家和您协商", "已转给商家在线协商,12月7日前答复您")
    await shop.reads()
    shop.hears(f"有消费者投诉贵店({no})", "12月7日", "要求退货")
    await shop.presses("查看")
    shop.hears("投诉人：王芳，13812345678")
    assert [word for word in ("回家发现", "中原路", "建设路") if word in shop.texts] == []
    await shop.presses("提出方案")
    await shop.says("退款58元，再送一箱牛奶")
    await wang.reads()
    wang.hears("商家提出:退款58元，再送一箱牛奶")
    await wang.presses("不同意")
    await shop.reads()
    shop.hears("消费者不同意这个方案,可以再提一个")
    await shop.presses("提出方案")
    await shop.says("退款58元，赔偿500元")
    await wang.says("进度")
    wang.hears("商家的方案：退款58元，赔偿500元", "12月7日前答复")
    await wang.presses("同意这个方案")
    wang.hears("按商家的方案和解了", "请评价")
    await shop.reads()
    shop.hears("消费者已同意和解:退款58元，赔偿500元")
    await wang.presses("满意")
    assert await status(puyang, no) is Status.ARCHIVED
    assert await shop.says(no) == [f"没有找到{no}，请核对编号。"]


async def test_after_ten_working_days_the_bureau_has_it_and_its_time_starts_then(puyang: Town) -> None:
    shop = await joins(puyang)
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau="410900-12315", role=Role.DESK)
    wang = await tells(puyang)
    no = await negotiates(wang)
    for instant in ("2026-12-02 10:00", "2026-12-07 18:00"):
        puyang.clock.at(instant)
        await puyang.passes()
    assert await status(puyang, no) is Status.NEGOTIATING
    puyang.clock.at("2026-12-08 09:00")
    await puyang.passes()
    for person in (shop, li, desk, wang):
        await person.reads()
    wang.hears("未达成和解,已转市场监管部门", "已分流至华龙区市场监管局办理,12月17日前告知是否受理")
    li.hears(f"投诉{no}已分流")
    shop.hears("协商期限是12月7日", "已转市场监管部门处理")
    assert await shop.says(no) == [f"没有找到{no}，请核对编号。"]
    assert no not in desk.texts


@pytest.mark.parametrize("who", ["consumer", "business"])
async def test_either_side_may_hand_it_to_the_bureau_at_once(who: str, puyang: Town) -> None:
    shop = await joins(puyang)
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = await tells(puyang)
    no = await negotiates(wang)
    await shop.reads()
    if who == "business":
        await shop.presses("转市场监管部门")
    else:
        await wang.says("进度")
        await wang.presses("转市场监管部门")
        await shop.reads()
    shop.hears(f"投诉{no}未能和解,已转市场监管部门处理")
    await li.reads()
    await wang.reads()
    li.hears(f"投诉{no}已分流", "12月2日")
    wang.hears("已分流至华龙区市场监管局")


async def test_withdrawing_tells_the_business_and_nobody_else(puyang: Town) -> None:
    shop = await joins(puyang)
    desk = await puyang.staff("赵台", bureau="410900-12315", role=Role.DESK)
    wang = await tells(puyang)
    no = await negotiates(wang)
    await wang.says("催办")
    wang.hears("已请商家尽快答复")
    assert await desk.says("待办") == ["现在没有待办。"]
    await wang.says("补充")
    await wang.says("我还有小票的照片")
    wang.hears("商家看不到")
    await wang.says("撤回")
    await wang.presses("确定撤回")
    await shop.reads()
    shop.hears("消费者请您尽快答复", f"消费者已撤回投诉{no},无需再协商")
    await desk.reads()
    assert no not in desk.texts
    assert "小票" not in shop.texts


UNFIT = {
    "another shop": "昨天在华龙区联华超市人民路店买了箱纯牛奶58块,回家发现过期了,他们不给退",
    "another county": MILK.replace("华龙区", "清丰县"),
    "danger": MILK + ",孩子喝了上吐下泻住院了",
}


@pytest.mark.parametrize("story", UNFIT.values(), ids=UNFIT)
async def test_who_complains_of_something_else_is_not_asked(story: str, puyang: Town) -> None:
    await joins(puyang)
    wang = await tells(puyang, story)
    assert "请核对" in wang.told[-1].text
    assert QUESTION not in wang.texts


@pytest.mark.parametrize("joined", [False, True])
async def test_a_business_that_has_not_joined_or_has_left_is_not_offered(joined: bool, puyang: Town) -> None:
    if joined:
        await joins(puyang)
    async with puyang.house.database.begin() as tx:
        made = await staffing.invite(tx, bureau=HUALONG, role=Role.MERCHANT, name=BUSINESS, office=puyang.house.office)
        if joined:
            await staffing.retire(tx, made.staff.id)
    wang = await tells(puyang)
    assert "请核对" in wang.told[-1].text


NAMES = {"company": "濮阳市惠万家超市有限公司", "branch": "惠万家超市(建设路店)", "plain": "惠万家超市"}


@pytest.mark.parametrize("bureau", [HUALONG, CITY])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_a_business_is_known_with_or_without_its_branch_and_legal_form(
    name: str, bureau: str, puyang: Town
) -> None:
    await joins(puyang, name=name, bureau=bureau)
    wang = await tells(puyang)
    assert QUESTION in wang.told[-1].text


ANSWERS = {"直接由市场监管办": False, "不想协商，你们办吧": False, "好的": False, "嗯？": False, "先和商家协商吧": True}


@pytest.mark.parametrize(("answer", "settles"), ANSWERS.items())
async def test_only_a_plain_yes_tells_the_business_and_the_question_is_asked_once(
    answer: str, settles: bool, puyang: Town
) -> None:
    shop = await joins(puyang)
    wang = await tells(puyang)
    await wang.says(answer)
    assert "请核对" in wang.told[-1].text
    assert ("先由商家和您协商" in wang.told[-1].text) is settles
    await wang.presses("确认提交")
    await shop.reads()
    assert ("有消费者投诉贵店" in shop.texts) is settles
    assert wang.texts.count(QUESTION) == 1


async def test_the_choice_can_be_changed_until_the_end(puyang: Town) -> None:
    shop = await joins(puyang)
    wang = await tells(puyang)
    await wang.presses("先和商家协商")
    await wang.says("还是直接由市场监管部门办吧")
    assert "先由商家和您协商" not in wang.told[-1].text
    await wang.presses("修改")
    await wang.presses("怎么办理")
    await wang.presses("先和商家协商")
    assert "先由商家和您协商" in wang.told[-1].text
    await wang.says("店名写错了,是联华超市")
    assert "先由商家和您协商" not in wang.told[-1].text
    await wang.presses("确认提交")
    await shop.reads()
    assert "有消费者投诉贵店" not in shop.texts
