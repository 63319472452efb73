"""What became of texts is counted, by channel and state, without reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SETTLED = "(state NOT IN ('queued', 'sending'))"


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_settled",
            ["channel", "state"],
            unique=False,
            sqlite_where=sa.text(SETTLED),
            postgresql_where=sa.text(SETTLED),
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_settled", sqlite_where=sa.text(SETTLED), postgresql_where=sa.text(SETTLED))
