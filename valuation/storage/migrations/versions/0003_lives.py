"""The place of each event in its quote's life, and answers kept by idempotency key."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two events cannot take the same place: of two tills that step at once, one wins."""
    # Until now every quote had one event, so each stands at the first place.
    op.add_column("events", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("uq_events_quote_id_position", "events", ["quote_id", "position"], unique=True)
    op.create_table(
        "answers",
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("location", sa.String(128), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "key", name="pk_answers"),
    )
    op.create_index("ix_answers_answered_at", "answers", ["answered_at"])


def downgrade() -> None:
    """Forget the answers and the places."""
    op.drop_table("answers")
    op.drop_index("uq_events_quote_id_position", "events")
    op.drop_column("events", "position")
