"""A classifier is fitted, kept in a file, and judges the same texts alike."""

from __future__ import annotations

import subprocess
import sys
from math import exp, sqrt
from pathlib import Path

import pytest

from cases.errors import RulebookFault
from nlp import corpus
from nlp.classifier import Classifier, load
from nlp.corpus import examples, fingerprint
from nlp.examples import Example, fit
from nlp.features import BLOCKS, Features, features, headline
from nlp.judging import SHIPPED
from nlp.words import fast_cut, plain_cut, words
from tests.house import rulebook

FRUIT = ("苹果又酸又小", "香蕉都烂了", "橙子一点不甜", "梨子发霉不能吃", "葡萄全是坏果", "西瓜切开是白的")
CLOTHES = ("裤子掉色严重", "衣服起球了", "袖口全是线头", "尺码偏小穿不上", "面料太薄", "拉链第二天就坏")
MIXED = (
    "昨天在超市花58.5元买的纯牛奶过期了,要求退一赔十",
    "iPhone15屏幕碎了,客服400-123-4567不接",
    "2026-11-20订的机票,改签费80-90元",
    "电话13800138000,A3区枫林路7号楼,物业费1.98元/㎡",
)


def labelled() -> list[Example]:
    rows = [(text, "食品") for text in FRUIT] + [(text, "服装鞋帽") for text in CLOTHES]
    return [Example(text=text, labels={"category": label}) for text, label in rows for _ in range(2)]


def test_a_fitted_model_knows_what_it_learned_and_gives_honest_shares() -> None:
    model = fit(labelled(), see=features).classifier
    judged = model.judge(features("这个苹果太酸了"))["category"]
    assert judged.label == "食品"
    assert sum(share for _, share in judged.shares) == pytest.approx(1)
    assert judged.share_of("服装鞋帽") < 0.5 < judged.share_of("食品")
    assert judged.share_of("电信") == 0


def test_a_text_of_which_nothing_is_known_is_not_judged() -> None:
    assert fit(labelled(), see=features).classifier.judge(features("hello 12345 ???")) == {}


def test_a_model_out_of_its_file_judges_as_the_one_that_was_saved(tmp_path: Path) -> None:
    fitted = fit(labelled(), see=features, about={"note": "x"})
    path = tmp_path / "model.bin"
    path.write_bytes(fitted.data)
    again = load(path)
    assert again.about["note"] == "x"
    for text in (*FRUIT, *CLOTHES, "线头多得很"):
        assert again.judge(features(text)) == fitted.classifier.judge(features(text))


def test_the_same_texts_give_the_same_file() -> None:
    assert fit(labelled(), see=features).data == fit(labelled(), see=features).data


def test_a_text_of_many_features_is_summed_without_overflow() -> None:
    many = [f"f{n}" for n in range(1000)]
    heads = [{"name": "category", "labels": ["for", "against"], "bias": [0.0, 0.0], "sharpness": 0.01}]
    about = {"heads": heads, "units": [1.0] * len(BLOCKS), "square": 1.0}
    blocks = [many, *([] for _ in BLOCKS[1:])]
    model = Classifier(about=about, features=blocks, lanes=bytes((255, 255, 1)) * len(many))
    judged = model.judge(Features(many, *([] for _ in BLOCKS[1:])))["category"]
    margin = 0.01 * (127 + 127) * 1000 / sqrt(255 * 1000)
    assert judged.label == "for"
    assert judged.share == pytest.approx(1 / (1 + exp(-margin)))


def test_the_words_that_spoke_for_a_label_are_told() -> None:
    model = fit(labelled(), see=features).classifier
    text = "苹果发霉了"
    assert set(model.words_for("category", "食品", words(text))) <= {"苹果", "发霉"}
    assert model.words_for("category", "食品", words(text))


@pytest.mark.parametrize("damage", [b"", b"LXMODEL1", b"LXMODEL1xxxx", b"GIF89a"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(damage)
    with pytest.raises(ValueError, match="model"):
        load(path)


def test_one_label_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="two labels"):
        fit(labelled()[:6], see=features)


def test_both_cutters_give_the_same_words() -> None:
    fast = fast_cut()
    assert fast is not None, "rjieba is in the lock file"
    for text in (*MIXED, *FRUIT, *CLOTHES):
        assert words(text, cut=fast) == words(text, cut=plain_cut())


def test_where_its_table_cannot_be_kept_words_are_cut_without_a_complaint(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from nlp.words import keep_cache_in, plain_cut;"
        f"keep_cache_in(Path({str(tmp_path / 'nowhere')!r}));"
        "assert plain_cut()('苹果发霉了') == ['苹果', '发霉', '了']"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_headline_is_the_first_sentence() -> None:
    assert headline("反映物业乱收费。尊敬的书记:您好") == "反映物业乱收费"
    assert headline("没有标点的长句" * 20) == ("没有标点的长句" * 20)[:60]


def test_every_text_that_the_shipped_model_learned_has_labels_of_the_closed_lists() -> None:
    labels = {name: frozenset(values) for name, values in rulebook().labels.items()}
    rows = examples(allowed=labels)
    assert len(rows) > 5000
    assert {row.labels.get("category", "-") for row in rows} == {*labels["category"], "-"}
    assert {row.labels.get("problem", "-") for row in rows} == {*labels["problem"], "-"}
    assert {row.labels.get("department", "-") for row in rows} == {*labels["department"], "-"}


def test_a_text_may_leave_questions_to_others_and_then_counts_less(tmp_path: Path) -> None:
    whole, partly = ("complaint 食品 质量 市场监管局 鱼是死的", " 食品   鱼不新鲜")
    rows = ("kinds category problem department text", whole, partly)
    (tmp_path / "more.tsv").write_text("".join(row.replace(" ", "\t") + "\n" for row in rows), "utf-8")
    first, second = corpus.examples(tmp_path)
    assert set(first.labels) == {"kinds", "category", "problem", "department"}
    assert second.labels == {"category": "食品"}
    assert second.weight < first.weight


def test_a_label_outside_the_lists_is_refused_with_its_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "more.tsv"
    rows = ("kinds category problem department text", "complaint 水产 质量 市场监管局 鱼是死的")
    path.write_text("".join(row.replace(" ", "\t") + "\n" for row in rows), "utf-8")
    with pytest.raises(RulebookFault, match=r"more\.tsv: line 2: found 水产"):
        corpus.examples(tmp_path, allowed={"category": {"食品"}})


def test_the_shipped_model_was_fitted_to_the_texts_as_they_are() -> None:
    assert load(SHIPPED).about["texts"] == fingerprint(), "run: python -m nlp.make_model"
