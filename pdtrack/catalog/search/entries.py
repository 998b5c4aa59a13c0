"""The index of published sessions: written by actions, with no triggers behind their back.

It is no table of the models: SQLite keeps it as FTS5, PostgreSQL as a weighted
tsvector, and migrations leave it out of their comparison. What is compared are the
words of `search.words`, so that both find the same.

Its keys are in the catalog's order: until when a session is listed, then its id. So a
page of what was found is read off the index, up to its last line, whatever else matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)

from pdtrack.accounts.models import Person
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    CreditCategory,
    SessionPresenter,
    SessionState,
    Topic,
    Venue,
)
from pdtrack.catalog.search import words
from pdtrack.core.db import db
from pdtrack.organizations.models import Organization

# The id is in the lowest bits of a key, the seconds of the moment above them.
ID_BITS = 24
HIGHEST_ID = (1 << ID_BITS) - 1

_SQLITE = table(
    "search_index",
    column("rowid", BigInteger),
    column("subject"),
    column("place"),
    column("body"),
    column("search_index"),
)
_POSTGRESQL = table("search_index", column("key", BigInteger), column("document"))
_AT_ONCE = 500
_WEIGHTED = text("""
    INSERT INTO search_index (key, document)
    VALUES (
      :rowid,
      setweight(to_tsvector('simple', CAST(:subject AS text)), 'A')
      || setweight(to_tsvector('simple', CAST(:place AS text)), 'B')
      || setweight(to_tsvector('simple', CAST(:body AS text)), 'C')
    )
""")
# Beside the models: which key the index uses is nothing that anybody edits.
_KEEPING = (
    update(CourseSession.__table__)  # type: ignore[arg-type]  # A table, says the mapper.
    .where(column("id") == bindparam("of"))
    .values(search_key=bindparam("key"))
)

_DDL = {
    "sqlite": (
        """
        CREATE VIRTUAL TABLE IF NOT EXISTS search_index
        USING fts5(subject, place, body, tokenize = 'unicode61', prefix = '2 3')
        """,
    ),
    "postgresql": (
        """
        CREATE TABLE IF NOT EXISTS search_index (
          key bigint PRIMARY KEY,
          document tsvector NOT NULL
        )
        """,
        "CREATE INDEX IF NOT EXISTS search_index_document ON search_index USING gin (document)",
    ),
}


def create_index(connection: Connection) -> None:
    """Create the index if it is not there; for migrations, and for tests."""
    for statement in _DDL[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def index(*course_sessions: CourseSession) -> None:
    """Let sessions be found by what they say now; call inside the action that changed them."""
    db.session.flush()
    if course_sessions:
        _write([each.id for each in course_sessions])


def index_course(course: Course) -> None:
    """Let all sessions of a course be found by what it says now."""
    _write_all(select(CourseSession.id).where(CourseSession.course_id == course.id))


def index_topic(topic: Topic) -> None:
    """Let all sessions of a topic be found by its names of now."""
    _write_all(select(CourseSession.id).where(CourseSession.topic_id == topic.id))


def rebuild() -> int:
    """Write the whole index anew, as after loading in bulk, and return how many are in it.

    Call it inside an action: it writes, but does not commit.
    """
    db.session.execute(delete(_table()))
    return _write_all(
        select(CourseSession.id).where(CourseSession.state == SessionState.PUBLISHED), is_new=True
    )


def key(listed_at: datetime | None, course_session_id: int) -> int:
    """Return a session's key in the index; with the highest id, the last key of a moment."""
    seconds = int(listed_at.timestamp()) if listed_at else 0
    return seconds << ID_BITS | course_session_id


def last_key(moment: datetime) -> int:
    """Return the last key of a moment: what is listed longer has a higher one."""
    return key(moment, HIGHEST_ID)


def matching(question: ColumnElement[str], dialect: str) -> Select[Any]:
    """Return the statement of the keys and ids that match a question, after that of now."""
    if dialect == "sqlite":
        keys = _SQLITE.c.rowid
        found = _SQLITE.c.search_index.op("MATCH")(question)
    else:
        keys = _POSTGRESQL.c.key
        # As a query of its own it is read once, not for every entry.
        query = select(func.to_tsquery("simple", question)).scalar_subquery()
        found = _POSTGRESQL.c.document.op("@@")(query)
    ids = keys.bitwise_and(literal_column(str(HIGHEST_ID)))
    return select(keys.label("key"), ids.label("id")).where(found, keys > bindparam("after"))


def question(
    asked: Sequence[str],
    dialect: str,
    *,
    by_subject: bool = False,
    any_word: bool = False,
    is_begun: bool = True,
) -> str:
    """Write words as a question: all of them, or any; the last may be the beginning of one.

    `by_subject` looks only at titles and topics.
    """
    if dialect == "sqlite":
        quoted = [f'"{word}"' for word in asked]
        quoted[-1] += " *" if is_begun else ""
        query = (" OR " if any_word else " AND ").join(quoted)
        return f"subject : ({query})" if by_subject else query
    label = "A" if by_subject else ""
    end = f":{label}" if label else ""
    ends = [*(end for _ in asked[:-1]), f":*{label}" if is_begun else end]
    pairs = zip(asked, ends, strict=True)
    return (" | " if any_word else " & ").join(f"{word}{end}" for word, end in pairs)


def nothing(dialect: str) -> str:
    """Return a question that nothing matches."""
    return '""' if dialect == "sqlite" else ""


def without(query: str, other: str, dialect: str) -> str:
    """Write a question for what matches one question and not another."""
    return f"({query}) {'NOT' if dialect == 'sqlite' else '& !'} ({other})"


def _write_all(ids: Select[int], *, is_new: bool = False) -> int:
    db.session.flush()
    all_ids = db.session.scalars(ids.order_by(CourseSession.id)).all()
    for start in range(0, len(all_ids), _AT_ONCE):
        _write(all_ids[start : start + _AT_ONCE], is_new=is_new)
    return len(all_ids)


def _write(ids: Sequence[int], *, is_new: bool = False) -> None:
    if not is_new:
        keys = _SQLITE.c.rowid if _is_sqlite() else _POSTGRESQL.c.key
        db.session.execute(delete(_table()).where(keys.in_(_locked_keys(ids))))
    entries = [_entry(row, presenters) for row, presenters in _read(ids)]
    if not entries:
        return
    kept = [{"key": entry["rowid"], "of": entry["rowid"] & HIGHEST_ID} for entry in entries]
    db.session.connection().execute(_KEEPING, kept)
    if _is_sqlite():
        db.session.execute(insert(_SQLITE), entries)
        return
    db.session.execute(_WEIGHTED, entries)


def _locked_keys(ids: Sequence[int]) -> Sequence[int | None]:
    """Return where sessions stand, and keep others from moving them until the action ends."""
    return db.session.scalars(
        select(CourseSession.search_key)
        .where(CourseSession.id.in_(ids))
        .order_by(CourseSession.id)
        .with_for_update()
    ).all()


def _read(ids: Sequence[int]) -> Iterable[tuple[Any, str]]:
    presenters: dict[int, str] = {}
    for session_id, first, last in db.session.execute(
        select(SessionPresenter.course_session_id, Person.first_name, Person.last_name)
        .join(Person, Person.id == SessionPresenter.person_id)
        .where(SessionPresenter.course_session_id.in_(ids))
    ):
        presenters[session_id] = f"{presenters.get(session_id, '')} {first} {last}"
    rows = db.session.execute(
        select(CourseSession, Course, Topic, Organization, Venue)
        .join(Course, Course.id == CourseSession.course_id)
        .join(Topic, Topic.id == CourseSession.topic_id)
        .join(Organization, Organization.id == CourseSession.collaborative_id)
        .outerjoin(Venue, Venue.id == CourseSession.venue_id)
        .where(CourseSession.id.in_(ids), CourseSession.state == SessionState.PUBLISHED)
    )
    return [(row, presenters.get(row[0].id, "")) for row in rows]


def _entry(row: Any, presenters: str) -> dict[str, Any]:
    course_session, course, topic, host, venue = row
    labels = " ".join(CreditCategory(value).label for value in course.categories)
    place = f"{venue.name} {venue.town}" if venue else course_session.format.label
    return {
        "rowid": key(course_session.listed_at, course_session.id),
        "subject": words.indexed(
            f"{course_session.title} {course.title} {topic.name} {topic.other_names}"
        ),
        "place": words.indexed(
            f"{place} {host.name} {getattr(host, 'short_name', None) or ''} "
            f"{course_session.presenter_name} {presenters}"
        ),
        "body": words.indexed(
            f"{course.description} {course.goals} {course.audience} {course_session.note} {labels}"
        ),
    }


def _table() -> Any:
    return _SQLITE if _is_sqlite() else _POSTGRESQL


def _is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"
