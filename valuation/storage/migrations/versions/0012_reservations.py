"""Places reserved at facilities; where stores lie; a device that was routed elsewhere after its
settlement is resold only after a record of its erasure, too."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNCHANGED = "places at facilities are never changed, the next row counts"
UNERASED = "nothing is resold before a verified record of its erasure"
RESOLD = "('resell-as-is', 'refurbish', 'donate')"
NONE_YET = "NOT EXISTS (SELECT 1 FROM erasures WHERE quote_id = NEW.quote_id AND verified)"
SQLITE = f"""
CREATE TRIGGER events_rerouted_erased BEFORE INSERT ON events
WHEN NEW.kind = 'rerouted' AND json_extract(NEW.payload, '$.detail.route') IN {RESOLD}
AND {NONE_YET}
BEGIN SELECT RAISE(ABORT, '{UNERASED}'); END
"""
POSTGRESQL = f"""
CREATE FUNCTION refuse_unerased_rerouting() RETURNS trigger AS $$
BEGIN
    IF NEW.payload::json #>> '{{detail,route}}' IN {RESOLD} AND {NONE_YET}
    THEN RAISE EXCEPTION '{UNERASED}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql
"""
ON_INSERT = """
CREATE TRIGGER events_rerouted_erased BEFORE INSERT ON events
FOR EACH ROW WHEN (NEW.kind = 'rerouted') EXECUTE FUNCTION refuse_unerased_rerouting()
"""
KEPT = f"""
CREATE FUNCTION refuse_reservation_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{UNCHANGED}' USING ERRCODE = 'integrity_constraint_violation'; END
$$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    """Make the table; quotes that were accepted before have no place until their next step."""
    op.create_table(
        "reservations",
        sa.Column("quote_id", sa.String(29), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("route", sa.String(16), nullable=True),
        sa.Column("licences", sa.String(255), nullable=True),
        sa.Column("region", sa.String(63), nullable=True),
        sa.Column("week", sa.String(8), nullable=True),
        sa.Column("facility", sa.String(63), nullable=True),
        sa.Column("en", sa.Text(), nullable=True),
        sa.Column("zh", sa.Text(), nullable=True),
        sa.Column("km", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("quote_id", "position", name="pk_reservations"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_reservations_quote_id"),
        sa.CheckConstraint(
            "(route IS NULL AND facility IS NULL AND reason IS NULL)"
            " OR (route IS NOT NULL AND (facility IS NULL) <> (reason IS NULL))",
            name="ck_reservations_one_place",
        ),
    )
    op.create_index("ix_reservations_week", "reservations", ["week", "facility"])
    for name in ("region", "campus"):
        op.add_column("stores", sa.Column(name, sa.String(80), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER reservations_no_{change.lower()} BEFORE {change} ON reservations "
                f"BEGIN SELECT RAISE(ABORT, '{UNCHANGED}'); END"
            )
        op.execute(SQLITE)
        return
    op.execute(KEPT)
    for change, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER reservations_no_{change.lower()} BEFORE {change} ON reservations "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_reservation_change()"
        )
    op.execute(POSTGRESQL)
    op.execute(ON_INSERT)


def downgrade() -> None:
    """Forget the places, and where stores lie."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER events_rerouted_erased{'' if sqlite else ' ON events'}")
    op.drop_table("reservations")
    for name in ("campus", "region"):
        op.drop_column("stores", name)
    if not sqlite:
        op.execute("DROP FUNCTION refuse_unerased_rerouting()")
        op.execute("DROP FUNCTION refuse_reservation_change()")
