"""Single-use codes of campaigns, and baskets: several quotes under one document."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A code has one row and so one holder; a basket is never changed, as a quote is not."""
    op.create_table(
        "campaign_codes",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("holder", sa.String(29), nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_campaign_codes"),
        sa.ForeignKeyConstraint(["holder"], ["quotes.id"], name="fk_campaign_codes_holder"),
    )
    op.create_index("ix_campaign_codes_campaign", "campaign_codes", ["campaign"])
    op.create_table(
        "baskets",
        sa.Column("id", sa.String(29), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_baskets"),
        sa.UniqueConstraint("code", name="uq_baskets_code"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER baskets_no_{change.lower()} BEFORE {change} ON baskets "
                "BEGIN SELECT RAISE(ABORT, 'baskets are never changed'); END"
            )
    else:
        for change, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER baskets_no_{change.lower()} BEFORE {change} ON baskets "
                f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    """Forget codes and baskets; the quotes of a basket stay."""
    op.drop_table("baskets")
    op.drop_table("campaign_codes")
