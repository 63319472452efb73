"""The part of the schema by which people are reached: channels beside chat, subscriptions, broadcasts, signals."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import Instant, RowId
from storage.vault import Sealed


class Reaching:
    """What ``Schema`` takes from here."""

    metadata: MetaData

    def _sealed(self, column: str) -> Sealed:
        raise NotImplementedError

    def _channels(self) -> None:
        self.phones = Table(
            "phones",
            self.metadata,
            Column("number_index", String(64), primary_key=True),
            Column("number", self._sealed("phones.number"), nullable=False),
            Column("created_at", Instant, nullable=False),
        )
        self.short_messages = Table(
            "short_messages",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("person", String(120), nullable=False),
            Column("incoming", Boolean, nullable=False),
            Column("text", self._sealed("short_messages.text")),
            Column("segments", Integer, nullable=False),
            Column("gateway", String(20), nullable=False),
            Column("reference", String(80), nullable=False),
            Column("state", String(12), nullable=False),
            Column("reason", String(200)),
            Column("pending", Boolean, nullable=False),
            Column("created_at", Instant, nullable=False),
            Column("reported_at", Instant),
            UniqueConstraint("gateway", "incoming", "reference"),
        )
        Index("ix_short_messages_person", self.short_messages.c.person, self.short_messages.c.id)
        pending = self.short_messages.c.pending
        Index("ix_short_messages_pending", self.short_messages.c.id, sqlite_where=pending, postgresql_where=pending)
        self.reaches = Table(
            "reaches",
            self.metadata,
            Column("person", String(120), primary_key=True),
            Column("way", String(20)),
            Column("number_index", String(64)),
            Column("left_at", Instant),
            Column("at", Instant, nullable=False),
        )
        self.calls = Table(
            "calls",
            self.metadata,
            Column("outbox", RowId, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
            Column("case_no", String(40), ForeignKey("cases.no"), nullable=False),
            Column("asked_at", Instant, nullable=False),
            Column("done_at", Instant),
        )
        owed = self.calls.c.done_at.is_(None)
        Index("ix_calls_owed", self.calls.c.case_no, sqlite_where=owed, postgresql_where=owed)

    def _subscribers(self) -> None:
        self.subscriptions = Table(
            "subscriptions",
            self.metadata,
            Column("person", String(120), primary_key=True),
            Column("channel", String(20), nullable=False),
            Column("topics", String(400), nullable=False),
            Column("region", String(12)),
            Column("at", Instant, nullable=False),
        )
        self.refusals = Table(
            "refusals",
            self.metadata,
            Column("person", String(120), primary_key=True),
            Column("at", Instant, nullable=False),
        )
        self.group_members = Table(
            "group_members",
            self.metadata,
            Column("group_code", String(40), primary_key=True),
            Column("person", String(120), primary_key=True),
            Column("name", String(80), nullable=False),
            Column("at", Instant, nullable=False),
        )

        self.group_invites = Table(
            "group_invites",
            self.metadata,
            Column("code_hash", String(64), primary_key=True),
            Column("group_code", String(40), nullable=False),
            Column("name", String(80), nullable=False),
            Column("expires_at", Instant, nullable=False),
            Column("used_at", Instant),
        )
        self.subscription_offers = Table(
            "subscription_offers",
            self.metadata,
            Column("person", String(120), primary_key=True),
            Column("at", Instant, nullable=False),
        )

    def _broadcasts(self) -> None:
        self.broadcasts = Table(
            "broadcasts",
            self.metadata,
            Column("id", String(20), primary_key=True),
            Column("kind", String(12), nullable=False),
            Column("state", String(12), nullable=False),
            Column("title", String(120), nullable=False),
            Column("body", String(4000), nullable=False),
            Column("picture", String(64)),
            Column("audience", String(2000), nullable=False),
            Column("drafted_by", String(40), nullable=False),
            Column("approved_by", String(40)),
            Column("signal", Integer),
            Column("people", Integer),
            Column("send_at", Instant),
            Column("created_at", Instant, nullable=False),
            Column("approved_at", Instant),
            Column("started_at", Instant),
            Column("finished_at", Instant),
            Column("published_at", Instant),
            Column("recalled_at", Instant),
            Column("note", String(400)),
            Column("version", Integer, nullable=False),
        )
        Index("ix_broadcasts_state", self.broadcasts.c.state, self.broadcasts.c.send_at)
        self.broadcast_people = Table(
            "broadcast_people",
            self.metadata,
            Column("broadcast", String(20), ForeignKey("broadcasts.id"), primary_key=True),
            Column("person", String(120), primary_key=True),
            Column("channel", String(20), nullable=False),
            Column("promised_at", Instant),
        )
        waiting = self.broadcast_people.c.promised_at.is_(None)
        Index(
            "ix_broadcast_people_waiting",
            self.broadcast_people.c.broadcast,
            self.broadcast_people.c.channel,
            self.broadcast_people.c.person,
            sqlite_where=waiting,
            postgresql_where=waiting,
        )

    def _broadcast_history(self) -> None:
        self.broadcast_revisions = Table(
            "broadcast_revisions",
            self.metadata,
            Column("broadcast", String(20), ForeignKey("broadcasts.id"), primary_key=True),
            Column("n", Integer, primary_key=True, autoincrement=False),
            Column("title", String(120)),
            Column("body", String(4000)),
            Column("by", String(40), nullable=False),
            Column("at", Instant, nullable=False),
            Column("upto", BigInteger, nullable=False),
            Column("finished_at", Instant),
        )
        self.broadcast_steps = Table(
            "broadcast_steps",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("broadcast", String(20), ForeignKey("broadcasts.id"), nullable=False, index=True),
            Column("what", String(20), nullable=False),
            Column("by", String(40), nullable=False),
            Column("at", Instant, nullable=False),
            Column("note", String(400), nullable=False),
        )

    def _signals(self) -> None:
        self.signals = Table(
            "signals",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("key", String(160), nullable=False, unique=True),
            Column("found_on", Date, nullable=False),
            Column("facets", String(800), nullable=False),
            Column("days", Integer, nullable=False),
            Column("people", Integer, nullable=False),
            Column("expected", Numeric(10, 3), nullable=False),
            Column("cases", String(4000), nullable=False),
            Column("until", Date, nullable=False),
            Column("before", Integer, nullable=False),
            Column("chance", Double, nullable=False),
            Column("state", String(12), nullable=False),
            Column("broadcast", String(20)),
            Column("decided_by", String(40)),
            Column("decided_at", Instant),
            Column("note", String(400)),
        )
        Index("ix_signals_state", self.signals.c.state, self.signals.c.found_on)
