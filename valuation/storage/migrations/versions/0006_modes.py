"""Whether a quote was asked for with a live or a test key; whoever has one sees not the other."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Quotes from before are live: their documents do not say otherwise."""
    op.add_column("quotes", sa.Column("mode", sa.String(4), nullable=False, server_default="live"))


def downgrade() -> None:
    """Let everybody see test quotes again."""
    op.drop_column("quotes", "mode")
