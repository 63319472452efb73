"""Cases as each row of the table wants them: for every condition one that meets it, and one that does not."""

from __future__ import annotations

from cases.model import CaseNo

FITTING: dict[str, dict[str, object]] = {
    "": {},
    "undecided": {},
    "unrated": {},
    "placed": {},
    "redone": {"rehandled": 1, "outcome": "terminated"},
    "urgent": {"urgent": True},
    "joined": {"part_of": CaseNo("2")},
    "asked": {"asked": "offer"},
    "offered": {"asked": "offer"},
    "asked_entrust": {"asked": "entrust:m"},
    "asked_join": {"asked": "join:2"},
    "asked_reclassify": {"asked": "reclassify:complaint"},
}
FAILING: dict[str, dict[str, object]] = {
    "undecided": {"outcome": "agreed"},
    "unrated": {"rating": 3},
    "placed": {"bureau": None},
}
