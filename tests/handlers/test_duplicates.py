"""Who tells again what they have filed already is asked once, and only about cases of their own."""

from __future__ import annotations

import pytest

from cases.model import Case, Kind, Status
from tests.house import MILK, Person, Town, files_complaint, photo

HUALONG = "410902"
AGAIN = "我昨天在华龙区惠万家超市建设路店花58块买的纯牛奶过期了,刚才又拍了照片,要求退货"
ASKED = "您是否在补充编号"
YES, NO = "是，补充到这一件", "不是，另登一件"
TIPOFF = "我要匿名举报华龙区惠万家超市建设路店卖过期纯牛奶"


async def cases_of(town: Town, person: Person) -> list[Case]:
    async with town.house.database.read() as tx:
        return await tx.cases.of_person(person.address, limit=9)


async def reasons(town: Town, no: str) -> list[str]:
    """What was added to a case."""
    async with town.house.database.read() as tx:
        found = await tx.cases.get(no)
        assert found is not None
        return [event.facts.get("reason", "") for event in await tx.cases.journal(found.no) if event.name == "added"]


async def finishes(person: Person, *, name: str = "王芳", phone: str = "13812345678") -> str:
    """Answer what a draft still asks for and submit it."""
    for words in (name, phone, "华龙区中原路某小区"):
        await person.says(words)
    return "".join(await person.presses("确认提交"))


async def test_who_tells_the_same_again_is_asked_and_a_yes_adds_words_and_files_to_the_case(puyang: Town) -> None:
    li, wang = await puyang.staff("李明", bureau=HUALONG), puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.reads()
    told = "".join(await wang.shows("carton", text=AGAIN))
    assert f"{ASKED}{no}的投诉？" in told
    await wang.presses(YES)
    wang.hears(f"已补充到编号{no}")
    assert [case.no for case in await cases_of(puyang, wang)] == [no]
    assert [AGAIN in reason for reason in await reasons(puyang, no)] == [True]
    async with puyang.house.database.read() as tx:
        assert [piece.attachment.reference for piece in await tx.evidence.of((await cases_of(puyang, wang))[0].no)] == [
            "carton"
        ]
    await li.reads()
    li.hears(f"为投诉{no}补充了材料", AGAIN)


async def test_a_no_files_a_case_of_its_own_and_is_not_asked_for_again(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.says(AGAIN)
    await wang.presses(NO)
    texts = await finishes(wang)
    assert "已经交上去了" in texts
    assert wang.texts.count(ASKED) == 1
    assert len(await cases_of(puyang, wang)) == 2
    assert await reasons(puyang, no) == []


@pytest.mark.parametrize(
    ("words", "cases"), [("是", 1), ("是的", 1), ("对", 1), ("补充", 1), ("不是", 2), ("不对", 2), ("另登一件", 2)]
)
async def test_the_answer_may_be_typed(puyang: Town, words: str, cases: int) -> None:
    wang = puyang.person("wang")
    await files_complaint(wang, MILK)
    await wang.says(AGAIN)
    await wang.says(words)
    if cases == 2:
        await finishes(wang)
    assert len(await cases_of(puyang, wang)) == cases


async def test_words_that_answer_neither_are_kept_and_the_question_stands(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.says(AGAIN)
    await wang.says("店员说要等店长回来再处理这件事情,我等了三天也没有消息")
    assert wang.texts.count(ASKED) == 2
    await wang.presses(YES)
    assert "等店长回来" in (await reasons(puyang, no))[0]


OTHERS = {
    "another business": AGAIN.replace("惠万家超市建设路店", "好又多超市人民路店"),
    "a deal of another day": AGAIN.replace("昨天", "11月2日"),
    "another thing": "昨天在华龙区惠万家超市建设路店办的购物卡,里面还有500块,现在不让用了,要求退款",
    "another county": AGAIN.replace("华龙区", "清丰县"),
}


@pytest.mark.parametrize("story", OTHERS.values(), ids=OTHERS.keys())
async def test_other_facts_are_filed_without_a_question(puyang: Town, story: str) -> None:
    wang = puyang.person("wang")
    await files_complaint(wang, MILK)
    await wang.says(story)
    for words in ("华龙区", "建设路1号", "前天", "500", "退货"):
        await wang.says(words)
    assert ASKED not in wang.texts


async def test_nobody_is_asked_about_a_case_of_another_person(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    zhao = puyang.person("zhao")
    await files_complaint(zhao, AGAIN, name="赵敏")
    assert ASKED not in zhao.texts
    assert no not in zhao.texts


@pytest.mark.parametrize(("name", "phone", "asked"), [("王芳", "13812345678", True), ("赵敏", "13812345678", False)])
async def test_the_same_name_and_telephone_in_another_chat_are_the_same_person(
    puyang: Town, name: str, phone: str, *, asked: bool
) -> None:
    wang, other = puyang.person("wang"), puyang.person("on-the-web")
    no = await files_complaint(wang, MILK)
    await other.says(AGAIN)
    await other.presses("同意")
    for words in (name, phone):
        await other.says(words)
    assert (f"{ASKED}{no}" in other.texts) is asked
    if asked:
        await other.presses(YES)
        other.hears(f"已补充到编号{no}", "登记它时用的聊天")
        assert "从另一个聊天补充" in (await reasons(puyang, no))[0]
        assert await other.says(no) == [f"没有找到{no}，请核对编号。"]


async def test_that_there_is_a_tip_off_is_told_in_its_own_chat_alone(puyang: Town) -> None:
    wang, other = puyang.person("wang"), puyang.person("merchant-in-disguise")
    named = TIPOFF.replace("匿名", "")
    for person in (wang, other):
        await person.says(named)
        await person.presses("同意")
        await person.presses("留下姓名")
        await person.says("王芳")
        await person.says("13812345678")
        await person.presses("确认提交")
    assert ASKED not in other.texts
    await wang.says(named)
    wang.hears(f"{ASKED}{(await cases_of(puyang, wang))[0].no}的举报")


async def test_one_that_was_filed_since_the_summary_is_asked_about_at_the_confirmation(puyang: Town) -> None:
    wang, other = puyang.person("wang"), puyang.person("on-the-web")
    await other.says(AGAIN)
    await other.presses("同意")
    for words in ("王芳", "13812345678", "华龙区中原路某小区"):
        await other.says(words)
    no = await files_complaint(wang, MILK)
    told = "".join(await other.presses("确认提交"))
    assert f"{ASKED}{no}" in told
    assert await cases_of(puyang, other) == []
    await other.presses(NO)
    await other.presses("确认提交")
    assert len(await cases_of(puyang, other)) == 1


async def test_what_is_closed_takes_no_addition_and_the_person_is_told_so(puyang: Town) -> None:
    wang, li = puyang.person("wang"), await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(wang, MILK)
    await li.reads()
    for button in ("签收", "受理", "组织调解"):
        await li.presses(button)
    await li.presses("达成调解")
    await li.says("商家退款58元")
    await li.presses("办结")
    await wang.reads()
    await wang.says(AGAIN)
    wang.hears(f"{ASKED}{no}的投诉？")
    await wang.presses(YES)
    wang.hears(f"编号{no}已经办结，不能再补充")
    assert "已经交上去了" in await finishes(wang)
    assert wang.texts.count(ASKED) == 1


async def test_who_took_a_complaint_back_may_bring_it_again_unasked(puyang: Town) -> None:
    wang = puyang.person("wang")
    await files_complaint(wang, MILK)
    await wang.says("撤回")
    await wang.presses("确定撤回")
    await files_complaint_again(wang)
    assert ASKED not in wang.texts


async def files_complaint_again(wang: Person) -> None:
    await wang.says(MILK)
    await finishes(wang)


async def test_of_a_claim_and_a_tip_off_only_what_is_new_is_filed(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.says(f"{AGAIN},我还要举报他们卖过期食品")
    wang.hears(f"{ASKED}{no}？")
    await wang.presses(YES)
    await wang.presses("匿名")
    await wang.presses("确认提交")
    kinds = sorted(case.kind for case in await cases_of(puyang, wang))
    assert kinds == [Kind.COMPLAINT, Kind.TIPOFF]


async def test_an_old_button_of_the_question_adds_to_nothing_else(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.says(AGAIN)
    yes = wang.button(YES).value
    await wang.presses(NO)
    await wang.sends(wang.message(pressed=yes))
    assert await reasons(puyang, no) == []
    forged = yes.replace(no, "410900261123999")
    await wang.sends(wang.message(pressed=forged))
    assert "是我们的问题" not in wang.texts


async def test_material_that_was_asked_for_may_come_as_the_same_story_again(puyang: Town) -> None:
    wang, li = puyang.person("wang"), await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("签收")
    await li.presses("要求补正")
    await li.says("小票")
    await wang.reads()
    await wang.says(AGAIN, attachments=(photo("receipt"),))
    await wang.presses(YES)
    (case,) = await cases_of(puyang, wang)
    assert (case.no, case.status) == (no, Status.CHECKING)
