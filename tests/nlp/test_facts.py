"""Single facts are read from single phrases; what is not said is not invented."""

from __future__ import annotations

import tomllib

import pytest

from tests.nlp.cast import HERE, TODAY, reader

FACTS: dict[str, dict[str, str]] = tomllib.loads((HERE / "facts.toml").read_text(encoding="utf-8"))


def _rows(table: str) -> list[tuple[str, str]]:
    return list(FACTS[table].items())


@pytest.mark.parametrize(("text", "expected"), _rows("amount"))
def test_an_amount_is_read(text: str, expected: str) -> None:
    assert format(reader().amount(text) or "", "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("bare_amount"))
def test_a_naked_number_answers_the_question_for_an_amount(text: str, expected: str) -> None:
    assert str(reader().amount(text, bare=True) or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("day"))
def test_a_day_is_read(text: str, expected: str) -> None:
    day = reader().day(text, today=TODAY)
    assert (day.isoformat() if day else "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("phone"))
def test_a_telephone_is_read(text: str, expected: str) -> None:
    assert (reader().phone(text) or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("region"))
def test_a_region_is_read(text: str, expected: str) -> None:
    assert sorted(reader().region(text)) == expected.split()


@pytest.mark.parametrize(("text", "expected"), _rows("merchant"))
def test_a_merchant_is_read(text: str, expected: str) -> None:
    assert (reader().understand(text, today=TODAY).merchant or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("product"))
def test_a_product_is_read(text: str, expected: str) -> None:
    assert (reader().understand(text, today=TODAY).product or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("township"))
def test_a_township_is_read(text: str, expected: str) -> None:
    assert (reader().township(text) or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("name"))
def test_a_name_is_read_from_an_answer(text: str, expected: str) -> None:
    assert (reader().identity(text).name or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("own_address"))
def test_an_address_is_read_from_an_answer(text: str, expected: str) -> None:
    assert (reader().identity(text).address or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("place_name"))
def test_a_place_is_named_in_full(text: str, expected: str) -> None:
    assert (reader().place_name(text) or "") == expected


@pytest.mark.parametrize(("text", "expected"), _rows("corrections"))
def test_a_correction_names_the_fact_and_its_new_value(text: str, expected: str) -> None:
    found = reader().corrections(text)
    assert " ".join(f"{correction.slot}={correction.value}" for correction in found) == expected
