"""Give the search index keys in the order of the catalog, so that a page is read off it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_search_order"
down_revision = "0005_other_dates"
branch_labels = None
depends_on = None

_STATEMENTS = {
    "sqlite": (
        """
        UPDATE course_sessions
        SET search_key = coalesce(CAST(strftime('%s', listed_at) AS integer), 0) << 24 | id
        WHERE id IN (SELECT rowid FROM search_index)
        """,
        """
        CREATE VIRTUAL TABLE search_index_in_order
        USING fts5(subject, place, body, tokenize = 'unicode61', prefix = '2 3')
        """,
        """
        INSERT INTO search_index_in_order (rowid, subject, place, body)
        SELECT course_sessions.search_key, subject, place, body
        FROM search_index JOIN course_sessions ON course_sessions.id = search_index.rowid
        """,
        "DROP TABLE search_index",
        "ALTER TABLE search_index_in_order RENAME TO search_index",
    ),
    "postgresql": (
        """
        UPDATE course_sessions
        SET search_key = coalesce(floor(extract(epoch FROM listed_at))::bigint, 0) << 24 | id
        WHERE id IN (SELECT course_session_id FROM search_index)
        """,
        "ALTER TABLE search_index ADD COLUMN key bigint",
        """
        UPDATE search_index SET key = course_sessions.search_key
        FROM course_sessions WHERE course_sessions.id = search_index.course_session_id
        """,
        "ALTER TABLE search_index DROP COLUMN course_session_id",
        "ALTER TABLE search_index ADD PRIMARY KEY (key)",
    ),
}


_BACK = {
    "sqlite": (
        """
        CREATE VIRTUAL TABLE search_index_by_id
        USING fts5(subject, place, body, tokenize = 'unicode61', prefix = '2 3')
        """,
        """
        INSERT INTO search_index_by_id (rowid, subject, place, body)
        SELECT rowid & 16777215, subject, place, body FROM search_index
        """,
        "DROP TABLE search_index",
        "ALTER TABLE search_index_by_id RENAME TO search_index",
    ),
    "postgresql": (
        "ALTER TABLE search_index ADD COLUMN course_session_id integer",
        "UPDATE search_index SET course_session_id = key & 16777215",
        "ALTER TABLE search_index DROP COLUMN key",
        """
        ALTER TABLE search_index ADD PRIMARY KEY (course_session_id),
          ADD FOREIGN KEY (course_session_id) REFERENCES course_sessions (id) ON DELETE CASCADE
        """,
    ),
}


def upgrade() -> None:
    """Add the column, and move the entries to their new keys."""
    op.add_column("course_sessions", sa.Column("search_key", sa.BigInteger(), nullable=True))
    _run(_STATEMENTS)


def downgrade() -> None:
    """Move the entries back to the ids of their sessions."""
    _run(_BACK)
    with op.batch_alter_table("course_sessions") as table:
        table.drop_column("search_key")


def _run(statements: dict[str, tuple[str, ...]]) -> None:
    connection = op.get_bind()
    for statement in statements[connection.dialect.name]:
        connection.exec_driver_sql(statement)
