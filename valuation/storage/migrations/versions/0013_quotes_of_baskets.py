"""A quote is in one basket; of older baskets that share a quote, the first has it."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UNCHANGED = "quotes of baskets are never changed"
KEPT = f"""
CREATE FUNCTION refuse_basket_quote_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{UNCHANGED}' USING ERRCODE = 'integrity_constraint_violation'; END
$$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    """Make the table, with the quotes that the stored baskets name."""
    made = op.create_table(
        "basket_quotes",
        sa.Column("quote_id", sa.String(29), nullable=False),
        sa.Column("basket_id", sa.String(29), nullable=False),
        sa.PrimaryKeyConstraint("quote_id", name="pk_basket_quotes"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_basket_quotes_quote_id"),
        sa.ForeignKeyConstraint(["basket_id"], ["baskets.id"], name="fk_basket_quotes_basket_id"),
    )
    first: dict[str, str] = {}
    older = sa.text("SELECT id, document FROM baskets ORDER BY issued_at, id")
    for basket, document in op.get_bind().execute(older):
        for line in json.loads(document)["lines"]:
            if "quote" in line:
                first.setdefault(line["quote"], basket)
    op.bulk_insert(made, [{"quote_id": each, "basket_id": own} for each, own in first.items()])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER basket_quotes_no_{change.lower()} BEFORE {change} "
                f"ON basket_quotes BEGIN SELECT RAISE(ABORT, '{UNCHANGED}'); END"
            )
        return
    op.execute(KEPT)
    for change, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER basket_quotes_no_{change.lower()} BEFORE {change} ON basket_quotes "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_basket_quote_change()"
        )


def downgrade() -> None:
    """Forget which basket a quote is in; the baskets name their quotes still."""
    op.drop_table("basket_quotes")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_basket_quote_change()")
