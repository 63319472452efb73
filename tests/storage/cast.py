"""Values that the tests of the stores write and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cases.messages import Address, Choice, Incoming, Outgoing
from cases.model import Case, CaseNo, Kind, Role, Staff, StaffId, Status
from cases.notices import Priority
from storage.outbox_store import Promise

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WANG = Address(channel="street", value="wang")
SOON = timedelta(seconds=15)


def message(key: str, text: str = "x", **more: object) -> Incoming:
    return Incoming(**{"address": WANG, "key": key, "at": NOW, "text": text, **more})  # type: ignore[arg-type]


def case(no: str = "1", **more: object) -> Case:
    values = {"no": CaseNo(no), "kind": Kind.COMPLAINT, "status": Status.RECEIVED, "received_at": NOW, "narrative": "n"}
    return Case(**{**values, **more})  # type: ignore[arg-type]


def promise(key: str | None = None, *, person: Address = WANG, priority: Priority = Priority.NOTICE) -> Promise:
    outgoing = Outgoing(address=person, text=f"t{key}", choices=((Choice(label="l", value="v"),),))
    return Promise(outgoing=outgoing, priority=priority, at=NOW, key=key)


def staff(name: str, **more: object) -> Staff:
    values = {"id": StaffId(name), "bureau": "a", "role": Role.OFFICER, "name": name}
    return Staff(**{**values, **more})  # type: ignore[arg-type]
