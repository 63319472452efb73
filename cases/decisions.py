"""What was decided about a case when it came, so that it can be explained later, also when the rules have changed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cases.model import Case
from cases.routing import Route
from cases.routing_rules import Matter, Routing

FACT = "routing"
"""The fact of a receipt that holds the decision."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The matter as it was when the case came, and where the rules of that day sent it.

    ``mark`` is that of the rules that were looked at (``Routing.mark``).
    """

    matter: Matter
    department: str
    rule: str
    place: str
    bureau: str | None = None
    place_rule: str | None = None
    mark: str = ""

    def dump(self) -> str:
        """One line of JSON."""
        return json.dumps({**vars(self), "matter": self.matter.dump()}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Decision:
        values = json.loads(text)
        return cls(**{**values, "matter": Matter.load(values["matter"])})

    def same(self, found: Route, *, routing: Routing) -> bool:
        """Whether the rules of now are those that decided, and still lead there."""
        now = decision(found, routing=routing)
        return (now.mark, now.bureau, now.place) == (self.mark, self.bureau, self.place)


def decision(found: Route, *, routing: Routing) -> Decision:
    """What is kept of a route."""
    counts = found.place_rule.id if found.place_rule else None
    return Decision(
        matter=found.matter,
        department=found.department,
        rule=found.rule,
        place=found.place.value,
        bureau=found.bureau,
        place_rule=counts,
        mark=routing.mark(found.rule, counts),
    )


def matter_of(case: Case, *, routing: Routing) -> Matter:
    """The matter as the case itself tells it: for cases whose decision was not kept."""
    merchant = case.merchant
    trader = routing.trader(platform=merchant.platform, merchant=merchant.name, sales_mode=case.sales_mode)
    return Matter(
        kind=case.kind,
        category=case.category,
        problem=case.problem,
        department=case.department,
        sales_mode=case.sales_mode,
        platform=merchant.platform,
        region=case.region,
        township=case.township,
        trader=trader,
    )
