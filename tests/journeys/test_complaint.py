"""The main story: from a first sentence to a closed and rated case."""

from __future__ import annotations

from cases.model import Role
from tests.house import MILK, Town, files_complaint

HUALONG = "410902"


async def test_a_complaint_is_filed_in_six_turns_and_goes_to_the_county_of_the_shop(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    wang.hears("同意", "12315", "30天")
    await wang.presses("同意")
    wang.hears("惠万家超市(建设路店)", "纯牛奶", "58元", "11月22日", "退货", "怎么称呼")
    await wang.says("王芳")
    await wang.says("13812345678")
    await wang.says("华龙区中原路某小区")
    wang.hears("请核对", "濮阳市华龙区市场监督管理局", "因为商家在华龙区")
    await wang.presses("确认提交")
    wang.hears("编号410900261123001", "已登记", "已分流至", "12月2日前告知是否受理")


async def test_an_officer_handles_a_complaint_by_taps_and_the_consumer_hears_of_every_step(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    li.hears(f"投诉{no}已分流", "受理时限12月2日", "惠万家超市")
    await li.presses("签收")
    li.hears("初查中", "13812345678")
    await li.presses("受理")
    await wang.reads()
    wang.hears(f"({no})已受理", "联系人:李明")
    await li.presses("办结")
    await li.presses("达成调解")
    await li.says("商家退款58元")
    await wang.reads()
    wang.hears("已办结:达成调解。商家退款58元", "请评价")
    await wang.presses("满意")
    wang.hears("谢谢您的评价")


async def test_a_refusal_names_the_ground_the_reason_and_the_other_ways(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("签收")
    await li.presses("不予受理")
    await li.presses(li.told[-1].choices[0][0].label)
    await li.says("物业收费请向住建部门反映")
    await wang.reads()
    wang.hears(f"({no})经审查", "第十六条第(1)项", "物业收费请向住建部门反映", "第三十九条")


async def test_a_case_sent_back_goes_to_the_desk_and_is_routed_again(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau="410900-12315", role=Role.DESK)
    zhang = await puyang.staff("张强", bureau="410922")
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("退回")
    await li.says("经营地在清丰县")
    li.hears("已不在您手上")
    await desk.reads()
    desk.hears(f"退回投诉{no}", "经营地在清丰县")
    await desk.presses("分派")
    await desk.presses("清丰县市场监管局")
    await zhang.reads()
    zhang.hears(no)
    await wang.reads()
    wang.hears("已分流至清丰县市场监管局")
