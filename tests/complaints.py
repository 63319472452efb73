"""Many complaints at once, as if they had come in over months."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta

from cases.calendar import CHINA
from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Merchant, Status
from handlers.business_keys import business_key
from handlers.house import House
from storage.case_store import Identity
from tests.house import CHANNEL

NUMBERS = itertools.count(1)
TEN = time(10)


def at(day: date) -> datetime:
    return datetime.combine(day, TEN, tzinfo=CHINA)


async def complained(
    house: House, *days: date, merchant: str | None = None, chat: str = "", phone: str = "", **more: object
) -> list[CaseNo]:
    """A complaint on each of these days, each of another person unless ``chat`` or ``phone`` says who."""
    made = []
    async with house.database.begin() as tx:
        for day in days:
            n = next(NUMBERS)
            values = {
                "no": CaseNo(f"4109001{n:08d}"),
                "kind": Kind.COMPLAINT,
                "status": Status.CLOSED,
                "received_at": at(day),
                "narrative": "n",
                "merchant": Merchant(name=merchant),
                **more,
            }
            case = Case(**values)  # type: ignore[arg-type]
            tx.cases.add(case, business=business_key(merchant, office=house.office))
            person = Address(channel=CHANNEL, value=chat or f"c{n}")
            index = tx.blind_index(phone) if phone else None
            tx.cases.add_identity(Identity(case_no=case.no, person=person, consumer=Consumer()), phone_index=index)
            made.append(case.no)
    return made


async def quiet_year(house: House, *, every: int = 4, days: int = 450) -> None:
    """A complaint about this and that every few days up to yesterday."""
    today = house.office.today()
    spent = [today - timedelta(days=n) for n in range(1, days, every)]
    await complained(house, *spent, category="停车", problem="价格", region="410902")
