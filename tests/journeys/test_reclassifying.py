"""A question that is really a complaint or a tip-off: its writer agrees, and nothing has to be said twice."""

from __future__ import annotations

from cases.model import CaseNo, Role, Status
from tests.house import Person, Town, photo

DESK = "410900-12315"
QUESTION = "请问惠万家超市建设路店的纯牛奶，小票丢了还能换货吗？"


async def asks(town: Town) -> tuple[Person, Person, str]:
    """A person with a question, and the desk that takes it for something else."""
    desk = await town.staff("赵台", bureau=DESK, role=Role.DESK)
    wang = town.person("wang")
    await wang.says("我要咨询")
    await wang.presses("同意")
    await wang.says(QUESTION)
    await wang.sends(wang.message(attachments=(photo("receipt"),)))
    texts = await wang.presses("确认提交")
    return wang, desk, "".join(texts).split("编号")[1][:16].strip("。，")


async def status(town: Town, no: str) -> Status:
    async with town.house.database.read() as tx:
        case = await tx.cases.get(CaseNo(no))
    assert case is not None
    return case.status


async def wants(desk: Person, no: str, kind: str) -> None:
    await desk.says(no)
    await desk.presses("征询转类")
    await desk.presses(kind)


async def test_a_question_becomes_a_complaint_with_what_was_said_already(puyang: Town) -> None:
    wang, desk, no = await asks(puyang)
    await wants(desk, no, "投诉")
    await wang.reads()
    wang.hears("更适合作为投诉办理")
    await wang.presses("同意，接着办")
    assert await status(puyang, no) is Status.CLOSED
    for words in ("华龙区", "昨天", "58", "退货", "王芳", "13812345678", "华龙区中原路某小区"):
        await wang.says(words)
    card = wang.told[-1].text
    assert "类型：投诉" in card
    assert all(word in card for word in ("惠万家超市(建设路店)", QUESTION, "材料：1份"))
    assert "哪家店" not in wang.texts.partition("更适合作为")[2]
    await wang.presses("确认提交")
    wang.hears("您的投诉已登记")


async def test_a_question_becomes_a_tip_off(puyang: Town) -> None:
    wang, desk, no = await asks(puyang)
    await wants(desk, no, "举报")
    await wang.reads()
    await wang.presses("同意，接着办")
    await wang.says("华龙区")
    await wang.presses("匿名")
    assert "类型：举报" in wang.told[-1].text


async def test_who_does_not_agree_is_answered_as_before(puyang: Town) -> None:
    wang, desk, no = await asks(puyang)
    await wants(desk, no, "投诉")
    await wang.reads()
    await wang.presses("不同意")
    wang.hears("按原来的方式继续办理")
    await desk.reads()
    desk.hears("消费者不同意", "转为其他类型")
    await desk.presses("答复")
    await desk.says("可以拨打12315投诉")
    await wang.reads()
    wang.hears("已答复:可以拨打12315投诉")


async def test_a_draft_that_is_being_filled_is_not_lost_for_it(puyang: Town) -> None:
    wang, desk, no = await asks(puyang)
    await wants(desk, no, "投诉")
    await wang.says("我要举报")
    await wang.presses("同意，接着办")
    wang.hears("您还有一份没填完的")
    assert await status(puyang, no) is not Status.CLOSED
    await wang.says("取消")
    await wang.presses("同意，接着办")
    assert await status(puyang, no) is Status.CLOSED
