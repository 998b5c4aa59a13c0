"""Add the search index, the first regulations and the first topics."""

from __future__ import annotations

from alembic import op
from sqlalchemy import insert

from pdtrack.catalog import search, topics
from pdtrack.catalog.models import Topic
from pdtrack.core.regulations import FIRST_ROWS, Regulation

revision = "0002_first_rows"
down_revision = "0001_main_job"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what every installation starts with; later rows come by migrations of their own."""
    connection = op.get_bind()
    search.create_index(connection)
    connection.execute(insert(Regulation), list(FIRST_ROWS))
    connection.execute(insert(Topic), [row._asdict() for row in topics.FIRST_ROWS])


def downgrade() -> None:
    """Take the rows back; the search index goes with its tables."""
    op.execute("DELETE FROM topics")
    op.execute("DELETE FROM regulations")
