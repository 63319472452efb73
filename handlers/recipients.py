"""Finds the people and addresses behind "the officer", "the lead", "the desk"; who is away is stood in for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from cases.messages import Address
from cases.model import Case, Role, Staff, StaffId
from cases.notices import Recipient
from handlers.office import Office
from handlers.reaching import addresses_of
from storage.database import Transaction

Groups = Iterator[list[Staff]]
"""Groups of staff, the most fitting first; a ping goes to the first group in which anybody can be reached."""


_ROSTERS: WeakKeyDictionary[Transaction, tuple[int, Roster]] = WeakKeyDictionary()
"""The rosters of the transactions that are open now."""


class _Post(NamedTuple):
    """Of a case, what decides who is told; cases alike in it have the same people."""

    to: Recipient
    bureau: str | None
    officer: StaffId | None
    guest: str | None


async def addresses(
    tx: Transaction, to: Recipient, *, case: Case, office: Office, guest: str | None = None
) -> list[Address]:
    """Where to reach ``to`` for this case; empty when nobody can be reached.

    ``guest`` is the business or mediating body that was with the case, when it is not any more.
    """
    if to is Recipient.CONSUMER:
        return await addresses_of(tx, case, office=office)
    return (await roster_of(tx, office=office)).reached(to, case, guest=guest)


async def desk_addresses(tx: Transaction, *, office: Office) -> list[Address]:
    """Where to reach the intake desk about what is no case; empty when nobody can be reached."""
    return (await roster_of(tx, office=office)).desk()


async def roster_of(tx: Transaction, *, office: Office) -> Roster:
    """Everyone who works here, as they are now; made once a transaction, and again when it changes them."""
    made, roster = _ROSTERS.get(tx, (-1, None))
    if roster is None or made != tx.people:
        roster = await _roster(tx, office=office)
        _ROSTERS[tx] = (tx.people, roster)
    return roster


async def _roster(tx: Transaction, *, office: Office) -> Roster:
    everyone = await tx.staff.of()
    bound = await tx.conversations.addresses_of([member.id for member in everyone])
    return Roster(everyone, bound=bound, away=await tx.absences.on(office.today()), office=office)


class Roster:
    """Who works where, at which addresses, and who is away today. It asks no database, and remembers its answers."""

    def __init__(
        self,
        everyone: Sequence[Staff],
        *,
        bound: Mapping[StaffId, list[Address]],
        away: Collection[StaffId],
        office: Office,
    ) -> None:
        self.office = office
        self._bound = bound
        self._away = frozenset(away)
        self._everyone = everyone
        self._members: dict[str, Staff] = {member.id: member for member in everyone}
        self._known: dict[_Post, list[Address]] = {}
        self._owners = {address: self._members[who] for who, there in bound.items() for address in there}
        self._posts: dict[tuple[str, Role], list[Staff]] = {}
        self._deputies: dict[StaffId, list[Staff]] = {}
        for member in everyone:
            self._posts.setdefault((member.bureau, member.role), []).append(member)
            if member.deputy_for:
                self._deputies.setdefault(member.deputy_for, []).append(member)

    def at(self, address: Address) -> Staff | None:
        """Whose address it is; None for a consumer's."""
        return self._owners.get(address)

    def is_away(self, staff_id: StaffId | None) -> bool:
        return staff_id in self._away

    def at_work(self) -> list[tuple[Staff, list[Address]]]:
        """Those who work on cases, are not away and can be reached, with their addresses."""
        working = (Role.OFFICER, Role.LEAD, Role.DESK)
        here = [member for member in self._everyone if member.role in working and not self.is_away(member.id)]
        return [(member, self._bound[member.id]) for member in here if member.id in self._bound]

    def member(self, staff_id: str | None) -> Staff | None:
        """The member who works here under this id."""
        return self._members.get(staff_id or "")

    def standing_for(self, member: Staff) -> list[Staff]:
        """The member, or while away the deputies at work."""
        return self._present([member])

    def stand_ins(self, member: Staff) -> list[Staff]:
        """Who gets the pings of a member who is away: the deputies at work, else the leads of the bureau or above."""
        deputies = self._present(self._deputies.get(member.id, ()))
        line = self.office.rulebook.directory.line(member.bureau)
        leads = (self._present(self._of(bureau, Role.LEAD)) for bureau in line)
        others = ([lead for lead in found if lead.id != member.id] for found in leads)
        return deputies or next((found for found in others if found), [])

    def reached(self, to: Recipient, case: Case, *, guest: str | None = None) -> list[Address]:
        """Where ``to``, other than a consumer, is reached for a case; where everybody is away, they are told anyway."""
        post = _Post(to, case.bureau, case.officer, self._guest(to, case, guest))
        if post not in self._known:
            self._known[post] = self._first(post) or self._first_of_all(post)
        return self._known[post]

    def desk(self) -> list[Address]:
        """Where the intake desk is reached about what is no case."""
        post = _Post(Recipient.DESK, None, None, None)
        return self._first(post) or self._first_of_all(post)

    def _first_of_all(self, post: _Post) -> list[Address]:
        if not self._away or post.to is Recipient.DEPUTY:
            return []
        return Roster(self._everyone, bound=self._bound, away=(), office=self.office)._first(post)

    def _guest(self, to: Recipient, case: Case, guest: str | None) -> str | None:
        if to not in (Recipient.MERCHANT, Recipient.MEDIATOR):
            return None
        return guest or (case.enterprise if to is Recipient.MERCHANT else case.mediator)

    def _first(self, post: _Post) -> list[Address]:
        for people in self._groups(post):
            found = [address for member in people for address in self._bound.get(member.id, ())]
            if found:
                return found
        return []

    def _groups(self, post: _Post) -> Groups:
        if post.to in (Recipient.MERCHANT, Recipient.MEDIATOR):
            member = self._members.get(post.guest or "")
            yield [member] if member else []
            return
        if post.to is Recipient.DEPUTY:
            officers = [post.officer] if post.officer else [member.id for member in self._officers_of(post.bureau)]
            yield self._present(deputy for officer in officers for deputy in self._deputies.get(officer, ()))
            return
        if post.to is Recipient.SUPERVISOR:
            for bureau in self._above(post.bureau):
                yield self._present(self._of(bureau, Role.LEAD))
        elif post.to is not Recipient.DESK:
            yield from self._in_line(post)
        yield self._present(self._of(self.office.rulebook.site.desk, Role.DESK))
        yield self._present(member for member in self._everyone if member.role is Role.DESK)
        yield self._present(member for member in self._everyone if member.role is Role.ADMIN)  # on a fresh site

    def _in_line(self, post: _Post) -> Groups:
        """Who has the case, then those of its bureau and of the ones above it: a ping must reach somebody who can act.

        Instead of an officer who is away comes the deputy, else the lead, and no colleague who knows nothing of it.
        """
        role = Role.LEAD if post.to is Recipient.LEAD else Role.OFFICER
        signed = self._members.get(post.officer or "") if role is Role.OFFICER else None
        if signed:
            yield self._present([signed])
        for bureau in self.office.rulebook.directory.line(post.bureau):
            if not (signed and self.is_away(signed.id)):
                yield self._present(self._of(bureau, role))
            yield self._present(self._of(bureau, Role.LEAD))

    def _of(self, bureau: str, role: Role) -> list[Staff]:
        return self._posts.get((bureau, role), [])

    def _officers_of(self, bureau: str | None) -> list[Staff]:
        line = self.office.rulebook.directory.line(bureau)[:1]
        return [member for code in line for member in self._of(code, Role.OFFICER)]

    def _present(self, people: Iterable[Staff]) -> list[Staff]:
        """These, with the deputies at work in the place of each who is away; nobody twice."""
        found: dict[StaffId, Staff] = {}
        for member in people:
            there = [member] if not self.is_away(member.id) else self._deputies.get(member.id, [])
            found |= {one.id: one for one in there if not self.is_away(one.id)}
        return list(found.values())

    def _above(self, bureau: str | None) -> tuple[str, ...]:
        """The bureaus above the case's, nearest first; above a case without a bureau stands the top of the site."""
        directory = self.office.rulebook.directory
        return directory.line(bureau)[1:] if bureau else directory.line(self.office.rulebook.site.desk)[::-1][:1]
