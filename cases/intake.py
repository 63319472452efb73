"""A case in the making: what has been said, what is still missing, and which question comes next.

Required facts: Order 121, Art. 10(1) for complaints, Art. 28 for tip-offs (which may be anonymous).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from cases.model import Case, CaseNo, Consumer, Kind, Merchant
from cases.understanding import Understanding

NARRATIVE_LIMIT = 3000
"""Characters of a narrative that a case keeps, as on the national form."""
LEAST_NARRATIVE, LEAST_QUESTION = 4, 7
"""Fewer characters than this tell nothing."""


class Slot(StrEnum):
    KIND = "kind"
    CATEGORY = "category"
    ELSEWHERE = "elsewhere"
    DUPLICATE = "duplicate"
    NARRATIVE = "narrative"
    MERCHANT = "merchant"
    DECIDE = "decide"
    REGION = "region"
    MERCHANT_ADDRESS = "merchant_address"
    PRODUCT = "product"
    HAPPENED_ON = "happened_on"
    AMOUNT = "amount"
    DEMANDS = "demands"
    NAMED = "named"
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    ENTERPRISE = "enterprise"
    CONFIRM = "confirm"


OPTIONAL = frozenset(
    {Slot.CATEGORY, Slot.HAPPENED_ON, Slot.AMOUNT, Slot.MERCHANT_ADDRESS, Slot.REGION, Slot.DECIDE, Slot.ENTERPRISE}
)
"""What a person may say not to know; the office then asks or finds out. No business is told of it unasked."""

MERCHANT_SIDE = (Slot.NARRATIVE, Slot.MERCHANT, Slot.DECIDE, Slot.REGION, Slot.MERCHANT_ADDRESS)
IDENTITY = (Slot.NAME, Slot.PHONE, Slot.ADDRESS)
QUESTIONS: Mapping[Kind, tuple[Slot, ...]] = {
    Kind.COMPLAINT: (*MERCHANT_SIDE, Slot.HAPPENED_ON, Slot.AMOUNT, Slot.DEMANDS, *IDENTITY),
    Kind.TIPOFF: (*MERCHANT_SIDE, Slot.NAMED),
    Kind.INQUIRY: (Slot.NARRATIVE,),
    Kind.SUGGESTION: (Slot.NARRATIVE,),
}
CORRECTABLE = (
    Slot.MERCHANT,
    Slot.REGION,
    Slot.MERCHANT_ADDRESS,
    Slot.PRODUCT,
    Slot.AMOUNT,
    Slot.HAPPENED_ON,
    Slot.DEMANDS,
    Slot.NARRATIVE,
    Slot.NAME,
    Slot.PHONE,
    Slot.ADDRESS,
    Slot.ENTERPRISE,
)
UNDERSTOOD = (
    "object",
    "category",
    "problem",
    "department",
    "region",
    "township",
    "merchant",
    "merchant_address",
    "platform",
    "sales_mode",
    "product",
    "phone",
)
HANGS_ON_CATEGORY = frozenset({"object", "category", "department"})
DEMAND_MARK = "|"
BETWEEN = "between"
"""The fact that several categories may be meant, none of them surely; they stand in it with marks between."""
SURE = 0.4
"""A category of a smaller share is asked for rather than taken."""
MAYBE, MOST_BETWEEN = 0.05, 3
"""Categories of at least this share are offered then, and so many."""
LISTS = ("skipped", "answered", "missed", "evidence", "again", "apart", "looked")
"""Fields of a draft that are lists."""
CONSENTED = "yes"
"""The fact of the slot ENTERPRISE while it is not yet known which business it is about; then the id of that one."""
PLACED = "placed"
"""The fact that the place of the business was asked for or put right, and not only mentioned."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known so far. ``facts`` maps a slot or label name to its value as text (ISO dates, plain decimals).

    ``skipped`` are optional slots the person does not know, ``answered`` the slots answered in their order (for
    going back), ``missed`` those whose answer was not understood once, ``evidence`` the ids of stored attachments,
    ``pending`` the slot asked last. ``again`` are the person's cases that it may be about, ``apart`` those that it is
    not; ``looked`` is with what they were looked for.
    """

    kinds: tuple[Kind, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    skipped: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    pending: str | None = None
    stays: bool = False
    again: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        return self.facts.get(name)

    def dump(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**vars(self)}  # its values are flat; a deep copy is ten times the work

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Draft:
        lists = {key: tuple(values[key]) for key in LISTS if key in values}
        kinds = tuple(Kind(kind) for kind in values["kinds"])
        return cls(**{**values, **lists, "kinds": kinds})

    @property
    def demands(self) -> tuple[str, ...]:
        return tuple(part for part in self.facts.get("demands", "").split(DEMAND_MARK) if part)

    @property
    def anonymous(self) -> bool:
        return self.facts.get("named") == "no"

    @property
    def empty(self) -> bool:
        return not self.facts and not self.kinds and not self.evidence


def with_fact(draft: Draft, name: str, value: str) -> Draft:
    """The draft with one fact set; a fact once said is no longer skipped."""
    skipped = tuple(slot for slot in draft.skipped if slot != name)
    return replace(draft, facts={**draft.facts, name: value}, skipped=skipped)


def without_fact(draft: Draft, name: str) -> Draft:
    return replace(draft, facts={key: value for key, value in draft.facts.items() if key != name})


def tell(draft: Draft, text: str) -> Draft:
    """The draft with ``text`` added to the narrative; over the limit, the end is cut."""
    told = draft.get("narrative")
    whole = f"{told}\n{text}" if told else text
    return with_fact(draft, "narrative", whole[:NARRATIVE_LIMIT])


def learn(draft: Draft, heard: Understanding) -> Draft:
    """The draft with every fact of ``heard`` that was still missing; nothing said before is overwritten."""
    if heard.regions and not draft.get("region"):
        draft = among(draft, heard.regions, word=next(iter(heard.because.get("region", ())), ""))
    facts = {name: str(getattr(heard, name)) for name in UNDERSTOOD if getattr(heard, name)}
    doubtful = bool(heard.alternatives) and heard.confidence < SURE
    if doubtful or draft.get("category"):
        facts = {name: value for name, value in facts.items() if name not in HANGS_ON_CATEGORY}
    if doubtful and not draft.get("category"):
        others = (label for label, share in heard.alternatives if share >= MAYBE)
        facts[BETWEEN] = DEMAND_MARK.join((heard.category or "", *others))
    if heard.amount is not None:
        facts["amount"] = format(heard.amount, "f")
    if heard.happened_on:
        facts["happened_on"] = heard.happened_on.isoformat()
    if heard.demands:
        facts["demands"] = DEMAND_MARK.join(heard.demands)
    more = set(draft.kinds) < set(heard.kinds) == {Kind.COMPLAINT, Kind.TIPOFF}
    kinds = heard.kinds if more or not draft.kinds else draft.kinds
    return replace(draft, kinds=kinds, facts={**facts, **draft.facts}, urgent=draft.urgent or heard.urgent)


def among(draft: Draft, regions: Sequence[str], *, word: str) -> Draft:
    """The draft with the counties between which the person has to choose, and the name that they share."""
    return with_fact(with_fact(draft, "regions", DEMAND_MARK.join(regions)), "place_word", word)


def answer(draft: Draft, slot: Slot, value: str) -> Draft:
    """The draft with the asked slot answered, so that going back asks it again."""
    if slot is Slot.REGION:
        draft = with_fact(draft, PLACED, CONSENTED)
    return replace(with_fact(draft, slot.value, value), answered=(*draft.answered, slot.value))


def skip(draft: Draft, slot: Slot) -> Draft:
    """The draft with an optional slot marked as not known."""
    return replace(draft, skipped=(*draft.skipped, slot.value), answered=(*draft.answered, slot.value))


def back(draft: Draft) -> Draft:
    """The draft before its last answer; unchanged when nothing was answered yet."""
    if not draft.answered:
        return draft
    last = draft.answered[-1]
    skipped = tuple(slot for slot in draft.skipped if slot != last)
    return replace(without_fact(draft, last), answered=draft.answered[:-1], skipped=skipped, pending=None)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the office knows of the draft that decides which question comes next.

    ``foreign``: the matter belongs to another department, which the person should hear before giving more.
    ``settles``: the business settles complaints itself, which the person may choose before the end.
    ``asks``: a deciding question is open; ``early``: the department hangs on it. ``seated``: the place that counts is
    known without being told.
    """

    foreign: bool = False
    settles: bool = False
    asks: bool = False
    early: bool = False
    seated: bool = False


def next_slot(draft: Draft, known: Known = Known()) -> Slot:
    """The one question to ask now; CONFIRM when nothing is missing."""
    if draft.facts and not draft.kinds:
        return Slot.KIND if draft.get("narrative") else Slot.NARRATIVE
    if _doubtful(draft):
        return Slot.CATEGORY
    if known.early:
        return Slot.DECIDE
    if known.foreign and not draft.stays:
        return Slot.ELSEWHERE
    if draft.again:
        return Slot.DUPLICATE
    last = (Slot.ENTERPRISE,) if known.settles else ()
    needless = {*([] if known.asks else [Slot.DECIDE]), *([Slot.REGION] if known.seated else [])}
    wanted = [slot for slot in (*_wanted(draft), *last) if slot not in needless]
    return next((slot for slot in wanted if _missing(draft, slot)), Slot.CONFIRM)


def settled_with(draft: Draft, business: str | None) -> Draft:
    """The draft with the business that would settle it; a consent that was given for another one is void."""
    given = draft.get(Slot.ENTERPRISE.value)
    if given is None or given == business:
        return draft
    if business and given == CONSENTED:
        return with_fact(draft, Slot.ENTERPRISE.value, business)
    return without_fact(draft, Slot.ENTERPRISE.value)


def between(draft: Draft) -> tuple[str, ...]:
    """The categories that may be meant while none is sure."""
    labels = () if draft.get("category") else (draft.get(BETWEEN) or "").split(DEMAND_MARK)
    return tuple(filter(None, labels))[:MOST_BETWEEN]


def _doubtful(draft: Draft) -> bool:
    asked = Slot.CATEGORY.value in draft.skipped or not {Kind.COMPLAINT, Kind.TIPOFF} & set(draft.kinds)
    return bool(between(draft)) and not asked


def _wanted(draft: Draft) -> tuple[Slot, ...]:
    slots = [slot for kind in draft.kinds for slot in QUESTIONS[kind]]
    if Kind.COMPLAINT in draft.kinds:
        slots = [slot for slot in slots if slot is not Slot.NAMED]
    if draft.get("named") == "yes":
        slots += [Slot.NAME, Slot.PHONE]
    return tuple(dict.fromkeys(slots))


def _missing(draft: Draft, slot: Slot) -> bool:
    if slot.value in draft.skipped:
        return False
    if slot is Slot.DECIDE:
        return True
    if slot is Slot.NARRATIVE:
        asks = Kind.INQUIRY in draft.kinds or Kind.SUGGESTION in draft.kinds
        return len(draft.get("narrative") or "") < (LEAST_QUESTION if asks else LEAST_NARRATIVE)
    if slot is Slot.MERCHANT_ADDRESS:
        return not (draft.get("merchant_address") or draft.get("platform") or _names_branch(draft))
    return not draft.get(slot.value)


def _names_branch(draft: Draft) -> bool:
    """A branch named in a known county is an address that an officer finds."""
    return bool(draft.get("region") and (draft.get("merchant") or "").endswith(")"))


def consumer(draft: Draft, kind: Kind) -> Consumer:
    """Who brings the case. An informant who chose to stay unnamed leaves nothing (Art. 28)."""
    if kind is Kind.TIPOFF and Kind.COMPLAINT not in draft.kinds and draft.anonymous:
        return Consumer()
    return Consumer(name=draft.get("name"), phone=draft.get("phone"), postal_address=draft.get("address"))


def complete(draft: Draft, kind: Kind, *, blank: Case) -> Case:
    """``blank`` (number, times, address of the person) filled with the facts of the draft."""
    amount, day = draft.get("amount"), draft.get("happened_on")
    return blank.evolve(
        kind=kind,
        narrative=draft.get("narrative") or "",
        region=draft.get("region"),
        township=draft.get("township"),
        object=draft.get("object"),
        category=draft.get("category"),
        problem=draft.get("problem"),
        sales_mode=draft.get("sales_mode"),
        product=draft.get("product"),
        amount=Decimal(amount) if amount else None,
        happened_on=date.fromisoformat(day) if day else None,
        demands=draft.demands,
        merchant=Merchant(
            name=draft.get("merchant"), address=draft.get("merchant_address"), platform=draft.get("platform")
        ),
        urgent=draft.urgent,
    )


def siblings(numbers: tuple[CaseNo, ...], own: CaseNo) -> CaseNo | None:
    """The other case of a message that held both a claim and a violation (Art. 9)."""
    return next((number for number in numbers if number != own), None)
