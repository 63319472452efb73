"""What people really answer: no name for the shop, no date, a number for a name; and staff in a hurry."""

from __future__ import annotations

from cases.model import Role
from tests.house import MILK, Town, files_complaint
from tests.journeys.test_dialogue import HUALONG, begins


async def test_a_shop_without_a_name_is_described_and_its_story_kept(puyang: Town) -> None:
    wang = await begins(puyang, "在华龙区买的面包过期了,吃了拉肚子,要赔钱,昨天买的5块钱")
    await wang.says("不知道")
    wang.hears("不知道店名也能办")
    await wang.says("路边三轮车卖的,红色的车")
    assert "不像店名" not in wang.told[-1].text
    await wang.says("人民路口")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    wang.hears("商家：店名不详（路边三轮车卖的,红色的车）")


async def test_what_is_not_understood_twice_is_left_to_the_office_and_kept_in_the_story(puyang: Town) -> None:
    wang = await begins(puyang, "在华龙区好又多超市人民路店买的锅坏了,100块,要求退货")
    await wang.says("就是那阵子吧")
    wang.hears("没看懂日期")
    await wang.says("就是前一阵子吧")
    wang.hears("怎么称呼")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    wang.hears("就是前一阵子吧")


async def test_a_merchant_in_another_city_is_told_before_anything_else_is_asked(puyang: Town) -> None:
    wang = await begins(puyang, "我国庆在云南丽江古城的悦来客栈订了房，到店说没房，钱1280也不退")
    wang.hears("商家在云南省丽江市", "当地区号加12315")
    assert "怎么称呼" not in wang.texts
    await wang.presses("仍在这里登记，请12315转办")
    assert "您看怎么办" not in wang.told[-1].text


async def test_a_number_given_for_a_name_is_taken_as_a_number(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.says("13812345678")
    wang.hears("电话记下了")
    await wang.says("王芳")
    assert "通讯地址" in wang.told[-1].text


async def test_a_buyer_on_a_platform_is_asked_for_the_published_address(puyang: Town) -> None:
    wang = await begins(puyang, "昨天在淘宝小熊旗舰店买的电饭锅一用就冒烟,199元,要求退货")
    wang.hears("网店页面上公示的经营地址")


async def test_who_would_rather_stay_unnamed_can_turn_to_a_tipoff(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.says("匿名举报")
    await wang.presses("匿名")
    wang.hears("类型：举报", "匿名举报，不记您的姓名电话")


async def test_a_question_that_turns_out_to_be_a_loss_becomes_a_complaint(puyang: Town) -> None:
    wang = await begins(puyang, "我要咨询")
    await wang.says("我昨天在华龙区惠万家超市建设路店买的牛奶58块过期了,不给退,我要退钱")
    wang.hears("怎么称呼")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    wang.hears("类型：投诉")


async def test_asking_for_news_in_other_words_and_thanks_open_nothing_new(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.says("怎么还没人联系我")
    assert no in wang.told[-1].text
    await wang.says("谢谢")
    wang.hears("不客气")


async def test_the_number_of_a_case_is_no_sentence_for_a_consumer(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("回复")
    await li.says(no)
    assert "下一步" not in wang.texts.split("已分流")[-1]
    await wang.reads()
    assert "回复您" not in wang.texts
    await li.presses("签收")
    await li.presses("不予受理")
    await li.presses("查看")
    await li.says("收到")
    await wang.reads()
    assert "不予受理" not in wang.texts


async def test_a_typed_rating_is_for_the_case_that_was_asked_about(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    first = await files_complaint(wang, MILK)
    await wang.says("前天在华龙区好又多超市人民路店买的电饭锅坏了,199元,要求换货")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    await wang.presses("确认提交")
    await li.says(first)
    for label in ("签收", "受理", "办结", "自行和解"):
        await li.presses(label)
    await li.says("双方自行和解。")
    await wang.reads()
    wang.hears("自行和解。双方自行和解。")
    assert "。。" not in wang.texts
    await wang.says("1")
    async with puyang.house.database.read() as tx:
        rated = {case.no: case.rating for case in await tx.cases.of_person(wang.address, limit=5)}
    assert rated.pop(first) == 1  # type: ignore[call-overload]
    assert set(rated.values()) == {None}


async def test_the_desk_hears_only_of_what_the_rules_could_not_route(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau="410900-12315", role=Role.DESK)
    await desk.reads()
    await files_complaint(puyang.person("wang"), MILK)
    assert await desk.reads() == []


async def test_the_lead_is_asked_to_decide_a_tipoff_and_investigates_after_docketing(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    zhou = await puyang.staff("周正", bureau=HUALONG, role=Role.LEAD)
    wang = await begins(puyang, "我要举报华龙区老张烧烤店没有营业执照，在中原路上")
    if "举报可以匿名" not in wang.told[-1].text:
        await wang.says("中原路和大庆路口东北角")
    await wang.presses("匿名")
    await wang.presses("确认提交")
    await li.reads()
    await li.presses("签收")
    await zhou.reads()
    zhou.hears("已由李明签收核查")
    await zhou.presses("立案")
    await wang.reads()
    wang.hears("已立案调查")
    assert "已依法处理" not in wang.texts
    await zhou.presses("办结")
    await zhou.presses("立案处理")
    await zhou.says("罚款")
    await wang.reads()
    wang.hears("已依法处理")
    assert "罚款" not in wang.texts


async def test_staff_who_chat_are_not_taken_for_complainants(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await li.says("您购买已超过三年，可向法院起诉。")
    assert "说「待办」看您的件" in li.told[-1].text
    await li.presses("待办")
    li.hears("现在没有待办")
    await li.says("我要投诉")
    assert "发生了什么事" in li.told[-1].text
