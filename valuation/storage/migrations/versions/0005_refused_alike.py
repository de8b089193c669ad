"""PostgreSQL refuses a change as SQLite does, as a broken constraint, and TRUNCATE with it."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("quotes", "events")
FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'quotes and events are never changed'{errcode}; END
$$ LANGUAGE plpgsql
"""
ERRCODE = " USING ERRCODE = 'integrity_constraint_violation'"


def upgrade() -> None:
    """Nothing on SQLite, which has no TRUNCATE."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(FUNCTION.format(errcode=ERRCODE))
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """As it was."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in TABLES:
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute(FUNCTION.format(errcode=""))
