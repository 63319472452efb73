"""The one-tap rating after a case is closed (Order 121, Art. 26)."""

from __future__ import annotations

from cases.messages import Choice
from cases.model import Case
from cases.notices import LOWEST_RATING
from handlers.cards import Buttons
from handlers.office import Office

RATE = "rt"


def rating_buttons(case: Case, *, office: Office) -> Buttons:
    """One row: satisfied, fairly, not."""
    values = range(1, LOWEST_RATING + 1)
    return (tuple(Choice(label=office.say(f"rating.{value}"), value=f"{RATE}:{case.no}:{value}") for value in values),)
