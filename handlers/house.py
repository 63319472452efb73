"""Everything that one process works with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from handlers.conversation import Conversation
from handlers.delivery import Delivery
from handlers.duties import Duties
from handlers.evidence import Files, Source
from handlers.office import Office
from handlers.pages import Pages
from handlers.reception import Reception
from handlers.short_messages import ShortMessages
from storage.database import Database


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
