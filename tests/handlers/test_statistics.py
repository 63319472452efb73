"""The indicators: what each counts, by the clocks as they were kept, over the cases received in the days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases.calendar import CHINA, Days
from cases.clocks import Clock, Pause
from cases.events import Event, EventName
from cases.indicators import COUNTS, EVENTS, Measure, Standing, Told
from cases.model import Case, CaseNo, Kind, Role, Status
from handlers import statistics
from handlers.statistics import measured
from tests.handlers.cast import due
from tests.handlers.test_ledger import HUALONG, MONTH, does
from tests.house import MILK, Town, files_complaint, rulebook

RECEIVED = datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)
Share = tuple[int, int | None]


async def shares(town: Town, kind: Kind = Kind.COMPLAINT, days: Days = MONTH) -> dict[str, Share]:
    """Part and whole by the code of the indicator."""
    found = await measured(town.house.database, office=town.house.office, days=days)
    return {one.indicator.code: (one.part, one.whole) for one in found if one.kind is kind}


async def stands(town: Town, *names: EventName, n: int = 1, clocks: Sequence[Clock] = (), **more: Any) -> Case:
    """A case to which these events happened, with clocks of its own."""
    no = CaseNo(f"410900261120{n:03d}")
    values = {"kind": Kind.COMPLAINT, "status": Status.CHECKING, "received_at": RECEIVED, "narrative": "n", **more}
    case = Case(no=no, **values)
    async with town.house.database.begin() as tx:
        tx.cases.add(case)
        tx.cases.log([Event(name=name, case_no=no, at=RECEIVED, by="system") for name in names])
        for clock in clocks:
            tx.clocks.add(clock.evolve(case_no=no))
    return case


def kept(rule: str, day: str, *, stopped: str | None = None, **more: Any) -> Clock:
    """A clock due on a day, stopped on another one or running."""
    at = datetime.fromisoformat(f"{stopped} 12:00").replace(tzinfo=CHINA) if stopped else None
    case = Case(no=CaseNo("1"), kind=Kind.COMPLAINT, status=Status.CHECKING, received_at=RECEIVED, narrative="n")
    return due(case, day, rule=rule, stopped_at=at, **more)


async def test_a_complaint_counts_in_every_share_that_it_has_reached(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    assert set((await shares(puyang)).values()) == {(0, None), (0, 0)}
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    found = await shares(puyang)
    assert (found["received"], found["accepted"], found["first_check_on_time"]) == ((1, None), (0, None), (0, 0))
    assert (found["closed"], found["closed_on_time"], found["mediated"]) == ((0, 1), (0, 0), (0, 0))
    await does(puyang, "李明", no, "sign")
    await does(puyang, "李明", no, "accept")
    found = await shares(puyang)
    assert (found["accepted"], found["first_check_on_time"], found["solved"]) == ((1, None), (1, 1), (0, 1))
    await does(puyang, "李明", no, "close_with", outcome="agreed", reason="退款58元")
    found = await shares(puyang)
    assert (found["closed"], found["closed_on_time"]) == ((1, 1), (1, 1))
    assert (found["mediated"], found["solved"], found["satisfied"]) == ((1, 1), (1, 1), (0, 0))
    await wang.presses("基本满意")
    assert (await shares(puyang))["satisfied"] == (1, 1)
    assert set((await shares(puyang, Kind.TIPOFF)).values()) == {(0, None), (0, 0)}


async def test_a_first_check_after_the_date_is_not_on_time(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    await does(puyang, "李明", no, "sign")
    puyang.clock.at("2026-12-03 00:00")
    assert (await shares(puyang))["first_check_on_time"] == (0, 0), "nobody has decided yet"
    await does(puyang, "李明", no, "decline", ground="16-1", reason="不属于")
    found = await shares(puyang)
    assert (found["first_check_on_time"], found["closed"], found["closed_on_time"]) == ((0, 1), (1, 1), (0, 1))


async def test_a_case_that_is_handled_again_is_not_closed(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await does(puyang, "李明", no, "sign")
    await does(puyang, "李明", no, "accept")
    await does(puyang, "李明", no, "close_with", outcome="agreed", reason="退款")
    await wang.presses("不满意")
    found = await shares(puyang)
    assert (found["satisfied"], found["closed"], found["mediated"]) == ((0, 1), (1, 1), (1, 1))
    await does(puyang, "周局", no, "rehandle", reason="没有退款")
    found = await shares(puyang)
    assert (found["satisfied"], found["closed"], found["mediated"]) == ((0, 0), (0, 1), (0, 0))


E = EventName
APPRAISAL = Pause(start=date(2026, 12, 1), end=date(2027, 1, 5))
DONE: dict[str, Any] = {"status": Status.FOLLOWING_UP, "outcome": "agreed"}


@pytest.mark.parametrize(
    ("limit", "on_time"),
    [
        (kept("mediate", "2027-01-25", stopped="2027-01-25"), True),
        (kept("mediate", "2027-01-25", stopped="2027-01-26"), False),
        (kept("mediate", "2027-03-01", stopped="2027-02-27", pauses=(APPRAISAL,)), True),
        (kept("accept", "2026-12-01", stopped="2026-12-02"), False),
        (kept("tell_terminated", "2027-01-25", stopped="2027-01-26"), False),
        (kept("odr", "2027-01-25", stopped="2027-01-26"), True),
        (kept("sign", "2027-01-25", stopped="2027-01-26"), True),
    ],
)  # fmt: skip
async def test_a_case_is_closed_on_time_by_the_dates_that_the_law_sets_the_office(
    limit: Clock, on_time: bool, puyang: Town
) -> None:
    """Pauses and extensions have moved the date in the clock; the time of the business and house rules do not count."""
    await stands(puyang, E.ACCEPTED, E.AGREED, E.CLOSED, clocks=[limit], **DONE)
    assert (await shares(puyang))["closed_on_time"] == (int(on_time), 1)


async def test_a_tipoff_is_verified_on_time_late_or_due_and_not_verified(puyang: Town) -> None:
    tipoff: dict[str, Any] = {"kind": Kind.TIPOFF, "status": Status.VERIFYING}
    extended = kept("verify", "2027-01-04", stopped="2026-12-31", extra=15, extensions=1)
    late = kept("verify", "2026-12-11", stopped="2026-12-14")
    await stands(puyang, E.ROUTED, E.DOCKETED, n=1, clocks=[extended], **tipoff | {"status": Status.DOCKETED})
    await stands(puyang, E.ROUTED, E.DISMISSED, n=2, clocks=[late], **tipoff | {"status": Status.DISMISSED})
    await stands(puyang, E.ROUTED, n=3, clocks=[kept("verify", "2026-12-11")], **tipoff)
    assert (await shares(puyang, Kind.TIPOFF))["verified_on_time"] == (1, 2), "the third has time"
    puyang.clock.at("2026-12-12 00:00")
    assert (await shares(puyang, Kind.TIPOFF))["verified_on_time"] == (1, 3)
    assert (await shares(puyang, Kind.TIPOFF))["received"] == (3, None)


async def test_what_the_business_settled_counts_for_those_who_tried(puyang: Town) -> None:
    await stands(puyang, E.NEGOTIATED, n=1, status=Status.NEGOTIATING)
    await stands(puyang, E.NEGOTIATED, E.SETTLED, E.CLOSED, n=2, status=Status.CLOSED, outcome="settled")
    await stands(puyang, E.NEGOTIATED, E.NEGOTIATION_FAILED, E.ROUTED, n=3)
    await stands(puyang, E.NEGOTIATED, n=4, status=Status.WITHDRAWN, outcome="withdrawn")
    settled_later = (E.NEGOTIATED, E.NEGOTIATION_FAILED, E.ROUTED, E.ACCEPTED, E.SETTLED, E.CLOSED)
    await stands(puyang, *settled_later, n=5, status=Status.CLOSED, outcome="settled")
    found = await shares(puyang)
    assert (found["settled_online"], found["solved_at_source"], found["solved"]) == ((1, 4), (1, 5), (1, 1))


async def test_a_question_is_answered_directly_when_no_bureau_had_it(puyang: Town) -> None:
    asked: dict[str, Any] = {"kind": Kind.INQUIRY, "status": Status.CLOSED}
    await stands(puyang, E.ANSWERED, E.CLOSED, n=1, rating=1, **asked)
    await stands(puyang, E.ROUTED, E.ANSWERED, E.CLOSED, n=2, rating=3, **asked)
    await stands(puyang, n=3, kind=Kind.INQUIRY, status=Status.RECEIVED)
    found = await shares(puyang, Kind.INQUIRY)
    assert found["answered_directly"] == (1, 3)
    assert (found["closed"], found["closed_on_time_inquiry"], found["satisfied"]) == ((2, 3), (2, 2), (1, 2))


async def test_both_days_are_included_as_days_in_china(puyang: Town) -> None:
    first = datetime(2026, 11, 1, tzinfo=CHINA)
    moments = (first - timedelta(seconds=1), first, datetime(2026, 11, 30, 23, 59, 59, tzinfo=CHINA))
    for n, moment in enumerate((*moments, datetime(2026, 12, 1, tzinfo=CHINA))):
        await stands(puyang, n=n, received_at=moment)
    assert (await shares(puyang))["received"] == (2, None)
    day = Days(first=date(2026, 11, 30), last=date(2026, 11, 30))
    assert (await shares(puyang, days=day))["received"] == (1, None)


async def test_more_cases_than_a_page_are_each_counted_once(puyang: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "PAGE", 3)
    for n in range(7):
        await stands(puyang, E.ACCEPTED, n=n)
    assert (await shares(puyang))["first_check_on_time"] == (7, 7)


def test_every_formula_says_what_it_is_and_none_claims_to_be_official() -> None:
    found = rulebook().indicators
    assert len({one.code for one in found}) == len(found)
    assert {one.standing for one in found if one.of} == {Standing.PUBLISHED, Standing.INFERRED, Standing.REMEMBERED}
    assert [one.code for one in found if one.official] == ["received", "accepted"]
    assert [
        one.code for one in found if one.standing in (Standing.PUBLISHED, Standing.INFERRED) and not one.basis
    ] == []


def test_a_rate_of_nothing_is_none() -> None:
    (indicator,) = (one for one in rulebook().indicators if one.code == "mediated")
    parts = [(0, 0, None), (0, 4, 0.0), (1, 4, 0.25), (3, None, None)]
    rates = [Measure(indicator=indicator, kind=Kind.COMPLAINT, part=p, whole=w).rate for p, w, _ in parts]
    assert rates == [rate for *_, rate in parts]


def test_each_count_asks_only_for_events_that_are_read() -> None:
    asked: set[EventName] = set()

    class Asked(list[EventName]):
        def __contains__(self, event: object) -> bool:
            asked.add(EventName(str(event)))
            return True

    case = Case(no=CaseNo("1"), kind=Kind.COMPLAINT, status=Status.CLOSED, received_at=RECEIVED, narrative="n")
    for count in COUNTS.values():
        for events in (Asked(), [E.NEGOTIATED], [E.ANSWERED], []):
            count(Told(case=case, events=events, clocks=()))
    assert asked <= EVENTS
