"""Let mail name who says whether it still holds when it leaves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_mail_conditions"
down_revision = "0003_provisional_prices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; mail that waits already leaves as it is."""
    op.add_column("outgoing_emails", sa.Column("condition", sa.String(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("outgoing_emails") as table:
        table.drop_column("condition")
