"""Customers, what they consented to, and which quotes are theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables; quotes and events stay as they are."""
    op.create_table(
        "customers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("name", sa.String(80), nullable=True),
        sa.Column("phone", sa.String(64), nullable=True),
        sa.Column("email", sa.String(120), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.Column("erased_because", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_table(
        "consents",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("wording", sa.String(32), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "purpose", name="pk_consents"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_consents_customer_id"),
    )
    op.create_table(
        "customer_quotes",
        sa.Column("quote_id", sa.String(29), nullable=False),
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("quote_id", name="pk_customer_quotes"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_customer_quotes_quote_id"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_customer_quotes_customer_id"
        ),
    )
    op.create_index("ix_customer_quotes_customer_id", "customer_quotes", ["customer_id"])


def downgrade() -> None:
    """Forget every customer."""
    for table in ("customer_quotes", "consents", "customers"):
        op.drop_table(table)
