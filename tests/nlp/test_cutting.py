"""Our quicker way through jieba's dictionary gives jieba's words."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.corpus import examples
from nlp.features import features
from nlp.words import fast_cut, plain_cut, words

jieba: Any = import_module("jieba")
TEXTS = [example.text for example in examples()][::29]
ODD = "\u7684\u6211\u5728\u9f98\u4e00\u738b\u5c0f\u660e3aB.%+# ,\u3002\u306e\U00020000"


def test_the_words_are_those_of_jieba() -> None:
    other = jieba.Tokenizer()
    assert all(plain_cut()(text) == other.lcut(text) for text in TEXTS)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(ODD) | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=40))
def test_the_words_of_nonsense_are_those_of_jieba(text: str) -> None:
    assert plain_cut()(text) == jieba.lcut(text)


def test_a_beginning_has_the_words_that_it_has_alone() -> None:
    for cut in filter(None, (plain_cut(), fast_cut())):
        for text in (text for text in TEXTS if len(text) > 200):
            found = features(text, cut=cut)
            assert set(found.opening_words) == set(words(text[:200], cut=cut))
            assert set(found.words) == set(words(text, cut=cut))


def test_a_text_that_comes_with_its_words_keeps_them_all() -> None:
    text = "alpha beta gamma " * 200
    found = features(text + "delta", cut=str.split, most=None)
    assert set(found.words) == {"alpha", "beta", "gamma", "delta"}
    assert "delta" not in features(text + "delta", cut=str.split).words
