"""Everything that one process works with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from handlers.calling import aftermath_at
from handlers.conversation import Conversation
from handlers.delivery import Channel, Delivery
from handlers.duties import Duties
from handlers.evidence import Files, Source
from handlers.office import Office
from handlers.pages import Pages
from handlers.reception import Reception
from handlers.short_messages import ShortMessages
from storage.database import Database
from storage.receipts import Receipts


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that one process works with, put together."""

    database: Database
    office: Office
    reception: Reception
    delivery: Delivery
    files: Files
    pages: Pages

    @cached_property
    def short_messages(self) -> ShortMessages:
        return ShortMessages(
            database=self.database, office=self.office, reception=self.reception, delivery=self.delivery
        )

    def conversation(self, channels: Sequence[str]) -> Conversation:
        return Conversation(
            database=self.database,
            office=self.office,
            reception=self.reception,
            delivery=self.delivery,
            channels=channels,
        )

    def duties(self, sources: Mapping[str, Source]) -> Duties:
        return Duties(
            database=self.database,
            office=self.office,
            delivery=self.delivery,
            files=self.files,
            sources=sources,
            short_messages=self.short_messages,
        )


def put_together(
    database: Database, *, office: Office, channels: Mapping[str, Channel], receipts: Receipts, files: Files
) -> House:
    """A house over one database; ``channels`` may be filled by the caller afterwards."""
    reception = Reception(database)
    delivery = Delivery(
        database=database, channels=channels, receipts=receipts, now=office.now, aftermath=aftermath_at(office)
    )
    pages = Pages(database=database, office=office, reception=reception, delivery=delivery, files=files)
    return House(database=database, office=office, reception=reception, delivery=delivery, files=files, pages=pages)
