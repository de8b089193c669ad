"""The other digests of a quote's unit: under older keys, and of a unit that was found instead."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Quotes from before have the one digest of their row, which says as much as it did."""
    op.create_table(
        "unit_digests",
        sa.Column("quote_id", sa.String(29), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("quote_id", "position", "digest", name="pk_unit_digests"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_unit_digests_quote_id"),
    )
    op.create_index("ix_unit_digests_digest", "unit_digests", ["digest"])


def downgrade() -> None:
    """Recognise units by the digest of their quotes' rows alone."""
    op.drop_table("unit_digests")
