"""The statements of the catalog: one for each set of filters, built once and kept.

Building a statement costs more than running it, so values come in as parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from pdtrack.catalog.models import Course, CourseSession, SessionState, Topic, Venue
from pdtrack.catalog.search import entries
from pdtrack.organizations.models import Collaborative

COLUMNS: tuple[Any, ...] = (
    CourseSession.id,
    CourseSession.title,
    CourseSession.format,
    CourseSession.starts_at,
    CourseSession.ends_at,
    CourseSession.credited_minutes,
    CourseSession.promise,
    CourseSession.promised_tenths,
    CourseSession.capacity,
    CourseSession.has_waitlist,
    CourseSession.member_price_cents,
    CourseSession.non_member_price_cents,
    CourseSession.opens_at,
    CourseSession.closes_at,
    CourseSession.collaborative_id,
    Collaborative.name,
    Collaborative.short_name,
    Collaborative.slug,
    Topic.name,
    Topic.slug,
    Venue.town,
    Course.categories,
)


_WORDS = bindparam("words", type_=Text)
_LIMIT, _OFFSET = (bindparam(name, type_=Integer) for name in ("limit", "offset"))


@cache
def count(filters: frozenset[str], dialect: str) -> Select[Any]:
    """Return the statement that counts what the filters leave, up to a limit."""
    found = _found(filters, dialect, _WORDS).limit(_LIMIT).subquery()
    return select(func.count()).select_from(found)


@cache
def page(filters: frozenset[str], dialect: str) -> Select[Any]:
    """Return the statement that reads a page, earliest first, and before that by tier if asked.

    Which sessions stand on it is found on the index alone, before anything is joined.
    """
    order = ["key"] if "words" in filters else ["listed_at", "id"]
    chosen = _found(filters, dialect, _WORDS)
    if "subject" in filters:
        order.insert(0, "tier")
        chosen = _in_tiers(filters, dialect)
    found = chosen.order_by(*order).limit(_LIMIT).offset(_OFFSET).subquery()
    return (
        select(*COLUMNS)
        .select_from(found)
        .join(CourseSession, CourseSession.id == found.c.id)
        .join(Collaborative, Collaborative.id == CourseSession.collaborative_id)
        .join(Topic, Topic.id == CourseSession.topic_id)
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(Venue, Venue.id == CourseSession.venue_id)
        .order_by(*(found.c[name] for name in order))
    )


@cache
def are_known(many: int, dialect: str) -> Any:
    """Return the statement that says of each of several questions whether anything matches."""
    questions = (bindparam(f"word_{number}", type_=Text) for number in range(many))
    return select(*(exists(entries.matching(question, dialect)) for question in questions))


@cache
def vocabulary() -> Any:
    """Return the statement of texts whose words are known: topics of what is listed, and titles."""
    is_listed = (
        CourseSession.state == SessionState.PUBLISHED,
        CourseSession.listed_at > bindparam("now"),
    )
    titles = (
        select(CourseSession.title)
        .where(*is_listed)
        .order_by(CourseSession.listed_at, CourseSession.id)
        .limit(_LIMIT)
        .subquery()
    )
    sessions = select(CourseSession.id).where(CourseSession.topic_id == Topic.id, *is_listed)
    return union_all(
        select(Topic.name + " " + Topic.other_names).where(exists(sessions)),
        select(titles.c.title),
    )


def _in_tiers(filters: frozenset[str], dialect: str) -> Any:
    """Return the statement of what is about the words, and, if a page needs it, mentions them."""
    enough = _LIMIT + _OFFSET
    about = (
        _found(filters, dialect, bindparam("subject", type_=Text))
        .order_by("key")
        .limit(enough)
        .cte()
    )
    is_full = select(func.count()).select_from(about).scalar_subquery() >= enough
    rest = case((is_full, entries.nothing(dialect)), else_=bindparam("mention", type_=Text))
    mention = _found(filters, dialect, rest).order_by("key").limit(enough).subquery()
    tiers = (about, 0), (mention, 1)
    return union_all(
        *(select(literal_column(str(tier)).label("tier"), found) for found, tier in tiers)
    )


def _found(filters: frozenset[str], dialect: str, question: ColumnElement[str]) -> Any:
    """Return the statement of everything on the list, with what it is ordered by."""
    conditions = [
        CourseSession.state == SessionState.PUBLISHED,
        CourseSession.listed_at > bindparam("now"),
        *(_FILTERS[name]() for name in sorted(filters & _FILTERS.keys())),
    ]
    if "words" not in filters:
        return select(CourseSession.listed_at, CourseSession.id).where(*conditions)
    matching = entries.matching(question, dialect)
    if filters & _FILTERS.keys():
        ids = matching.selected_columns["id"]
        return matching.where(ids.in_(select(CourseSession.id).where(*conditions)))
    return matching


def _is_on_topic() -> ColumnElement[bool]:
    topic = select(Topic.id).where(Topic.slug == bindparam("topic"))
    return CourseSession.topic_id == topic.scalar_subquery()


def _is_held_by() -> ColumnElement[bool]:
    host = select(Collaborative.id).where(Collaborative.slug == bindparam("collaborative"))
    return CourseSession.collaborative_id == host.scalar_subquery()


def _counts_as() -> ColumnElement[bool]:
    courses = select(Course.id).where(cast(Course.categories, Text).like(bindparam("category")))
    return CourseSession.course_id.in_(courses)


def _is_open() -> ColumnElement[bool]:
    now: ColumnElement[Any] = bindparam("now")
    return or_(CourseSession.opens_at.is_(None), CourseSession.opens_at <= now) & or_(
        CourseSession.closes_at.is_(None), CourseSession.closes_at > now
    )


_FILTERS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "topic": _is_on_topic,
    "collaborative": _is_held_by,
    "format": lambda: CourseSession.format == bindparam("format"),
    "category": _counts_as,
    "first": lambda: CourseSession.listed_at >= bindparam("first"),
    "last": lambda: CourseSession.listed_at < bindparam("last"),
    "open": _is_open,
}
