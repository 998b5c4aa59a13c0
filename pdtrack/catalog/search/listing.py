"""Reading the catalog: lines of a list, a page at a time, whatever the number of sessions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal_column, or_, select

from pdtrack.catalog.models import (
    Course,
    CourseSession,
    CreditCategory,
    Format,
    Promise,
    SessionState,
    Topic,
    Venue,
)
from pdtrack.catalog.search import entries, words
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.pages import Page
from pdtrack.organizations.models import Collaborative

PER_PAGE = 20
FEW = 3


class Sort(StrEnum):
    """The order of what was found."""

    BEST = "best"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for in the catalog."""

    text: str = ""
    topic: str = ""
    collaborative: str = ""
    format: Format | None = None
    category: CreditCategory | None = None
    from_on: date | None = None
    to_on: date | None = None
    only_open: bool = False
    sort: Sort = Sort.BEST

    @property
    def words(self) -> list[str]:
        """The words that count."""
        return words.asked(self.text)

    @property
    def has_filters(self) -> bool:
        """Whether anything but words narrows it down."""
        narrowing = (self.topic, self.collaborative, self.format, self.category)
        return any((*narrowing, self.from_on, self.to_on, self.only_open))


@dataclass(frozen=True, slots=True)
class Listing:
    """A session as lists show it: only what they print, read without its objects."""

    id: int
    title: str
    format: Format
    starts_at: datetime | None
    ends_at: datetime | None
    credited_minutes: int
    promise: Promise
    promised_tenths: int | None
    capacity: int
    has_waitlist: bool
    member_price_cents: int
    non_member_price_cents: int
    opens_at: datetime | None
    closes_at: datetime | None
    collaborative_id: int
    collaborative_name: str
    short_name: str | None
    collaborative_slug: str | None
    topic_name: str
    topic_slug: str
    town: str | None
    categories: list[str]

    @property
    def host_name(self) -> str:
        """The collaborative as people call it."""
        return self.short_name or self.collaborative_name

    @property
    def is_self_paced(self) -> bool:
        """Whether people work in their own time instead of meeting."""
        return self.format == Format.SELF_PACED

    @property
    def opens_later(self) -> bool:
        """Whether registration has not opened yet."""
        return self.opens_at is not None and self.opens_at > clock.now()

    @property
    def is_open(self) -> bool:
        """Whether people may register now; lists show published sessions only."""
        has_closed = self.closes_at is not None and self.closes_at <= clock.now()
        return not self.opens_later and not has_closed


@dataclass(frozen=True)
class Near:
    """What comes close to a search that found nothing, and how."""

    reason: str
    items: Sequence[Listing]


_COLUMNS: tuple[Any, ...] = (
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
assert len(_COLUMNS) == len(fields(Listing))


def search(wanted: Wanted, *, number: int = 1, per_page: int = PER_PAGE) -> Page[Listing]:
    """Return a page of the published sessions that are yet to come: two queries at most.

    With words, those whose title or topic has them come first; then by date.
    """
    conditions = _conditions(wanted)
    has_only_signs = bool(wanted.text.strip()) and not wanted.words
    total = 0 if has_only_signs else _count(conditions)
    number = min(number, max(1, math.ceil(total / per_page)))
    offset = (number - 1) * per_page
    items = _listings(conditions, _tier(wanted), limit=per_page, offset=offset) if total else []
    return Page(items=items, number=number, per_page=per_page, total=total)


def upcoming(limit: int, *, collaborative_slug: str = "") -> list[Listing]:
    """Return the next sessions, of one collaborative if told: one query."""
    return _listings(_conditions(Wanted(collaborative=collaborative_slug)), limit=limit)


def near(wanted: Wanted) -> Near | None:
    """Return a few sessions that come close to what was not found: three queries at most."""
    asked = wanted.words
    if asked and wanted.has_filters:
        found = _listings(_conditions(Wanted(text=wanted.text)), limit=FEW)
        if found:
            return Near("The same words without the filters", found)
    if len(asked) > 1:
        any_word = entries.matching(asked, by_subject=False, any_word=True)
        conditions = [*_are_listed(clock.now()), CourseSession.id.in_(any_word)]
        found = _listings(conditions, limit=FEW)
        if found:
            return Near("Some of the words", found)
    found = upcoming(FEW)
    return Near("Coming up next", found) if found else None


def _count(conditions: Sequence[ColumnElement[bool]]) -> int:
    counted = select(func.count()).select_from(CourseSession).where(*conditions)
    return db.session.scalar(counted) or 0


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    now = clock.now()
    found = _are_listed(now)
    if wanted.topic:
        found.append(
            CourseSession.topic_id == _one(select(Topic.id).where(Topic.slug == wanted.topic))
        )
    if wanted.collaborative:
        host = select(Collaborative.id).where(Collaborative.slug == wanted.collaborative)
        found.append(CourseSession.collaborative_id == _one(host))
    if wanted.format:
        found.append(CourseSession.format == wanted.format)
    if wanted.category:
        label = f'%"{wanted.category.value}"%'
        courses = select(Course.id).where(cast(Course.categories, Text).like(label))
        found.append(CourseSession.course_id.in_(courses))
    found += _between(wanted.from_on, wanted.to_on)
    if wanted.only_open:
        found.append(or_(CourseSession.opens_at.is_(None), CourseSession.opens_at <= now))
        found.append(or_(CourseSession.closes_at.is_(None), CourseSession.closes_at > now))
    if wanted.words:
        found.append(CourseSession.id.in_(entries.matching(wanted.words, by_subject=False)))
    return found


def _are_listed(now: datetime) -> list[ColumnElement[bool]]:
    return [CourseSession.state == SessionState.PUBLISHED, CourseSession.listed_at > now]


def _between(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if first:
        found.append(CourseSession.listed_at >= clock.at(first, time()))
    if last and last < date.max:
        found.append(CourseSession.listed_at < clock.at(last + timedelta(days=1), time()))
    return found


def _one(statement: Select[int]) -> Any:
    return statement.scalar_subquery()


def _tier(wanted: Wanted) -> ColumnElement[int] | None:
    """Whether a session is about what was asked (0), or only mentions it (1)."""
    if not wanted.words or wanted.sort == Sort.DATE:
        return None
    is_about_it = CourseSession.id.in_(entries.matching(wanted.words, by_subject=True))
    return case((is_about_it, 0), else_=1)


def _listings(
    conditions: Sequence[ColumnElement[bool]],
    tier: ColumnElement[int] | None = None,
    *,
    limit: int,
    offset: int = 0,
) -> list[Listing]:
    """Read lines of the list; which ones is found on the index before anything is joined."""
    order: list[ColumnElement[Any]] = [CourseSession.listed_at.asc(), CourseSession.id.asc()]
    chosen: list[Any] = [CourseSession.id, CourseSession.listed_at]
    if tier is not None:
        order, chosen = [literal_column("tier"), *order], [*chosen, tier.label("tier")]
    page = select(*chosen).where(*conditions).order_by(*order).limit(limit).offset(offset)
    found = page.subquery()
    rows = db.session.execute(
        select(*_COLUMNS)
        .select_from(found)
        .join(CourseSession, CourseSession.id == found.c.id)
        .join(Collaborative, Collaborative.id == CourseSession.collaborative_id)
        .join(Topic, Topic.id == CourseSession.topic_id)
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(Venue, Venue.id == CourseSession.venue_id)
        .order_by(*(found.c[name] for name in ("tier", "listed_at", "id") if name in found.c))
    )
    return [Listing(*row) for row in rows]
