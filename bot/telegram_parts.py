"""Which long messages went out in part, so that the next try goes on where the last one broke off."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from cases.messages import Outgoing


class Unfinished:
    """Remembers the last ``room`` messages that broke off. In memory: after a restart a message starts anew."""

    def __init__(self, *, room: int = 256) -> None:
        self._room = room
        self._sent: OrderedDict[bytes, int] = OrderedDict()

    def parts_sent(self, outgoing: Outgoing) -> int:
        """How many parts of this message have gone out already."""
        return self._sent.get(_mark(outgoing), 0) if self._sent else 0

    def note(self, outgoing: Outgoing, *, parts_sent: int) -> None:
        """Remembers that so many parts are out; 0 forgets the message."""
        if parts_sent == 0 and not self._sent:
            return
        mark = _mark(outgoing)
        self._sent.pop(mark, None)
        if parts_sent:
            self._sent[mark] = parts_sent
        while len(self._sent) > self._room:
            self._sent.popitem(last=False)


def _mark(outgoing: Outgoing) -> bytes:
    """A digest and not the message, so that no text stays in memory."""
    return hashlib.sha256(repr(outgoing).encode("utf-8", "backslashreplace")).digest()
