"""Keeps personal values unreadable at rest, and lets a telephone number be found without storing it in the clear.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the first byte names the key, so that keys can be rotated; the
column's name is bound in as associated data, so that a value moved to another column does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, LargeBinary, TypeDecorator

from cases.errors import StorageFault

NONCE = 12
KEY_BYTES = 32


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


class Vault:
    """Seals and opens values with keys derived from secrets; ``secrets`` maps a key id (0-255) to its root secret."""

    def __init__(self, secrets: Mapping[int, bytes], *, current: int) -> None:
        self._ciphers = {number: AESGCM(_derived(secret, b"lianxin column")) for number, secret in secrets.items()}
        self._index_key = _derived(secrets[min(secrets)], b"lianxin blind index")
        self._current = current

    def seal(self, value: bytes, *, column: str) -> bytes:
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, value, column.encode())
        return bytes([self._current]) + nonce + sealed

    def open(self, sealed: bytes, *, column: str) -> bytes:
        """The value; StorageFault when the key is missing or the bytes are not what was sealed for this column."""
        if len(sealed) <= NONCE:
            raise StorageFault(f"{column} holds bytes that were never sealed")
        cipher = self._ciphers.get(sealed[0])
        if cipher is None:
            raise StorageFault(f"{column} was sealed with key {sealed[0]}, which is not among the secrets")
        try:
            return cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], column.encode())
        except InvalidTag:
            raise StorageFault(f"{column} does not open with this SECRET_KEY") from None

    def blind_index(self, value: str) -> str:
        """The same for equal values, and of no use without the key (HMAC-SHA256)."""
        return hmac.new(self._index_key, value.encode(), hashlib.sha256).hexdigest()


class Sealed(TypeDecorator[str]):
    """A text column that is stored sealed."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, vault: Vault | None = None, column: str = "") -> None:
        super().__init__()
        self.vault = vault
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        assert self.vault is not None, "a schema without a vault cannot be written"
        # Half a surrogate pair, which JSON may carry, has no bytes in UTF-8.
        return self.vault.seal(value.encode(errors="replace"), column=self.column)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        assert self.vault is not None, "a schema without a vault cannot be read"
        return self.vault.open(bytes(value), column=self.column).decode()
