"""Where the rules are not sure, one question is asked whose answer decides; and what buyers on the net are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.intake import SURE
from tests.clock import Clock
from tests.house import Person, Town, town
from tests.journeys.test_dialogue import begins

CARD = "在华龙区美发轩理发店办了卡,充了1000元,上周五,现在关门了不给退,要退钱"
WHO = "王芳 13812345678 华龙区中原路5号院"


@pytest.fixture
async def quanzhou(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(migrated_url, clock, tmp_path, site="quanzhou") as here:
        yield here


def labels(person: Person) -> list[str]:
    return [choice.label for row in person.told[-1].choices for choice in row]


async def summed_up(person: Person) -> str:
    """What the person reads before submitting, every other question answered."""
    for _ in range(8):
        if "确认提交" in labels(person):
            break
        asked = person.told[-1].text
        await person.says(WHO if "怎么称呼" in asked else "退钱" if "怎么解决" in asked else "不清楚")
    return person.told[-1].text


CHAOYANG = "昨天在朝阳区惠民超市买的牛奶过期了,58元,要求退货"
GULOU = "昨天在鼓楼区惠民超市买的牛奶过期了,58元,要求退货"


@pytest.mark.parametrize(
    ("story", "shared", "answer", "place"),
    [
        (CHAOYANG, ["北京市朝阳区", "吉林省长春市朝阳区"], "北京", "北京市朝阳区"),
        (GULOU, ["河南省开封市鼓楼区"], "开封", "河南省开封市鼓楼区"),
        (GULOU, ["江苏省徐州市鼓楼区"], "徐州市鼓楼区", "江苏省徐州市鼓楼区"),
    ],
)
async def test_of_counties_with_one_name_the_dialogue_asks_which(
    puyang: Town, story: str, shared: list[str], answer: str, place: str
) -> None:
    wang = await begins(puyang, story)
    assert "您说的是哪一个" in wang.told[-1].text
    assert set(shared) <= set(labels(wang))
    await wang.says(answer)
    wang.hears(f"商家在{place}，这类事由商家所在地的市场监管局办")


async def test_a_township_of_two_counties_goes_to_the_station_of_the_one_that_was_chosen(quanzhou: Town) -> None:
    wang = await begins(quanzhou, "昨天在官桥镇的惠民超市买了过期面包,5元,要求退货")
    assert labels(wang) == ["安溪县", "南安市", "不清楚"]
    await wang.presses("南安市")
    assert "承办：南安市官桥" in await summed_up(wang)


async def test_a_name_that_means_two_bureaus_is_told_apart_in_the_words_of_the_data(puyang: Town) -> None:
    wang = await begins(puyang, "昨天在高新区惠民超市买的牛奶过期了,58元,要求退货")
    wang.hears("您说的高新区是哪一片？")
    await wang.presses("现在的经开区（濮水、幸福办事处一带）")
    assert "承办：濮阳市市场监督管理局经开区分局" in await summed_up(wang)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("个体户", "承办：濮阳市华龙区市场监督管理局。因为商家在华龙区，个体户发的卡"),
        ("是个私人开的小店", "承办：濮阳市华龙区市场监督管理局。因为商家在华龙区，个体户发的卡"),
        ("公司", "这件事归濮阳市商务局管"),
        ("不清楚", "这件事归濮阳市商务局管"),
    ],
)
async def test_who_issued_a_card_decides_between_two_departments(puyang: Town, answer: str, told: str) -> None:
    wang = await begins(puyang, CARD)
    wang.hears("给您办卡的是公司还是个体户？")
    await wang.says(answer)
    await summed_up(wang)
    wang.hears(told)


async def test_words_that_answer_nothing_are_asked_again_once_and_going_back_asks_again(puyang: Town) -> None:
    wang = await begins(puyang, CARD)
    await wang.says("就那家呗")
    wang.hears("没看明白是哪一种")
    await wang.presses("公司")
    wang.hears("濮阳市商务局")
    await wang.says("返回")
    assert "公司还是个体户" in wang.told[-1].text
    await wang.presses("个体户")
    assert "商务局" not in await summed_up(wang)


async def test_a_forged_answer_sets_nothing(puyang: Town) -> None:
    wang = await begins(puyang, CARD)
    nonce = wang.button("个体户").value.split(":")[1]
    for value in ("card-issuer/police", "nothing/sole", "/", ""):
        await wang.sends(wang.message(pressed=f"in:{nonce}:s:decide:{value}"))
    assert "濮阳市商务局" in wang.texts


async def test_a_buyer_on_a_platform_is_not_taken_to_be_where_the_shop_is(puyang: Town) -> None:
    wang = await begins(puyang, "我在濮阳华龙区,上周五在淘宝好锅旗舰店买的电饭锅冒烟,199元,要求退货")
    assert "网店页面上公示的经营地址在哪个区县" in wang.told[-1].text
    await wang.presses("不清楚")
    wang.hears("没有公示地址", "平台公司所在地（浙江省杭州市余杭区）", "www.12315.cn")
    await wang.presses("仍在这里登记，请12315转办")
    assert "因为是淘宝网店，由店铺公示地址或平台公司所在地（浙江省杭州市余杭区）" in await summed_up(wang)


async def test_a_published_address_here_leads_to_the_bureau_here(puyang: Town) -> None:
    wang = await begins(puyang, "上周五在淘宝好锅旗舰店买的电饭锅冒烟,199元,要求退货")
    await wang.presses("清丰县")
    assert "承办：清丰县市场监督管理局。因为网店公示的地址在清丰县" in await summed_up(wang)


async def test_food_brought_from_round_the_corner_keeps_the_place_that_was_told(puyang: Town) -> None:
    wang = await begins(puyang, "昨天在华龙区张三烧烤店用美团点的外卖有虫,58元,要求退钱")
    assert "公示的经营地址" not in wang.texts
    assert "网店公示的地址在华龙区" in await summed_up(wang)


@pytest.mark.parametrize(
    ("answer", "told"),
    [("平台本身或自营", "淘宝平台公司在浙江省杭州市余杭区，针对平台本身"), ("平台里的店", "网店页面上公示的经营地址")],
)
async def test_a_platform_named_for_a_shop_is_asked_which_is_meant(puyang: Town, answer: str, told: str) -> None:
    wang = await begins(puyang, "上周五在淘宝买的电饭锅坏了,199元,要求退货")
    await wang.says("淘宝")
    assert "平台本身" in wang.told[-1].text
    assert "杭州" not in wang.texts  # nobody is sent away before it is clear whom it is about
    await wang.presses(answer)
    if "哪家店" in wang.told[-1].text:
        await wang.says("小熊旗舰店")
    wang.hears(told)


async def test_an_advertisement_is_asked_where_it_stood_and_goes_to_its_publisher(puyang: Town) -> None:
    wang = await begins(puyang, "我要举报,卖保健品的吹能治癌症,虚假宣传")
    await wang.says("神药公司")
    assert "这个宣传您是在哪里看到的" in wang.told[-1].text
    await wang.presses("电视、广播、报刊")
    assert "登这个广告的电视台、电台、报社在哪个区县" in wang.told[-1].text
    await wang.presses("华龙区")
    await wang.says("不清楚")
    await wang.presses("匿名")
    wang.hears("承办：濮阳市华龙区市场监督管理局。因为发布广告的媒体在华龙区")


VAGUE = "在华龙区乐家福商行买的东西是坏的，找他们也不理"


async def test_what_kind_of_thing_it_is_is_asked_where_the_reading_is_not_sure(puyang: Town) -> None:
    heard = puyang.house.office.reader.understand(VAGUE, today=puyang.house.office.today())
    assert heard.confidence < SURE, "take another text that says nothing of what was bought"
    wang = await begins(puyang, VAGUE)
    wang.hears("这件事主要和什么有关")
    assert labels(wang)[-1] == "不清楚"
    await wang.says("都不像")
    wang.hears("还拿不准是哪一类")
    await wang.says("是个电饭煲，插上电就冒烟")
    assert "分类：家用电器" in await summed_up(wang)


async def test_who_cannot_say_the_kind_of_thing_goes_on_without_it(puyang: Town) -> None:
    wang = await begins(puyang, VAGUE)
    await wang.presses("不清楚")
    assert "这件事主要和什么有关" not in wang.told[-1].text
    await summed_up(wang)
    assert "确认提交" in labels(wang)
