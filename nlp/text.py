"""Raw text to the form that all rules read: one width, one line, nothing invisible."""

from __future__ import annotations

import re
import unicodedata

FACT_CHARS = 4000
"""How much of a text is read: a complaint's facts stand at its beginning, and reading must stay bounded."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\ue000-\uf8ff\ufffc\ufffd]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SPACES = re.compile(r"\s{2,}")
_PUNCTUATION = str.maketrans({"\uffe5": "\u00a5", "\u3002": ";", "\uff61": ";", "\u2019": "'", "\u30fb": "\u00b7"})


def normalise(text: str) -> str:
    """NFKC, half-width, without control and zero-width characters; at most ``FACT_CHARS`` characters.

    The Chinese full stop becomes a semicolon, so that a point is always a decimal point.
    """
    head = _INVISIBLE.sub("", text[: FACT_CHARS * 2])
    head = unicodedata.normalize("NFKC", head.translate(_PUNCTUATION))
    return _SPACES.sub(" ", _CONTROL.sub(" ", head)).strip()[:FACT_CHARS]
