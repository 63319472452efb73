"""By what the cases against one business, and those from one address, are found: worked out when they are filed.

What was filed before there were keys is read by a duty, in batches; a business whose key is set to NULL is read anew.
"""

from __future__ import annotations

from handlers.office import Office
from storage.case_store import BusinessKey
from storage.database import Database, Transaction

AT_ONCE = 500
LONGEST_KEY, LONGEST_BRANCH = 200, 60
"""Characters that the columns hold."""


def business_key(name: str | None, *, office: Office) -> BusinessKey:
    """The key of a business; empty when it has no name of its own."""
    if not name:
        return BusinessKey(key="")
    found = office.reader.business(name)
    if not found.key or found.key == office.reader.business(office.say("word.nameless", words="")).key:
        return BusinessKey(key="")
    return BusinessKey(key=found.key[:LONGEST_KEY], branch=found.branch[:LONGEST_BRANCH] if found.branch else None)


def address_index(tx: Transaction, address: str | None, *, office: Office) -> str | None:
    """The blind index of an address; empty for one that many people have, None when there is none."""
    if not address:
        return None
    key = office.reader.address_key(address)
    return tx.blind_index(f"address/{key}") if key else ""


async def read_unread(database: Database, *, office: Office) -> int:
    """Give a batch of older cases their keys; returns how many, 0 when none is left."""
    async with database.read() as tx:
        names = await tx.similar.unread_names(limit=AT_ONCE)
        addresses = await tx.similar.unread_addresses(limit=AT_ONCE)
    if not names and not addresses:
        return 0
    keys = {no: business_key(name, office=office) for no, name in names}
    async with database.begin() as tx:
        found = {no: address_index(tx, address, office=office) or "" for no, address in addresses}
        await tx.similar.set_keys(keys)
        await tx.similar.set_addresses(found)
    return len(keys) + len(found)
