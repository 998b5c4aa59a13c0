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
    func,
    literal_column,
    or_,
    select,
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


@cache
def count(filters: frozenset[str], dialect: str) -> Select[Any]:
    """Return the statement that counts what the filters leave."""
    return select(func.count()).select_from(CourseSession).where(*_conditions(filters, dialect))


@cache
def page(filters: frozenset[str], dialect: str, *, by_tier: bool) -> Select[Any]:
    """Return the statement that reads a page, earliest first, and before that by tier if told.

    Which sessions stand on it is found on the index alone, before anything is joined.
    """
    order: list[Any] = [CourseSession.listed_at, CourseSession.id]
    chosen = list(order)
    if by_tier:
        # Whether a session is about what was asked (0), or only mentions it (1).
        is_about_it = CourseSession.id.in_(entries.matching("subject", dialect))
        chosen.append(case((is_about_it, 0), else_=1).label("tier"))
        order.insert(0, literal_column("tier"))
    found = (
        select(*chosen)
        .where(*_conditions(filters, dialect))
        .order_by(*order)
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
        .subquery()
    )
    return (
        select(*COLUMNS)
        .select_from(found)
        .join(CourseSession, CourseSession.id == found.c.id)
        .join(Collaborative, Collaborative.id == CourseSession.collaborative_id)
        .join(Topic, Topic.id == CourseSession.topic_id)
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(Venue, Venue.id == CourseSession.venue_id)
        .order_by(*(found.c[name] for name in ("tier", "listed_at", "id") if name in found.c))
    )


def _conditions(filters: frozenset[str], dialect: str) -> list[ColumnElement[bool]]:
    found = [
        CourseSession.state == SessionState.PUBLISHED,
        CourseSession.listed_at > bindparam("now"),
    ]
    found += [_FILTERS[name]() for name in sorted(filters & _FILTERS.keys())]
    if "words" in filters:
        found.append(CourseSession.id.in_(entries.matching("words", dialect)))
    return found


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
