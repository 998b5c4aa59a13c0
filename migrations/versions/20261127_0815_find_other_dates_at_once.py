"""Find the other dates of a course by an index, however often it was given."""

from __future__ import annotations

from alembic import op

revision = "0005_other_dates"
down_revision = "0004_mail_conditions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_course_sessions_dates", "course_sessions", ["course_id", "state", "starts_at"]
    )


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_course_sessions_dates", "course_sessions")
