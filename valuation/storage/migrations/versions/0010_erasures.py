"""Signed records of erasures; nothing is settled for resale before one of them counts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNCHANGED = "records of erasures are never changed"
COUNTS = (
    "NOT verified OR (passed AND lower(erased_by) <> lower(verified_by)"
    " AND technique <> 'factory_reset' AND started_at <= finished_at"
    " AND finished_at <= verified_at AND verified_at <= recorded_at)"
)
# What the inspection made of the device, else the quote: the flag is `resale` for every route on
# which somebody else gets the storage.
SQLITE = """
CREATE TRIGGER events_erased_first BEFORE INSERT ON events
WHEN NEW.kind = 'settled'
AND COALESCE(
    (SELECT json_extract(payload, '$.told.quote.disposition.flag') FROM events
     WHERE quote_id = NEW.quote_id AND kind IN ('inspected', 'counter_offered')
     ORDER BY position DESC LIMIT 1),
    (SELECT json_extract(document, '$.disposition.flag') FROM quotes
     WHERE id = NEW.quote_id AND json_valid(document))
) = 'resale'
AND NOT EXISTS (SELECT 1 FROM erasures WHERE quote_id = NEW.quote_id AND verified)
BEGIN SELECT RAISE(ABORT, 'nothing is resold before a verified record of its erasure'); END
"""
POSTGRESQL = """
CREATE FUNCTION refuse_unerased() RETURNS trigger AS $$
BEGIN
    IF COALESCE(
        (SELECT payload::json #>> '{told,quote,disposition,flag}' FROM events
         WHERE quote_id = NEW.quote_id AND kind IN ('inspected', 'counter_offered')
         ORDER BY position DESC LIMIT 1),
        (SELECT document::json #>> '{disposition,flag}' FROM quotes
         WHERE id = NEW.quote_id)
    ) = 'resale'
    AND NOT EXISTS (SELECT 1 FROM erasures WHERE quote_id = NEW.quote_id AND verified)
    THEN RAISE EXCEPTION 'nothing is resold before a verified record of its erasure'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql
"""
ON_INSERT = """
CREATE TRIGGER events_erased_first BEFORE INSERT ON events
FOR EACH ROW WHEN (NEW.kind = 'settled') EXECUTE FUNCTION refuse_unerased()
"""
KEPT = f"""
CREATE FUNCTION refuse_erasure_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{UNCHANGED}' USING ERRCODE = 'integrity_constraint_violation'; END
$$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    """Make the table; what was settled before stays settled."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("quote_id", sa.String(29), nullable=False),
        sa.Column("unit_digest", sa.String(64), nullable=True),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("technique", sa.String(16), nullable=False),
        sa.Column("erased_by", sa.String(64), nullable=False),
        sa.Column("verified_by", sa.String(64), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=False),
        sa.Column("verified_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("signature", sa.String(88), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_erasures_quote_id"),
        sa.CheckConstraint(COUNTS, name="ck_erasures_counts"),
    )
    op.create_index("ix_erasures_quote_id", "erasures", ["quote_id"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER erasures_no_{change.lower()} BEFORE {change} ON erasures "
                f"BEGIN SELECT RAISE(ABORT, '{UNCHANGED}'); END"
            )
        op.execute(SQLITE)
        return
    op.execute(KEPT)
    for change, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER erasures_no_{change.lower()} BEFORE {change} ON erasures "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_erasure_change()"
        )
    op.execute(POSTGRESQL)
    op.execute(ON_INSERT)


def downgrade() -> None:
    """Forget the records, and settle without them again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER events_erased_first{'' if sqlite else ' ON events'}")
    op.drop_table("erasures")
    if not sqlite:
        op.execute("DROP FUNCTION refuse_unerased()")
        op.execute("DROP FUNCTION refuse_erasure_change()")
