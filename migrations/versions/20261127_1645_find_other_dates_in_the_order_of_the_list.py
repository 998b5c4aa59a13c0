"""Keep the other dates of a course by the moment until which they are listed, self-paced ones too."""

from __future__ import annotations

from alembic import op

revision = "0007_other_dates_listed"
down_revision = "0006_search_order"
branch_labels = None
depends_on = None

INDEX, TABLE = "ix_course_sessions_dates", "course_sessions"


def upgrade() -> None:
    """Make the index anew."""
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ["course_id", "state", "listed_at"])


def downgrade() -> None:
    """Make the index as it was."""
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ["course_id", "state", "starts_at"])
