"""The vault: what it seals opens only here, in its own column and with its own key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import StorageFault
from storage.vault import Sealed, Vault

VAULT = Vault({1: b"first"}, current=1)


@settings(deadline=None)
@given(st.binary(), st.text(min_size=1))
def test_what_is_sealed_opens_again_in_its_column(value: bytes, column: str) -> None:
    sealed = VAULT.seal(value, column=column)
    assert VAULT.open(sealed, column=column) == value
    assert len(value) < 4 or value not in sealed


def test_equal_values_look_different_sealed_and_have_the_same_index() -> None:
    assert VAULT.seal(b"13812345678", column="c") != VAULT.seal(b"13812345678", column="c")
    assert VAULT.blind_index("13812345678") == VAULT.blind_index("13812345678")
    assert VAULT.blind_index("13812345678") != VAULT.blind_index("13812345679")
    assert "138" not in VAULT.blind_index("13812345678")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(StorageFault, match=r"identities\.name does not open"):
        VAULT.open(VAULT.seal(b"x", column="identities.phone"), column="identities.name")


def test_a_value_does_not_open_with_another_key_or_after_tampering() -> None:
    sealed = VAULT.seal(b"x", column="c")
    with pytest.raises(StorageFault, match="does not open with this SECRET_KEY"):
        Vault({1: b"other"}, current=1).open(sealed, column="c")
    with pytest.raises(StorageFault, match="does not open"):
        VAULT.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), column="c")
    assert Vault({1: b"other"}, current=1).blind_index("x") != VAULT.blind_index("x")


@pytest.mark.parametrize("cut", [0, 1, 5, 13])
def test_a_value_that_was_cut_short_is_a_fault_of_the_storage(cut: int) -> None:
    with pytest.raises(StorageFault):
        VAULT.open(VAULT.seal(b"x", column="c")[:cut], column="c")


def test_after_a_rotation_old_values_open_new_ones_use_the_new_key_and_numbers_are_still_found() -> None:
    rotated = Vault({1: b"first", 2: b"second"}, current=2)
    assert rotated.open(VAULT.seal(b"old", column="c"), column="c") == b"old"
    fresh = rotated.seal(b"new", column="c")
    assert rotated.open(fresh, column="c") == b"new"
    with pytest.raises(StorageFault, match="sealed with key 2, which is not among the secrets"):
        VAULT.open(fresh, column="c")
    assert rotated.blind_index("13812345678") == VAULT.blind_index("13812345678")


def test_a_schema_without_a_vault_neither_writes_nor_reads_a_sealed_value() -> None:
    with pytest.raises(AssertionError, match="without a vault"):
        Sealed().process_bind_param("x", None)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="without a vault"):
        Sealed().process_result_value(b"x", None)  # type: ignore[arg-type]
