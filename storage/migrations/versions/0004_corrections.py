"""What officers put right is found without reading the whole journal."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TAUGHT = "event IN ('corrected', 'sent_back', 'reclassified')"


def upgrade() -> None:
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_journal_taught",
            ["at", "case_no"],
            unique=False,
            sqlite_where=sa.text(TAUGHT),
            postgresql_where=sa.text(TAUGHT),
        )


def downgrade() -> None:
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_taught", sqlite_where=sa.text(TAUGHT), postgresql_where=sa.text(TAUGHT))
