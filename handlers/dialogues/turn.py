"""One message being answered: what every dialogue gets, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cases.messages import Address, Choice, Incoming, Outgoing, Wording
from cases.model import Staff
from cases.understanding import Understanding
from handlers.cards import Buttons, rows_of
from handlers.office import Office
from storage.conversation_store import Session
from storage.database import Transaction

HOME = "home"


@dataclass(kw_only=True)
class Turn:
    """A dialogue reads ``message`` and ``session``, says its answers, and puts the session where it goes on.

    ``settlers`` are the businesses that settle complaints themselves, read where a draft is worked on.
    """

    tx: Transaction
    office: Office
    message: Incoming
    session: Session
    said: list[Outgoing] = field(default_factory=list)
    settlers: Sequence[Staff] = ()
    _heard: tuple[str, Understanding] | None = None

    @property
    def person(self) -> Address:
        return self.message.address

    @property
    def short(self) -> bool:
        """Whether the person writes by short message."""
        return self.person.channel == self.office.ways.short

    @property
    def text(self) -> str:
        return self.message.text.strip()

    @property
    def heard(self) -> Understanding:
        """What the text says, read when it is first asked for: a tap or a command needs no reading."""
        if self._heard is None or self._heard[0] != self.text:
            self._heard = (self.text, self.office.reader.understand(self.text, today=self.office.today()))
        return self._heard[1]

    @property
    def staff(self) -> Staff | None:
        return self.session.staff

    def say(self, key: str, choices: Buttons = (), /, **facts: object) -> None:
        """Answer with a text of the site."""
        wording = Wording(key=key, facts={name: str(value) for name, value in facts.items()}) if self.short else None
        self.tell(self.office.say(key, **facts), choices, wording=wording)

    def tell(self, text: str, choices: Buttons = (), *, wording: Wording | None = None) -> None:
        self.said.append(Outgoing(address=self.person, text=text, choices=choices, wording=wording))

    def go(self, dialogue: str, data: Mapping[str, Any] | None = None) -> None:
        """The next message is for ``dialogue``; its data replaces what it kept."""
        self.session = replace(self.session, dialogue=dialogue, data=data or {})

    def choice(self, key: str, value: str, **facts: object) -> Choice:
        return Choice(label=self.office.say(key, **facts), value=value)

    def command(self) -> str | None:
        """The command that the whole message is, when it is one."""
        return command_of(self.text, self.office)


def command_of(text: str, office: Office) -> str | None:
    bare = text.strip().strip("。！!.,，~ ").lower()
    commands = office.rulebook.commands
    return commands.get(text.strip().lower()) or commands.get(bare)


def pressed_parts(message: Incoming) -> list[str]:
    """The parts of a pressed button's value, empty when nothing was pressed."""
    return message.pressed.split(":") if message.pressed else []


def choices_in_rows(choices: Sequence[Choice], per_row: int = 3) -> Buttons:
    return rows_of(choices, per_row)
