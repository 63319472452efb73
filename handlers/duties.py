"""What is done as time passes; each duty returns how much it did, and doing it twice at once does no harm."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import business_keys, calendars, calling, deadlines, routines, spreading, tidying, unread, weekly
from handlers.delivery import Delivery
from handlers.evidence import Files, Source, fetch_wanted
from handlers.office import Office
from handlers.recounting import Recounter
from handlers.short_messages import ShortMessages
from handlers.signals import Watcher
from storage.database import Database


class Duties:
    """The periodic duties of one process."""

    def __init__(
        self,
        *,
        database: Database,
        office: Office,
        delivery: Delivery,
        files: Files,
        sources: Mapping[str, Source],
        short_messages: ShortMessages,
    ) -> None:
        self._database = database
        self._office = office
        self._delivery = delivery
        self._files = files
        self._sources = sources
        self._short_messages = short_messages
        self._recounter = Recounter(database, office)
        self._watcher = Watcher(database, office)

    async def warn(self) -> int:
        """Warn of clocks that are due."""
        count = await deadlines.warn_all(self._database, office=self._office)
        if count:
            self._delivery.wake()
        return count

    async def remind(self) -> int:
        """Remind of the site's routines and of owed calls; tell the desk once a week what officers keep correcting."""
        count = await routines.remind(self._database, office=self._office)
        count += await calling.remind(self._database, office=self._office)
        count += await weekly.tell(self._database, office=self._office)
        if count:
            self._delivery.wake()
        return count

    async def settle_reports(self) -> int:
        """Take up what was reported of short messages before they were noted as sent."""
        return await self._short_messages.settle_reports()

    async def tell_unread(self) -> int:
        """Send by short message what nobody has seen on a page."""
        count = await unread.tell_unread(self._database, office=self._office)
        if count:
            self._delivery.wake()
        return count

    async def look_at_calendar(self) -> int:
        """Take up the years that were entered by another process."""
        return await calendars.look(self._database, office=self._office)

    async def spread(self) -> int:
        """Promise the next texts of the broadcasts that are being sent."""
        count = await spreading.spread(self._database, office=self._office)
        if count:
            self._delivery.wake()
        return count

    async def watch(self) -> int:
        """Put what is complained of far more than usual before the office."""
        count = await self._watcher.work()
        if count:
            self._delivery.wake()
        return count

    async def recount(self) -> int:
        """Count the clocks anew when the calendar has changed."""
        count = await self._recounter.work()
        if count:
            self._delivery.wake()
        return count

    async def read_unread(self) -> int:
        """Give older cases the keys by which similar ones are found."""
        return await business_keys.read_unread(self._database, office=self._office)

    async def fetch(self) -> int:
        """Fetch evidence that still lies with a channel of this process."""
        return await fetch_wanted(self._database, self._files, self._sources, office=self._office)

    async def tidy(self) -> int:
        """Forget what is older than the site keeps it."""
        return await tidying.tidy(self._database, files=self._files, office=self._office)
