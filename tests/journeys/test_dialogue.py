"""How people really talk: corrections, detours, pauses, evidence, the wrong door, and several cases at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from cases.messages import Attachment, AttachmentKind
from cases.model import Role
from tests.house import MILK, Person, Town, files_complaint, photo

HUALONG = "410902"
ODD_TEXTS = ["", "😀😀😀", "<b>&amp;</b> *_`[", "Hello, my milk was sour", "\u0000\u0007", "牛" * 100_000]
ODD_ANSWERS = ["", "😀", "<script>alert(1)</script>", "*_`[]()", "12345678901234567890", "x" * 9000]
ANSWERS = (
    "东西坏了不给换",
    "好又多超市",
    "华龙区",
    "人民路口",
    "昨天",
    "58",
    "换货",
    "王芳",
    "13812345678",
    "中原路5号院",
)


async def begins(town: Town, story: str = MILK, name: str = "wang") -> Person:
    person = town.person(name)
    await person.says(story)
    await person.presses("同意")
    return person


async def test_a_consumer_corrects_facts_in_free_words_at_any_time(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.says("地址写错了,是胜利路店")
    wang.hears("改好了。商家：惠万家超市(胜利路店)")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    await wang.says("金额是85")
    wang.hears("改好了。金额：85元")
    assert "商家：惠万家超市(胜利路店)" in wang.told[-1].text
    assert "金额：85元" in wang.told[-1].text


async def test_going_back_asks_the_last_question_again(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.says("王芳")
    assert "手机号" in wang.told[-1].text
    await wang.says("返回")
    assert "怎么称呼" in wang.told[-1].text


async def test_a_draft_waits_for_days_and_is_taken_up_where_it_stood(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.says("王芳")
    await wang.says("等一下我找找")
    wang.hears("我等您")
    await puyang.passes(days=5)
    await wang.says("13812345678")
    wang.hears("您回来了", "通讯地址")


async def test_a_draft_left_for_longer_than_the_site_keeps_it_is_forgotten(puyang: Town) -> None:
    wang = await begins(puyang)
    await puyang.passes(days=31)
    await puyang.duties.tidy()
    await wang.says("继续")
    wang.hears("没有正在填写的内容")


async def test_a_number_is_no_name_and_a_name_no_number(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.says("12345")
    wang.hears("这个不像姓名")
    await wang.says("王芳")
    await wang.says("没有手机")
    wang.hears("11位手机号")


async def test_nothing_is_kept_of_someone_who_refuses(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.presses("不同意")
    wang.hears("已经删除")
    async with puyang.house.database.read() as tx:
        assert await tx.inbox.said_by(wang.address, after=0, limit=10) == []
        session = await tx.conversations.get(wang.address)
    assert session is not None
    assert "牛奶" not in str(session.data)


async def test_an_uploaded_file_of_someone_who_refuses_is_deleted(puyang: Town) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield b"a receipt"

    files = puyang.house.files
    sha256, _ = await files.keep(content())
    wang = puyang.person("wang")
    upload = Attachment(kind=AttachmentKind.PHOTO, sha256=sha256)
    await wang.says(MILK, attachments=(upload,))
    await puyang.duties.tidy()
    assert files.path(sha256).exists(), "nobody has refused yet"
    await wang.presses("不同意")
    assert await puyang.duties.tidy() == 1
    assert not files.path(sha256).exists()


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ({"size": 20_000_001, "media_type": "video/mp4"}, "超过20MB"),
        ({"size": 9, "media_type": "application/x-msdownload"}, "这种文件打不开"),
    ],
)
async def test_a_file_that_cannot_be_kept_is_refused_in_one_sentence_and_the_words_beside_it_are_not_lost(
    puyang: Town, file: dict[str, Any], told: str
) -> None:
    wang = await begins(puyang)
    document = Attachment(kind=AttachmentKind.DOCUMENT, reference="x", file_name="证据", **file)
    answers = await wang.says("", attachments=(document,))
    assert len(answers) == 1
    assert told in answers[0]
    await wang.says("王芳", attachments=(document,))
    wang.hears("手机号")


async def test_forgetting_wipes_what_was_said_and_answered_but_no_case(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    puyang.clock.advance(minutes=1)
    await wang.says("删除我的信息")
    async with puyang.house.database.read() as tx:
        kept = [out.text for _, _, out in await tx.outbox.since(wang.address, after=0, limit=50)]
        cases = await tx.cases.of_person(wang.address, limit=5)
    assert [case.no for case in cases] == [no]
    assert not any("王芳" in text for text in kept)
    assert any("已登记" in text for text in kept), "what is owed about the case stays provable"


async def test_the_answer_to_a_refusal_comes_after_all_that_a_page_has_shown(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    shown = await puyang.house.pages.transcript(wang.address)
    last = max(int(line.id.removeprefix("out:")) for line in shown if not line.mine)
    puyang.clock.advance(minutes=1)
    await wang.presses("不同意")
    new = await puyang.house.pages.transcript(wang.address, after=last)
    assert ["已经删除" in line.text for line in new] == [True]
    assert not any("同意后" in line.text for line in await puyang.house.pages.transcript(wang.address))


async def test_what_was_said_before_consenting_is_not_asked_again(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says("昨天在华龙区惠万家超市建设路店买了箱纯牛奶")
    await wang.says("58块,过期了,不给退")
    await wang.presses("同意")
    wang.hears("惠万家超市(建设路店)", "58元", "退货")


async def test_photos_become_evidence_with_their_hash_and_an_album_is_answered_once(puyang: Town) -> None:
    wang = await begins(puyang)
    answers = await wang.shows("a", "b", "c", album="album-1")
    assert sum("按原图保存" in text for text in answers) == 1
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    await wang.presses("确认提交")
    no = wang.texts.split("编号")[1][:15]
    assert await puyang.duties.fetch() == 3
    async with puyang.house.database.read() as tx:
        kept = await tx.evidence.of((await tx.cases.of_person(wang.address, limit=1))[0].no)
    assert no
    assert sorted(puyang.house.files.read(e.sha256 or "") for e in kept) == [
        b"bytes of a",
        b"bytes of b",
        b"bytes of c",
    ]


async def test_a_draft_that_outlived_its_first_photo_can_still_be_filed(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.shows("a")
    for _ in range(2):
        await puyang.passes(days=20)
        await wang.says("等一下我找找")
    await puyang.duties.tidy()
    await wang.shows("b")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    await wang.presses("确认提交")
    wang.hears("编号410900")


async def test_a_tipoff_may_be_anonymous_and_keeps_no_name(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = await begins(puyang, "我要举报华龙区老张烧烤店没有营业执照，在中原路上")
    for _ in range(3):
        if "举报可以匿名" in wang.told[-1].text:
            break
        await wang.says("中原路和大庆路口东北角")
    await wang.presses("匿名")
    wang.hears("匿名举报，不记您的姓名电话")
    await wang.presses("确认提交")
    wang.hears("您反映的线索已登记,编号410900J", "为您保密")
    await li.reads()
    li.hears("举报410900J")
    await li.presses("查看")
    li.hears("投诉举报人：匿名")


async def test_a_message_with_a_claim_and_a_violation_becomes_two_cases(puyang: Town) -> None:
    wang = await begins(puyang, MILK + "，我要举报他们卖过期食品，请查处，也要退钱")
    if "投诉和举报都要" in [c.label for row in wang.told[-1].choices for c in row]:
        await wang.presses("投诉和举报都要")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    wang.hears("类型：投诉、举报", "分别办理")
    await wang.presses("确认提交")
    async with puyang.house.database.read() as tx:
        cases = await tx.cases.of_person(wang.address, limit=5)
    assert {case.kind.value for case in cases} == {"complaint", "tipoff"}
    assert {case.sibling for case in cases} == {case.no for case in cases}


async def test_someone_at_the_wrong_door_is_told_the_right_one_before_being_asked_more(puyang: Town) -> None:
    wang = await begins(puyang, "孩子报的英语辅导班跑路了,交了八千块,在华龙区,不退钱")
    wang.hears("这件事归濮阳市教育局管")
    await wang.presses("知道了，我去找他们")
    wang.hears("没有在这里登记")


async def test_a_fraud_that_is_under_way_gets_the_police_number_first(puyang: Town) -> None:
    wang = await begins(puyang, "刚才有人冒充客服骗我转了两万块钱")
    wang.hears("110", "96110")


async def test_pressing_confirm_twice_files_once(puyang: Town) -> None:
    wang = await begins(puyang)
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    twice = [wang.message(pressed=wang.button("确认提交").value) for _ in range(2)]
    await wang.sends(*twice)
    wang.hears("已经提交过了")
    async with puyang.house.database.read() as tx:
        assert len(await tx.cases.of_person(wang.address, limit=5)) == 1


async def test_typing_what_a_button_says_is_pressing_it(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.says("同意")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    await wang.says("确认提交")
    wang.hears("编号410900")


async def test_one_person_has_many_cases_and_acts_on_a_chosen_one(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    first = await files_complaint(wang, MILK)
    await wang.says("前天在华龙区好又多超市人民路店买的电饭锅坏了,199元,要求换货")
    await wang.says("王芳 13812345678 华龙区中原路5号院")
    await wang.presses("确认提交")
    await wang.says("进度")
    wang.hears("您一共有2件", first)
    await wang.says("催办")
    await wang.presses(first)
    await li.reads()
    li.hears(f"消费者催办投诉{first}")
    await wang.says("补充")
    await wang.presses(first)
    await wang.says("我找到小票了", attachments=(photo("receipt"),))
    await li.reads()
    li.hears(f"为投诉{first}补充了材料:我找到小票了")
    await wang.says("撤回")
    await wang.presses(first)
    await wang.presses("确定撤回")
    wang.hears(f"已撤回投诉({first})")
    await li.reads()
    li.hears(f"已撤回投诉{first}")


async def test_material_that_was_asked_for_comes_back_to_the_officer(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("签收")
    await li.presses("要求补正")
    await li.says("购物小票照片")
    await wang.reads()
    wang.hears(f"({no})需要补充:购物小票照片", "请于11月30日前补充")
    await wang.says("补充")
    await wang.says("小票在这里", attachments=(photo("receipt"),))
    await li.reads()
    li.hears(f"投诉{no}的材料已补充")


@pytest.mark.parametrize("odd", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
async def test_any_text_gets_an_answer_and_none_a_fault(puyang: Town, odd: str) -> None:
    wang = puyang.person("wang")
    await wang.says("你好")
    await wang.presses("同意")
    answers = await wang.says(odd)
    assert answers
    assert not any("没有处理好" in answer for answer in answers)


@pytest.mark.parametrize("odd", ODD_ANSWERS, ids=range(len(ODD_ANSWERS)))
async def test_odd_answers_in_every_field_lose_nothing_and_break_nothing(puyang: Town, odd: str) -> None:
    wang = puyang.person("wang")
    await wang.says("我要投诉")
    await wang.presses("同意")
    for answer in ANSWERS:
        answers = await wang.says(odd)
        assert answers
        assert not any("没有处理好" in text for text in answers)
        await wang.says(answer)
    assert "没有处理好" not in wang.texts


async def test_the_lead_hears_of_a_bad_rating(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    zhou = await puyang.staff("周正", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    for label in ("签收", "受理", "办结", "自行和解"):
        await li.presses(label)
    await li.says("双方自行和解")
    await wang.reads()
    await wang.says("3")
    wang.hears("没有让您满意")
    await zhou.reads()
    zhou.hears(f"投诉{no}评价不满意")
