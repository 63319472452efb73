"""How people are reached beside chat, broadcasts, and what is complained of more than expected."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.String(length=4000), nullable=False),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("audience", sa.String(length=2000), nullable=False),
        sa.Column("drafted_by", sa.String(length=40), nullable=False),
        sa.Column("approved_by", sa.String(length=40), nullable=True),
        sa.Column("signal", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    with op.batch_alter_table("broadcasts", schema=None) as batch_op:
        batch_op.create_index("ix_broadcasts_state", ["state", "send_at"], unique=False)

    op.create_table(
        "group_invites",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("group_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_group_invites")),
    )
    op.create_table(
        "subscription_offers",
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_subscription_offers")),
    )
    op.create_table(
        "group_members",
        sa.Column("group_code", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("group_code", "person", name=op.f("pk_group_members")),
    )
    op.create_table(
        "phones",
        sa.Column("number_index", sa.String(length=64), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number_index", name=op.f("pk_phones")),
    )
    op.create_table(
        "reaches",
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=True),
        sa.Column("number_index", sa.String(length=64), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_reaches")),
    )
    op.create_table(
        "refusals",
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_refusals")),
    )
    op.create_table(
        "short_messages",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_short_messages")),
        sa.UniqueConstraint(
            "gateway", "incoming", "reference", name=op.f("uq_short_messages_gateway_incoming_reference")
        ),
    )
    with op.batch_alter_table("short_messages", schema=None) as batch_op:
        batch_op.create_index("ix_short_messages_person", ["person", "id"], unique=False)
        batch_op.create_index(
            "ix_short_messages_pending",
            ["id"],
            unique=False,
            sqlite_where=sa.text("pending"),
            postgresql_where=sa.text("pending"),
        )

    op.create_table(
        "signals",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("facets", sa.String(length=800), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Numeric(precision=10, scale=3), nullable=False),
        sa.Column("cases", sa.String(length=4000), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("broadcast", sa.String(length=20), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint("key", name=op.f("uq_signals_key")),
    )
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.create_index("ix_signals_state", ["state", "found_on"], unique=False)

    op.create_table(
        "calls",
        sa.Column("outbox", RowId, autoincrement=False, nullable=False),
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_no"], ["cases.no"], name=op.f("fk_calls_case_no")),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name=op.f("fk_calls_outbox")),
        sa.PrimaryKeyConstraint("outbox", name=op.f("pk_calls")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(
            "ix_calls_owed",
            ["case_no"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "subscriptions",
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("topics", sa.String(length=400), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "broadcast_people",
        sa.Column("broadcast", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast"], ["broadcasts.id"], name=op.f("fk_broadcast_people_broadcast")),
        sa.PrimaryKeyConstraint("broadcast", "person", name=op.f("pk_broadcast_people")),
    )
    with op.batch_alter_table("broadcast_people", schema=None) as batch_op:
        batch_op.create_index(
            "ix_broadcast_people_waiting",
            ["broadcast", "channel", "person"],
            unique=False,
            sqlite_where=sa.text("promised_at IS NULL"),
            postgresql_where=sa.text("promised_at IS NULL"),
        )

    op.create_table(
        "broadcast_revisions",
        sa.Column("broadcast", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=True),
        sa.Column("body", sa.String(length=4000), nullable=True),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast"], ["broadcasts.id"], name=op.f("fk_broadcast_revisions_broadcast")),
        sa.PrimaryKeyConstraint("broadcast", "n", name=op.f("pk_broadcast_revisions")),
    )
    op.create_table(
        "broadcast_steps",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("broadcast", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["broadcast"], ["broadcasts.id"], name=op.f("fk_broadcast_steps_broadcast")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_steps")),
    )
    with op.batch_alter_table("broadcast_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_broadcast_steps_broadcast"), ["broadcast"], unique=False)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("broadcast", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_outbox_broadcast",
            ["broadcast", "state"],
            unique=False,
            sqlite_where=sa.text("broadcast IS NOT NULL"),
            postgresql_where=sa.text("broadcast IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_outbox_owing",
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.create_index(
            "ix_outbox_owing",
            ["channel", "priority", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_calls_owed",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.drop_table("calls")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_owing",
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.create_index(
            "ix_outbox_owing",
            ["priority", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.drop_index(
            "ix_outbox_broadcast",
            sqlite_where=sa.text("broadcast IS NOT NULL"),
            postgresql_where=sa.text("broadcast IS NOT NULL"),
        )
        batch_op.drop_column("delivered_at")
        batch_op.drop_column("broadcast")

    with op.batch_alter_table("broadcast_people", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_broadcast_people_waiting",
            sqlite_where=sa.text("promised_at IS NULL"),
            postgresql_where=sa.text("promised_at IS NULL"),
        )

    op.drop_table("broadcast_steps")
    op.drop_table("broadcast_revisions")
    op.drop_table("broadcast_people")
    op.drop_table("subscriptions")
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.drop_index("ix_signals_state")

    op.drop_table("signals")
    with op.batch_alter_table("short_messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_short_messages_pending", sqlite_where=sa.text("pending"), postgresql_where=sa.text("pending")
        )
        batch_op.drop_index("ix_short_messages_person")

    op.drop_table("short_messages")
    op.drop_table("refusals")
    op.drop_table("reaches")
    op.drop_table("phones")
    op.drop_table("group_members")
    op.drop_table("subscription_offers")
    op.drop_table("group_invites")
    with op.batch_alter_table("broadcasts", schema=None) as batch_op:
        batch_op.drop_index("ix_broadcasts_state")

    op.drop_table("broadcasts")
