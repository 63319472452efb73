"""Subscribing to tips and alerts in chat: chosen by buttons or in own words, shown, changed, and ended in one step."""

from __future__ import annotations

import pytest

from cases.subscriptions import Subscription
from tests.house import MILK, Person, Town

STOPPED = "已退订，以后不再给您发"


async def consented(puyang: Town, name: str = "li") -> Person:
    person = puyang.person(name)
    await person.says("你好")
    await person.presses("同意")
    return person


async def kept(puyang: Town, person: Person) -> Subscription | None:
    async with puyang.house.database.read() as tx:
        return await tx.subscriptions.get(person.address)


async def refused(puyang: Town, person: Person) -> bool:
    async with puyang.house.database.read() as tx:
        return person.address in await tx.reaches.refused([person.address])


async def rated(puyang: Town, *, first: str = "") -> Person:
    """Somebody whose case was worked to its end, who has just rated it."""
    li, wang = await puyang.staff("李明", bureau="410902"), await consented(puyang, "wang")
    for words in filter(None, (first, MILK)):
        await wang.says(words)
    await wang.says("王芳")
    await wang.says("13812345678")
    await wang.says("华龙区中原路某小区")
    await wang.presses("确认提交")
    await li.reads()
    for press in ("签收", "受理", "办结", "达成调解"):
        await li.presses(press)
    await li.says("商家退款58元")
    await wang.reads()
    await wang.presses("满意")
    wang.hears("谢谢您的评价")
    return wang


def buttons(person: Person) -> list[str]:
    return [choice.label for row in person.told[-1].choices for choice in row]


async def test_topics_and_a_district_are_chosen_by_buttons_and_confirmed(puyang: Town) -> None:
    li = await consented(puyang)
    await li.presses("消费提示")
    assert "食品餐饮" in buttons(li)
    assert "下一步" not in buttons(li)
    await li.presses("食品餐饮")
    await li.presses("旅游、健身和预付卡")
    await li.presses("金融保险")
    await li.presses("✓ 金融保险")
    assert {"✓ 食品餐饮", "✓ 旅游、健身和预付卡", "金融保险"} <= set(buttons(li))
    await li.presses("下一步")
    assert {"华龙区", "全市"} <= set(buttons(li))
    told = await li.presses("华龙区")
    assert "七天里最多3条" in told[-1]
    assert "退订" in told[-1]
    assert "08:00到22:00" in told[-1]
    assert await kept(puyang, li) is None, "nothing is kept before it is confirmed"
    await li.presses("订阅")
    found = await kept(puyang, li)
    assert found
    assert (found.topics, found.region) == (("food", "leisure"), "410902")


@pytest.mark.parametrize(
    ("said", "topics"),
    [
        ("食品和预付卡", ("food", "leisure")),
        ("吃的、手机，还有孩子的培训班", ("child", "electric", "food")),
        ("农药", ("farm",)),
        ("牛奶", ("food",)),
        ("全部都要", ()),
    ],
)
async def test_topics_are_understood_in_own_words(puyang: Town, said: str, topics: tuple[str, ...]) -> None:
    li = await consented(puyang)
    await li.says("订阅")
    await li.says(said)
    told = await li.says("我住清丰")
    assert "清丰县" in told[-1]
    await li.says("可以")
    found = await kept(puyang, li)
    assert found
    assert (found.topics, found.region) == (topics, "410922")


async def test_one_sentence_may_say_what_and_where(puyang: Town) -> None:
    li = await consented(puyang)
    told = await li.says("我想订阅濮阳县的食品提示")
    assert "食品餐饮" in told[-1]
    assert "濮阳县" in told[-1]
    await li.presses("订阅")
    found = await kept(puyang, li)
    assert found
    assert (found.topics, found.region) == (("food",), "410928")


async def test_what_is_not_understood_is_asked_again_and_can_be_left(puyang: Town) -> None:
    li = await consented(puyang)
    await li.says("订阅")
    assert "没听出是哪方面" in (await li.says("嗯嗯那个啥"))[-1]
    await li.says("食品")
    assert "没听出是哪个区县" in (await li.says("月球"))[-1]
    assert "只能订一个" in (await li.says("华龙区和清丰县"))[-1]
    await li.says("返回")
    assert "✓ 食品餐饮" in buttons(li)
    await li.says("取消")
    li.hears("没有改动您的订阅")
    assert await kept(puyang, li) is None


async def test_a_complaint_told_meanwhile_is_taken_up(puyang: Town) -> None:
    li = await consented(puyang)
    await li.says("订阅")
    told = await li.says(MILK)
    assert "我记下了" in told[0]


async def test_my_subscription_is_shown_changed_and_ended(puyang: Town) -> None:
    li = await consented(puyang)
    assert "还没有订阅" in (await li.says("我的订阅"))[-1]
    await li.says("订阅食品")
    await li.says("全市")
    await li.presses("订阅")
    assert "您订的是：食品餐饮，全市" in (await li.says("我的订阅"))[-1]
    await li.presses("改一改")
    assert "✓ 食品餐饮" in buttons(li)
    await li.says("再加上手机")
    await li.presses("台前县")
    await li.presses("订阅")
    found = await kept(puyang, li)
    assert found
    assert (found.topics, found.region) == (("electric", "food"), "410927")
    await li.says("我的订阅")
    await li.presses("退订")
    assert await kept(puyang, li) is None
    assert await refused(puyang, li)
    assert "已经退订" in (await li.says("我的订阅"))[-1]


@pytest.mark.parametrize("word", ["退订", "R", "TD", "取消订阅", "不要再发了。"])
async def test_unsubscribing_works_in_one_step_before_anything_else_was_said(puyang: Town, word: str) -> None:
    stranger = puyang.person("stranger")
    told = await stranger.says(word)
    assert len(told) == 1
    assert STOPPED in told[0]
    assert await refused(puyang, stranger)


async def test_unsubscribing_in_the_middle_of_a_draft_loses_nothing_of_it(puyang: Town) -> None:
    li = await consented(puyang)
    await li.says(MILK)
    told = await li.says("退订")
    assert len(told) == 1
    assert STOPPED in told[0]
    assert "还在" in told[0]
    assert await refused(puyang, li)
    await li.says("王芳")
    await li.says("13812345678")
    await li.says("华龙区中原路某小区")
    await li.presses("确认提交")
    li.hears("编号")


async def test_subscribing_in_the_middle_of_a_draft_and_going_on_with_it(puyang: Town) -> None:
    li = await consented(puyang)
    await li.says(MILK)
    await li.says("订阅")
    await li.says("食品")
    await li.presses("全市")
    told = await li.presses("订阅")
    assert "订好了" in told[0]
    assert len(told) == 2
    await li.says("王芳")
    await li.says("13812345678")
    await li.says("华龙区中原路某小区")
    assert "请核对" in li.told[-1].text
    assert "订好了" not in li.told[-1].text


async def test_a_draft_left_by_a_command_out_of_the_dialogue_is_still_there(puyang: Town) -> None:
    li = await consented(puyang)
    await li.says(MILK)
    await li.says("订阅")
    await li.says("退订")
    await li.says("订阅")
    await li.says("进度")
    await li.says("王芳")
    assert "电话" in li.told[-1].text


async def test_a_refusal_is_kept_until_one_subscribes_anew(puyang: Town) -> None:
    li = await consented(puyang)
    await li.says("退订")
    await li.says("订阅食品")
    await li.says("取消")
    assert await refused(puyang, li)
    await li.says("订阅食品")
    await li.says("全市")
    await li.says("好的")
    assert not await refused(puyang, li)


async def test_after_a_rating_one_is_asked_once_whether_to_be_warned(puyang: Town) -> None:
    wang = await rated(puyang)
    assert "提前收到食品餐饮方面的消费提示（华龙区" in wang.told[-1].text
    await wang.presses("订阅食品餐饮提示")
    found = await kept(puyang, wang)
    assert found
    assert (found.topics, found.region) == (("food",), "410902")
    assert "您订的是" in (await wang.presses("订阅食品餐饮提示"))[-1], "a second tap shows what there is"


async def test_nobody_is_asked_twice(puyang: Town) -> None:
    wang = puyang.person("wang")
    async with puyang.house.database.begin() as tx:
        assert await tx.subscriptions.offer(wang.address, at=puyang.clock())
    async with puyang.house.database.begin() as tx:
        assert not await tx.subscriptions.offer(wang.address, at=puyang.clock())
    assert "提前收到" not in (await rated(puyang)).texts


async def test_whoever_has_unsubscribed_is_not_asked(puyang: Town) -> None:
    assert "提前收到" not in (await rated(puyang, first="退订")).texts


async def test_forgetting_ends_the_subscription(puyang: Town) -> None:
    li = await consented(puyang)
    await li.says("订阅食品")
    await li.says("全市")
    await li.says("确认")
    await li.says("删除我的信息")
    assert await kept(puyang, li) is None
