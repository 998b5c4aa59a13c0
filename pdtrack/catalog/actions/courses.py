"""Writing courses."""

from __future__ import annotations

from sqlalchemy import func, select, update

from pdtrack.catalog import queries, search
from pdtrack.catalog.details import CourseDetails
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    CreditCategory,
    Promise,
    SessionState,
    Topic,
)
from pdtrack.core import audit, clock, filters
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError, Stale
from pdtrack.organizations.models import Collaborative


class UnknownTopic(DomainError):
    """The topic is none that the platform knows."""


class PromiseBroken(DomainError):
    """A published session promises what the course would not keep anymore."""


class CourseRetired(DomainError):
    """The course is not taught anymore."""


@action
def create_course(*, collaborative: Collaborative, details: CourseDetails, actor: Actor) -> Course:
    """Write down a course that a collaborative teaches; one that says just the same is that one."""
    lock(collaborative)  # A double click makes one course.
    values = _values(details)
    for known in queries.courses_called(collaborative, details.title):
        if not _changes(known, values)[1]:
            return known
    course = Course(collaborative_id=collaborative.id, version=1, **values)
    db.session.add(course)
    db.session.flush()
    audit.record(
        actor,
        "course.created",
        course,
        organization_id=collaborative.id,
        after={"title": course.title},
    )
    return course


@action
def edit_course(
    *, course: Course, details: CourseDetails, version: int | None = None, actor: Actor
) -> Course:
    """Change what a course says; sessions that are held already keep what they certified.

    Raises `Stale` when somebody changed it since `version` was shown.
    """
    lock(course)
    if version is not None and version != course.version:
        raise Stale(
            "Somebody else changed this course while you were editing it. "
            "Open it again to see the change, then make yours."
        )
    before, after = _changes(course, _values(details))
    if not after:
        return course
    for name, value in after.items():
        setattr(course, name, value)
    course.version += 1
    db.session.flush()
    _keep_promises(course)
    _tell_sessions(course)
    audit.record(
        actor,
        "course.edited",
        course,
        organization_id=course.collaborative_id,
        before=before,
        after=after,
    )
    return course


@action
def retire_course(*, course: Course, actor: Actor) -> None:
    """Take a course out of use: no new sessions; its past and coming ones stay."""
    lock(course)
    if course.retired_at is not None:
        return
    course.retired_at = clock.now()
    audit.record(actor, "course.retired", course, organization_id=course.collaborative_id)


@action
def revive_course(*, course: Course, actor: Actor) -> None:
    """Take a retired course into use again."""
    lock(course)
    if course.retired_at is None:
        return
    course.retired_at = None
    audit.record(actor, "course.revived", course, organization_id=course.collaborative_id)


def _keep_promises(course: Course) -> None:
    if course.assessment.strip() and course.mastery.strip():
        return
    promising = db.session.scalar(
        select(func.count()).where(
            CourseSession.course_id == course.id,
            CourseSession.state == SessionState.PUBLISHED,
            CourseSession.promise == Promise.PDPS,
            CourseSession.ends_at > clock.now(),
        )
    )
    if promising:
        sessions = filters.plural(
            promising, "published session promises", "published sessions promise"
        )
        raise PromiseBroken(
            f"{sessions} PDPs, which need an assessment and criteria for mastery.",
            field="mastery" if course.assessment.strip() else "assessment",
        )


def _tell_sessions(course: Course) -> None:
    """Let the course's sessions follow its topic, and be found by what it says now."""
    db.session.execute(
        update(CourseSession)
        .where(CourseSession.course_id == course.id, CourseSession.topic_id != course.topic_id)
        .values(topic_id=course.topic_id, changed_at=clock.now())
    )
    db.session.refresh(course, ["topic"])
    search.index_course(course)


def _values(details: CourseDetails) -> dict[str, object]:
    if db.session.get(Topic, details.topic_id) is None:
        raise UnknownTopic("Choose a topic from the list.", field="topic_id")
    if not details.title.strip():
        raise DomainError("Give the course a title.", field="title")
    values = dict(details.items())
    wanted = set(details.categories)
    values["categories"] = [each.value for each in CreditCategory if each in wanted]
    return values


def _changes(
    course: Course, values: dict[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    changed = {name: value for name, value in values.items() if getattr(course, name) != value}
    return {name: getattr(course, name) for name in changed}, changed
