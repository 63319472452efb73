"""The whole life of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.String(length=4000), nullable=False),
        sa.Column("entered_by", sa.String(length=40), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "warnings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warnings")),
        sa.UniqueConstraint("key", name=op.f("uq_warnings_key")),
    )
    with op.batch_alter_table("warnings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_warnings_waiting",
            ["person"],
            unique=False,
            sqlite_where=sa.text("gathered_at IS NULL"),
            postgresql_where=sa.text("gathered_at IS NULL"),
        )

    op.create_table(
        "absences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absences_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_staff_id"), ["staff_id"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("part_of", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("enterprise", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("mediator", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("asked", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("rehandled", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("sampled", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_cases_following_up",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("status = 'following_up'"),
            postgresql_where=sa.text("status = 'following_up'"),
        )
        batch_op.create_index(
            "ix_cases_enterprise",
            ["enterprise"],
            unique=False,
            sqlite_where=sa.text("enterprise IS NOT NULL"),
            postgresql_where=sa.text("enterprise IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_cases_mediator",
            ["mediator"],
            unique=False,
            sqlite_where=sa.text("mediator IS NOT NULL"),
            postgresql_where=sa.text("mediator IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_cases_part_of",
            ["part_of"],
            unique=False,
            sqlite_where=sa.text("part_of IS NOT NULL"),
            postgresql_where=sa.text("part_of IS NOT NULL"),
        )

    with op.batch_alter_table("clocks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("pauses", sa.String(length=600), server_default="", nullable=False))
        batch_op.add_column(sa.Column("extra", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("extensions", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("fixed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_clocks_due",
            ["due_on", "id"],
            unique=False,
            sqlite_where=sa.text("stopped_at IS NULL"),
            postgresql_where=sa.text("stopped_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("clocks", schema=None) as batch_op:
        batch_op.drop_index("ix_clocks_due")
        batch_op.drop_column("fixed")
        batch_op.drop_column("extensions")
        batch_op.drop_column("extra")
        batch_op.drop_column("pauses")
        batch_op.drop_column("due_at")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_following_up")
        batch_op.drop_index(
            "ix_cases_part_of",
            sqlite_where=sa.text("part_of IS NOT NULL"),
            postgresql_where=sa.text("part_of IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_cases_mediator",
            sqlite_where=sa.text("mediator IS NOT NULL"),
            postgresql_where=sa.text("mediator IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_cases_enterprise",
            sqlite_where=sa.text("enterprise IS NOT NULL"),
            postgresql_where=sa.text("enterprise IS NOT NULL"),
        )
        batch_op.drop_column("sampled")
        batch_op.drop_column("rehandled")
        batch_op.drop_column("asked")
        batch_op.drop_column("mediator")
        batch_op.drop_column("enterprise")
        batch_op.drop_column("part_of")
        batch_op.drop_column("origin")

    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_staff_id"))

    op.drop_table("absences")
    with op.batch_alter_table("warnings", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_warnings_waiting",
            sqlite_where=sa.text("gathered_at IS NULL"),
            postgresql_where=sa.text("gathered_at IS NULL"),
        )

    op.drop_table("warnings")
    op.drop_table("marks")
    op.drop_table("calendar_years")
