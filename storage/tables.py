"""The whole schema on a page. What tells who a person is, or what they said, is in sealed columns."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    false,
)

from storage.columns import Instant, RowId
from storage.reach_tables import Reaching
from storage.vault import Sealed, Vault

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Schema(Reaching):
    """The tables, with sealed columns bound to one vault (None: for migrations, which read no values)."""

    def __init__(self, vault: Vault | None = None) -> None:
        self.metadata = MetaData(naming_convention=NAMING)
        self._vault = vault
        self._messages()
        self._promises()
        self._cases()
        self._who_brought_them()
        self._about_cases()
        self._evidence()
        self._people()
        self._office()
        self._channels()
        self._subscribers()
        self._broadcasts()
        self._broadcast_history()
        self._signals()

    def _sealed(self, column: str) -> Sealed:
        return Sealed(self._vault, column)

    def _messages(self) -> None:
        self.inbox = Table(
            "inbox",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("channel", String(20), nullable=False),
            Column("key", String(80), nullable=False),
            Column("person", String(120), nullable=False),
            Column("payload", self._sealed("inbox.payload")),
            Column("received_at", Instant, nullable=False),
            Column("done_at", Instant),
            UniqueConstraint("channel", "key"),
        )
        waiting = self.inbox.c.done_at.is_(None)
        Index("ix_inbox_waiting", self.inbox.c.id, sqlite_where=waiting, postgresql_where=waiting)
        Index("ix_inbox_person", self.inbox.c.person, self.inbox.c.id)
        self.conversations = Table(
            "conversations",
            self.metadata,
            Column("person", String(120), primary_key=True),
            Column("dialogue", String(30), nullable=False),
            Column("data", self._sealed("conversations.data")),
            Column("staff_id", String(40), ForeignKey("staff.id")),
            Column("consented_at", Instant),
            Column("updated_at", Instant, nullable=False),
        )
        bound = self.conversations.c.staff_id.is_not(None)
        Index("ix_conversations_staff", self.conversations.c.staff_id, sqlite_where=bound, postgresql_where=bound)

    def _promises(self) -> None:
        self.outbox = Table(
            "outbox",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("channel", String(20), nullable=False),
            Column("person", String(120), nullable=False),
            Column("priority", Integer, nullable=False),
            Column("payload", self._sealed("outbox.payload"), nullable=False),
            Column("case_no", String(40)),
            Column("key", String(160), unique=True),
            Column("state", String(12), nullable=False),
            Column("attempts", Integer, nullable=False),
            Column("not_before", Instant, nullable=False),
            Column("created_at", Instant, nullable=False),
            Column("sent_at", Instant),
            Column("reference", String(80)),
            Column("reason", String(200)),
            Column("broadcast", String(20)),
            Column("delivered_at", Instant),
        )
        many = self.outbox.c.broadcast.is_not(None)
        Index(
            "ix_outbox_broadcast",
            self.outbox.c.broadcast,
            self.outbox.c.state,
            sqlite_where=many,
            postgresql_where=many,
        )
        owing = self.outbox.c.state.in_(("queued", "sending"))
        urgency = (self.outbox.c.channel, self.outbox.c.priority, self.outbox.c.id)
        Index("ix_outbox_owing", *urgency, sqlite_where=owing, postgresql_where=owing)
        Index("ix_outbox_person", self.outbox.c.person, self.outbox.c.id)
        Index("ix_outbox_case", self.outbox.c.case_no)
        settled = self.outbox.c.state.not_in(("queued", "sending"))
        by = (self.outbox.c.channel, self.outbox.c.state)
        Index("ix_outbox_settled", *by, sqlite_where=settled, postgresql_where=settled)

    def _cases(self) -> None:
        self.cases = Table(
            "cases",
            self.metadata,
            Column("no", String(40), primary_key=True),
            Column("kind", String(12), nullable=False),
            Column("status", String(20), nullable=False),
            Column("received_at", Instant, nullable=False),
            Column("bureau", String(30)),
            Column("officer", String(40)),
            Column("department", String(20)),
            Column("because", String(300), nullable=False),
            Column("region", String(12)),
            Column("township", String(12)),
            Column("object", String(12)),
            Column("category", String(20)),
            Column("problem", String(20)),
            Column("sales_mode", String(20)),
            Column("product", String(200)),
            Column("amount", Numeric(14, 2)),
            Column("happened_on", Date),
            Column("demands", String(200), nullable=False),
            Column("merchant_name", String(200)),
            Column("merchant_address", String(300)),
            Column("merchant_phone", String(40)),
            Column("platform", String(40)),
            Column("urgent", Boolean, nullable=False),
            Column("narrative", self._sealed("cases.narrative"), nullable=False),
            Column("result", self._sealed("cases.result")),
            Column("outcome", String(20)),
            Column("rating", Integer),
            Column("sibling", String(40)),
            Column("origin", String(40)),
            Column("part_of", String(40)),
            Column("enterprise", String(40)),
            Column("mediator", String(40)),
            Column("asked", String(80)),
            Column("rehandled", Integer, nullable=False, server_default="0"),
            Column("sampled", Boolean, nullable=False, server_default=false()),
            Column("version", Integer, nullable=False),
            Column("merchant_key", String(200)),
            Column("merchant_branch", String(60)),
        )
        _index_cases(self.cases)

    def _who_brought_them(self) -> None:
        self.identities = Table(
            "identities",
            self.metadata,
            Column("case_no", String(40), ForeignKey("cases.no"), primary_key=True),
            Column("person", String(120), nullable=False),
            Column("name", self._sealed("identities.name")),
            Column("phone", self._sealed("identities.phone")),
            Column("postal_address", self._sealed("identities.postal_address")),
            Column("phone_index", String(64), index=True),
            Column("address_index", String(64)),
        )
        Index("ix_identities_person", self.identities.c.person)
        shared = self.identities.c.address_index
        told = shared.is_not(None)
        Index("ix_identities_address_index", shared, sqlite_where=told, postgresql_where=told)
        unread = self.identities.c.postal_address.is_not(None) & shared.is_(None)
        Index("ix_identities_unread", self.identities.c.case_no, sqlite_where=unread, postgresql_where=unread)

    def _about_cases(self) -> None:
        self.journal = Table(
            "journal",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("case_no", String(40), ForeignKey("cases.no"), nullable=False, index=True),
            Column("at", Instant, nullable=False),
            Column("event", String(30), nullable=False),
            Column("by", String(40), nullable=False),
            Column("facts", self._sealed("journal.facts"), nullable=False),
        )
        taught = self.journal.c.event.in_(("corrected", "sent_back", "reclassified"))
        at = (self.journal.c.at, self.journal.c.case_no)
        Index("ix_journal_taught", *at, sqlite_where=taught, postgresql_where=taught)
        self.clocks = Table(
            "clocks",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("case_no", String(40), ForeignKey("cases.no"), nullable=False, index=True),
            Column("rule", String(30), nullable=False),
            Column("started_at", Instant, nullable=False),
            Column("due_on", Date, nullable=False),
            Column("provisional", Boolean, nullable=False),
            Column("step", Integer, nullable=False),
            Column("next_warning", Instant),
            Column("stopped_at", Instant),
            Column("due_at", Instant),
            Column("pauses", String(600), nullable=False, server_default=""),
            Column("extra", Integer, nullable=False, server_default="0"),
            Column("extensions", Integer, nullable=False, server_default="0"),
            Column("fixed", Boolean, nullable=False, server_default=false()),
        )
        running = self.clocks.c.stopped_at.is_(None)
        Index("ix_clocks_next", self.clocks.c.next_warning, sqlite_where=running, postgresql_where=running)
        due = (self.clocks.c.due_on, self.clocks.c.id)
        Index("ix_clocks_due", *due, sqlite_where=running, postgresql_where=running)
        self.warnings = Table(
            "warnings",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("key", String(160), nullable=False, unique=True),
            Column("person", String(120), nullable=False),
            Column("case_no", String(40), nullable=False),
            Column("payload", self._sealed("warnings.payload"), nullable=False),
            Column("created_at", Instant, nullable=False),
            Column("gathered_at", Instant),
        )
        waiting = self.warnings.c.gathered_at.is_(None)
        Index("ix_warnings_waiting", self.warnings.c.person, sqlite_where=waiting, postgresql_where=waiting)

    def _evidence(self) -> None:
        self.evidence = Table(
            "evidence",
            self.metadata,
            Column("id", String(40), primary_key=True),
            Column("person", String(120), nullable=False),
            Column("attachment", self._sealed("evidence.attachment"), nullable=False),
            Column("sha256", String(64)),
            Column("size", BigInteger),
            Column("state", String(12), nullable=False),
            Column("attempts", Integer, nullable=False),
            Column("not_before", Instant, nullable=False),
            Column("created_at", Instant, nullable=False),
        )
        wanted = self.evidence.c.state == "wanted"
        Index("ix_evidence_wanted", self.evidence.c.not_before, sqlite_where=wanted, postgresql_where=wanted)
        self.case_evidence = Table(
            "case_evidence",
            self.metadata,
            Column("case_no", String(40), ForeignKey("cases.no"), primary_key=True),
            Column("evidence_id", String(40), ForeignKey("evidence.id"), primary_key=True),
        )
        self.numbers = Table(
            "numbers",
            self.metadata,
            Column("scope", String(40), primary_key=True),
            Column("last", Integer, nullable=False),
        )

    def _people(self) -> None:
        self.staff = Table(
            "staff",
            self.metadata,
            Column("id", String(40), primary_key=True),
            Column("bureau", String(30), nullable=False, index=True),
            Column("role", String(12), nullable=False),
            Column("name", String(60), nullable=False),
            Column("deputy_for", String(40)),
            Column("active", Boolean, nullable=False),
            Column("created_at", Instant, nullable=False),
        )
        self.absences = Table(
            "absences",
            self.metadata,
            Column("id", RowId, primary_key=True, autoincrement=True),
            Column("staff_id", String(40), ForeignKey("staff.id"), nullable=False, index=True),
            Column("first", Date, nullable=False),
            Column("last", Date, nullable=False),
            Column("created_at", Instant, nullable=False),
        )
        self.invites = Table(
            "invites",
            self.metadata,
            Column("code_hash", String(64), primary_key=True),
            Column("staff_id", String(40), ForeignKey("staff.id"), nullable=False),
            Column("expires_at", Instant, nullable=False),
            Column("used_at", Instant),
        )
        self.web_sessions = Table(
            "web_sessions",
            self.metadata,
            Column("token_hash", String(64), primary_key=True),
            Column("person", String(120), nullable=False),
            Column("seen_at", Instant, nullable=False),
        )

    def _office(self) -> None:
        self.calendar_years = Table(
            "calendar_years",
            self.metadata,
            Column("year", Integer, primary_key=True, autoincrement=False),
            Column("content", String(4000), nullable=False),
            Column("entered_by", String(40), nullable=False),
            Column("entered_at", Instant, nullable=False),
        )
        self.marks = Table(
            "marks",
            self.metadata,
            Column("name", String(60), primary_key=True),
            Column("value", String(120), nullable=False),
            Column("at", Instant, nullable=False),
        )


def _index_cases(table: Table) -> None:
    cases = table.c
    Index("ix_cases_bureau_status", cases.bureau, cases.status)
    asked = cases.status == "following_up"
    Index("ix_cases_following_up", cases.received_at, sqlite_where=asked, postgresql_where=asked)
    for guest in (cases.part_of, cases.enterprise, cases.mediator):
        there = guest.is_not(None)
        Index(f"ix_cases_{guest.name}", guest, sqlite_where=there, postgresql_where=there)
    Index("ix_cases_received_at", cases.received_at)
    Index("ix_cases_merchant_key", cases.merchant_key, cases.received_at)
