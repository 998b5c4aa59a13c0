"""Reading courses, sessions, venues, topics and prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from pdtrack.accounts.models import Employment
from pdtrack.catalog import rules
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    Meeting,
    SessionState,
    Topic,
    Venue,
)
from pdtrack.catalog.rules import Price, Problem
from pdtrack.core import clock, folding, pages, regulations
from pdtrack.core.db import db
from pdtrack.core.folding import folded
from pdtrack.core.pages import Page
from pdtrack.organizations.models import Collaborative, Membership


class Priced(Protocol):
    """Whatever has a session's prices, host and dates: the row itself, or a line of a list."""

    @property
    def id(self) -> int:
        """The session's id."""

    @property
    def collaborative_id(self) -> int:
        """Who holds it."""

    @property
    def member_price_cents(self) -> int:
        """What members pay."""

    @property
    def non_member_price_cents(self) -> int:
        """What everybody else pays."""

    @property
    def starts_at(self) -> datetime | None:
        """When it begins."""

    @property
    def is_self_paced(self) -> bool:
        """Whether it has no meetings."""

    @property
    def host_name(self) -> str:
        """The collaborative's everyday name."""


class _Belongs(NamedTuple):
    district_id: int
    collaborative_id: int
    valid_from: date
    valid_to: date | None


def course_session(collaborative: Collaborative, course_session_id: int) -> CourseSession | None:
    """Return a session of a collaborative with all that pages show of it, draft or not."""
    return db.session.scalar(
        _whole_sessions().where(
            CourseSession.id == course_session_id,
            CourseSession.collaborative_id == collaborative.id,
        )
    )


def bare_course_session(
    collaborative: Collaborative, course_session_id: int
) -> CourseSession | None:
    """Return a session of a collaborative by itself, for acts that show nothing more of it."""
    return db.session.scalar(
        select(CourseSession).where(
            CourseSession.id == course_session_id,
            CourseSession.collaborative_id == collaborative.id,
        )
    )


def any_course_session(course_session_id: int) -> CourseSession | None:
    """Return a session of whichever collaborative; only a policy says who may see it."""
    return db.session.scalar(_whole_sessions().where(CourseSession.id == course_session_id))


def _whole_sessions() -> Select[CourseSession]:
    return select(CourseSession).options(
        joinedload(CourseSession.course),
        joinedload(CourseSession.collaborative),
        joinedload(CourseSession.topic),
        joinedload(CourseSession.venue),
        selectinload(CourseSession.meetings).joinedload(Meeting.venue),
        selectinload(CourseSession.presenters),
    )


def topics() -> Sequence[Topic]:
    """Return all topics by name."""
    return db.session.scalars(select(Topic).order_by(Topic.name)).all()


def topic_names() -> list[tuple[str, str]]:
    """Return every topic's name in addresses and on pages, by the latter; for lists to choose."""
    rows = db.session.execute(select(Topic.slug, Topic.name).order_by(Topic.name))
    return [(row.slug, row.name) for row in rows]


def coming_by_topic() -> dict[int, int]:
    """Return how many published sessions are to come on each topic that has any."""
    return _coming_by(CourseSession.topic_id)


def coming_by_collaborative() -> dict[int, int]:
    """Return how many published sessions are to come at each collaborative that has any."""
    return _coming_by(CourseSession.collaborative_id)


def _coming_by(column: InstrumentedAttribute[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(column, func.count())
        .where(CourseSession.state == SessionState.PUBLISHED, CourseSession.listed_at > clock.now())
        .group_by(column)
    )
    return {key: count for key, count in rows}  # noqa: C416 - rows are no plain tuples.


def topic(slug: str) -> Topic | None:
    """Return the topic with this name in addresses."""
    return db.session.scalar(select(Topic).where(Topic.slug == slug))


def venues(collaborative: Collaborative, *, with_retired: bool = False) -> Sequence[Venue]:
    """Return a collaborative's venues by name, those in use only unless told otherwise."""
    statement = select(Venue).where(Venue.collaborative_id == collaborative.id)
    if not with_retired:
        statement = statement.where(Venue.retired_at.is_(None))
    return db.session.scalars(statement.order_by(folded(Venue.name), Venue.id)).all()


def venue(collaborative: Collaborative, venue_id: int) -> Venue | None:
    """Return a venue of a collaborative."""
    return db.session.scalar(
        select(Venue).where(Venue.id == venue_id, Venue.collaborative_id == collaborative.id)
    )


def coming_at(venue: Venue) -> int:
    """Return how many sessions, drafts included, are to be held at a venue, if only in part."""
    counted = select(func.count(CourseSession.id)).where(
        _is_coming_at(venue), CourseSession.state != SessionState.CANCELLED
    )
    return db.session.scalar(counted) or 0


def sessions_at(venue: Venue) -> Sequence[CourseSession]:
    """Return what is, or was, to be held at a venue and is not over, its meetings loaded anew."""
    return db.session.scalars(
        select(CourseSession)
        .where(_is_coming_at(venue))
        .options(
            joinedload(CourseSession.venue),
            selectinload(CourseSession.meetings).joinedload(Meeting.venue),
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
        .execution_options(populate_existing=True)
    ).all()


def _is_coming_at(venue: Venue) -> ColumnElement[bool]:
    own = select(Meeting.course_session_id).where(Meeting.venue_id == venue.id)
    is_there = (CourseSession.venue_id == venue.id) | CourseSession.id.in_(own)
    return is_there & (CourseSession.ends_at.is_(None) | (CourseSession.ends_at > clock.now()))


def courses(collaborative: Collaborative, *, with_retired: bool = False) -> Sequence[Course]:
    """Return a collaborative's courses by title, those in use only unless told otherwise."""
    return db.session.scalars(_courses(collaborative, with_retired=with_retired)).all()


def courses_called(collaborative: Collaborative, title: str) -> Sequence[Course]:
    """Return the courses in use with just this title."""
    statement = _courses(collaborative, with_retired=False).where(Course.title == title)
    return db.session.scalars(statement).all()


def course_page(collaborative: Collaborative, *, text: str, number: int) -> Page[Course]:
    """Return a page of all courses of a collaborative whose title has this text."""
    statement = _courses(collaborative, with_retired=True)
    if text:
        statement = statement.where(folding.has(Course.title, text))
    return pages.paginate(statement, number=number)


def _courses(collaborative: Collaborative, *, with_retired: bool) -> Select[Course]:
    statement = (
        select(Course)
        .where(Course.collaborative_id == collaborative.id)
        .options(joinedload(Course.topic))
        .order_by(folded(Course.title), Course.id)
    )
    return statement if with_retired else statement.where(Course.retired_at.is_(None))


def course(collaborative: Collaborative, course_id: int) -> Course | None:
    """Return a course of a collaborative."""
    return db.session.scalar(
        select(Course)
        .where(Course.id == course_id, Course.collaborative_id == collaborative.id)
        .options(joinedload(Course.topic))
    )


def session_counts(course_ids: Iterable[int]) -> dict[int, int]:
    """Return how many sessions, drafts included, each course has had."""
    rows = db.session.execute(
        select(CourseSession.course_id, func.count())
        .where(CourseSession.course_id.in_(list(course_ids)))
        .group_by(CourseSession.course_id)
    )
    return {key: count for key, count in rows}  # noqa: C416 - rows are no plain tuples.


def reasons_not_to_publish(course_session: CourseSession) -> list[Problem]:
    """Return everything that keeps a session from being published, for a checklist."""
    least = regulations.in_force("pdp.minimum_hours", _first_day(course_session))
    return rules.reasons_not_to_publish(
        course_session, now=clock.now(), minimum_tenths=least.tenths, citation=least.citation
    )


def _first_day(course_session: CourseSession) -> date:
    starts_at = course_session.starts_at
    return clock.local(starts_at).date() if starts_at else clock.today()


def price_for(course_session: CourseSession, employments: Sequence[Employment] | None) -> Price:
    """Return what a session costs somebody who works there; None stands for a stranger."""
    return prices_for([course_session], employments)[course_session.id]


def prices_for(
    sessions: Iterable[Priced], employments: Sequence[Employment] | None
) -> dict[int, Price]:
    """Return what each session costs somebody, by session, in one query at most."""
    memberships = _memberships(employments or ())
    return {each.id: _price(each, employments, memberships) for each in sessions}


# Built once: building it takes longer than running it.
_MEMBERSHIPS = select(
    Membership.district_id,
    Membership.collaborative_id,
    Membership.valid_from,
    Membership.valid_to,
).where(Membership.district_id.in_(bindparam("district_ids", expanding=True)))


def _memberships(employments: Iterable[Employment]) -> list[_Belongs]:
    employer_ids = {each.organization_id for each in employments if each.organization_id}
    if not employer_ids:
        return []
    rows = db.session.execute(_MEMBERSHIPS, {"district_ids": list(employer_ids)})
    return [_Belongs(*row) for row in rows]


def _price(
    session: Priced, employments: Sequence[Employment] | None, memberships: list[_Belongs]
) -> Price:
    day = rules.price_day(
        starts_at=session.starts_at, is_self_paced=session.is_self_paced, today=clock.today()
    )
    members = {
        each.district_id
        for each in memberships
        if each.collaborative_id == session.collaborative_id
        and each.valid_from <= day
        and (each.valid_to is None or day <= each.valid_to)
    }
    standing, employer = rules.best_standing(employments, members, session.collaborative_id)
    return rules.price(
        member_cents=session.member_price_cents,
        non_member_cents=session.non_member_price_cents,
        standing=standing,
        employer=employer,
        host=session.host_name,
    )
