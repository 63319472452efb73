"""What was understood of a text: facts, labels from the closed lists, and the words that caused them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cases.model import Kind


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """The result of reading one text. What is absent is ``None`` or empty, never guessed.

    ``region`` is a six-digit division code of a county, ``township`` a nine-digit one; ``regions`` lists the candidates
    when a name is shared by several counties (then ``region`` is None). ``amount`` is the main sum in dispute, in yuan;
    ``amounts`` are all sums, the main one first and the others in order of place. ``order_no`` is as written; ``brand``
    is the make of the goods, not the business.

    ``because`` gives for each label or fact the words of the text that caused it. ``confidence`` (0 to 1) is that of
    ``category``.
    """

    kinds: tuple[Kind, ...] = ()
    object: str | None = None
    category: str | None = None
    problem: str | None = None
    department: str | None = None
    region: str | None = None
    township: str | None = None
    regions: tuple[str, ...] = ()
    merchant: str | None = None
    merchant_address: str | None = None
    platform: str | None = None
    sales_mode: str | None = None
    product: str | None = None
    brand: str | None = None
    amount: Decimal | None = None
    amounts: tuple[Decimal, ...] = ()
    order_no: str | None = None
    happened_on: date | None = None
    phone: str | None = None
    demands: tuple[str, ...] = ()
    urgent: bool = False
    confidence: float = 0.0
    because: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A fact corrected in free words: which one (a name of ``intake``'s slots) and the words of the new value."""

    slot: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a person says to be; what was not said is None."""

    name: str | None = None
    phone: str | None = None
    address: str | None = None
