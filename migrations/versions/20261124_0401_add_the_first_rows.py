"""Add the search index, the first regulations and the first topics."""

from __future__ import annotations

from alembic import op
from sqlalchemy import insert

from pdtrack.catalog import topics
from pdtrack.catalog.models import Topic
from pdtrack.core.regulations import FIRST_ROWS, Regulation

revision = "0002_first_rows"
down_revision = "0001_main_job"
branch_labels = None
depends_on = None

_SEARCH_INDEX = {
    "sqlite": (
        """
        CREATE VIRTUAL TABLE IF NOT EXISTS search_index
        USING fts5(subject, place, body, tokenize = 'unicode61', prefix = '2 3')
        """,
    ),
    "postgresql": (
        """
        CREATE TABLE IF NOT EXISTS search_index (
          course_session_id integer PRIMARY KEY REFERENCES course_sessions (id) ON DELETE CASCADE,
          document tsvector NOT NULL
        )
        """,
        "CREATE INDEX IF NOT EXISTS search_index_document ON search_index USING gin (document)",
    ),
}


def upgrade() -> None:
    """Write what every installation starts with; later rows come by migrations of their own."""
    connection = op.get_bind()
    for statement in _SEARCH_INDEX[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    connection.execute(insert(Regulation), [row._asdict() for row in FIRST_ROWS])
    connection.execute(insert(Topic), [row._asdict() for row in topics.FIRST_ROWS])


def downgrade() -> None:
    """Take the rows back; the search index goes with its tables."""
    op.execute("DELETE FROM topics")
    op.execute("DELETE FROM regulations")
