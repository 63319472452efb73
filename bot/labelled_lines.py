"""JSON Lines in and out: texts to understand, labelled texts to measure on, what was understood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cases.errors import Fault, RulebookFault
from cases.understanding import Understanding
from handlers.measuring import Row

_KINDS, _KIND = "kinds", "kind"
_JOINT = "+"
_MANY = 20


def understood(
    lines: Iterable[str], *, understand: Callable[[str], tuple[Understanding, str | None]]
) -> Iterator[tuple[str, bool]]:
    """For each line that is not blank one line of JSON, in order, and whether it was understood.

    A line that is no object with a ``text`` gives one with ``error``: the rest is not lost for it.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        values = _object(line)
        if isinstance(values, str):
            told = {"id": None, "error": f"line {number}: {values}"}
        else:
            told = shown(values.get("id"), *understand(values["text"]))
        yield json.dumps(told, ensure_ascii=False), "error" not in told


def shown(id_: object, heard: Understanding, bureau: str | None) -> dict[str, Any]:
    """What was understood, as docs/understanding.md describes it: absent facts are null or empty."""
    return {
        "id": id_,
        "kinds": [kind.value for kind in heard.kinds],
        "object": heard.object,
        "category": heard.category,
        "problem": heard.problem,
        "department": heard.department,
        "bureau": bureau,
        "region": heard.region,
        "regions": list(heard.regions),
        "township": heard.township,
        "merchant": heard.merchant,
        "merchant_address": heard.merchant_address,
        "platform": heard.platform,
        "sales_mode": heard.sales_mode,
        "product": heard.product,
        "brand": heard.brand,
        "order_no": heard.order_no,
        "amount": None if heard.amount is None else float(heard.amount),
        "amounts": [float(amount) for amount in heard.amounts],
        "happened_on": heard.happened_on.isoformat() if heard.happened_on else None,
        "phone": heard.phone,
        "demands": list(heard.demands),
        "urgent": heard.urgent,
        "confidence": heard.confidence,
        "because": {fact: list(words) for fact, words in heard.because.items()},
        "alternatives": [{"category": label, "confidence": share} for label, share in heard.alternatives],
    }


def labelled_rows(
    lines: Iterable[str], *, file: str, heads: Sequence[str] | None, allowed: Mapping[str, Iterable[str]]
) -> list[Row]:
    """The labelled texts of a file. RulebookFault names every line that is none, or has a label outside its list.

    A label is a string, or a list of those that are right; ``kinds`` is the list of a text's kinds, or a list of such
    lists. With ``heads`` None every field but id and text is a label, and nothing is checked.
    """
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        values = _object(line)
        if isinstance(values, str):
            faults.append(Fault(file=file, path=f"line {number}", found=values, allowed='{"id": …, "text": "…", …}'))
            continue
        names = heads if heads is not None else [name for name in values if name not in ("id", "text", "source")]
        labels = {name: _accepted(name, values[name]) for name in names if values.get(name)}
        faults += _strange(labels, allowed, file=file, number=number) if heads is not None else []
        rows.append(Row(id=str(values.get("id", number)), text=values["text"], labels=labels))
    if not rows and not faults:
        faults.append(Fault(file=file, path="line 1", found="nothing", allowed="labelled texts, one a line"))
    if faults:
        raise RulebookFault(faults[:_MANY])
    return rows


def _object(line: str) -> dict[str, Any] | str:
    """The object in a line with its text, or what is wrong with it."""
    try:
        values = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return "no JSON"
    if not isinstance(values, dict):
        return "no JSON object"
    return values if isinstance(values.get("text"), str) else "no text"


def _accepted(name: str, value: object) -> tuple[str, ...]:
    values: list[Any] = value if isinstance(value, list) else [value]
    if name != _KINDS:
        return tuple(map(str, values))
    if all(isinstance(part, str) for part in values):
        values = [values]
    return tuple(_JOINT.join(sorted(map(str, part))) for part in values)


def _strange(
    labels: Mapping[str, Sequence[str]], allowed: Mapping[str, Iterable[str]], *, file: str, number: int
) -> list[Fault]:
    return [
        Fault(file=file, path=f"line {number}.{name}", found=label, allowed=" ".join(sorted(known)))
        for name, values in labels.items()
        if (known := set(allowed.get(_KIND if name == _KINDS else name, ())))
        for value in values
        for label in value.split(_JOINT)
        if label not in known
    ]
