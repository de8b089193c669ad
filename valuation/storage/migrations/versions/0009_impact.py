"""The ledger of impact, whose entries are never changed: the database itself refuses."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAYS = "the ledger of impact is never changed"
FUNCTION = f"""
CREATE FUNCTION refuse_impact_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END
$$ LANGUAGE plpgsql
"""
KEPT = (("impact_entries", "UPDATE"), ("impact_entries", "DELETE"), ("impact_head", "DELETE"))


def upgrade() -> None:
    """Make the ledger, which begins empty; `tradein impact catch-up` counts what was before it."""
    op.create_table(
        "impact_entries",
        sa.Column("seq", SEQ, nullable=False, autoincrement=False),
        sa.Column("quote_id", sa.String(29), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("counter", sa.Boolean(), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_impact_entries"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_impact_entries_quote_id"),
        sa.UniqueConstraint("quote_id", "outcome", "counter", name="uq_impact_entries_quote_id"),
    )
    op.create_index("ix_impact_entries_at", "impact_entries", ["at"])
    head = op.create_table(
        "impact_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_impact_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    _refuse_changes()


def _refuse_changes() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(FUNCTION)
    body = (
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        if sqlite
        else "FOR EACH ROW EXECUTE FUNCTION refuse_impact_change()"
    )
    for table, change in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {body}")


def downgrade() -> None:
    """Forget what was counted."""
    for table in ("impact_entries", "impact_head"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_impact_change()")
