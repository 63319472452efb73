"""What cases have in common: the key of their business, and the blind index of an address.

Rows that are there already are filled by the program: it alone can read names of businesses and sealed addresses.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNREAD_ADDRESSES = sa.text("postal_address IS NOT NULL AND address_index IS NULL")
TOLD = sa.text("address_index IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merchant_key", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("merchant_branch", sa.String(length=60), nullable=True))
        batch_op.create_index("ix_cases_received_at", ["received_at"], unique=False)
        batch_op.create_index("ix_cases_merchant_key", ["merchant_key", "received_at"], unique=False)
    # Nothing is to be read where no business was named.
    op.execute(sa.text("UPDATE cases SET merchant_key = '' WHERE merchant_name IS NULL"))

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address_index", sa.String(length=64), nullable=True))
        batch_op.create_index(
            "ix_identities_address_index", ["address_index"], unique=False, sqlite_where=TOLD, postgresql_where=TOLD
        )
        batch_op.create_index(
            "ix_identities_unread",
            ["case_no"],
            unique=False,
            sqlite_where=UNREAD_ADDRESSES,
            postgresql_where=UNREAD_ADDRESSES,
        )


def downgrade() -> None:
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_index("ix_identities_unread")
        batch_op.drop_index("ix_identities_address_index")
        batch_op.drop_column("address_index")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_merchant_key")
        batch_op.drop_index("ix_cases_received_at")
        batch_op.drop_column("merchant_branch")
        batch_op.drop_column("merchant_key")
