"""Filling a database in bulk with what a benchmark needs, and signing people in."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, insert, select
from sqlalchemy.orm import DeclarativeBase

import config
from bench.servers import environment
from pdtrack.accounts.models import Confirmation, EmailAddress, Employment, Person
from pdtrack.app import create_app
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.catalog import actions as catalog
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    Format,
    Meeting,
    SessionState,
    Topic,
    Venue,
)
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import action, db
from pdtrack.organizations.models import Collaborative, District, Membership
from pdtrack.registration.models import Registration, Status

AT_ONCE = 5000


def application(folder: Any, port: int, database: str | None = None) -> Flask:
    """Return the application on a migrated database of its own."""
    app = create_app(config.load(environment(folder, port, database)))
    with app.app_context():
        upgrade()
    return app


@action
def organizations() -> None:
    """Write one collaborative with a member district, a venue and a course."""
    place = Collaborative(
        org_code="05990000", name="Bench Collaborative", short_name="BENCH", slug="bench"
    )
    district = District(org_code="09990000", name="Bench District", town="Northampton", type="x")
    db.session.add_all([place, district])
    db.session.flush()
    topic = db.session.scalars(select(Topic).limit(1)).one()
    db.session.add_all(
        [
            Membership(
                collaborative_id=place.id, district_id=district.id, valid_from=date(2021, 7, 1)
            ),
            Venue(
                collaborative_id=place.id,
                name="Training Center",
                address="1 Main Street",
                town="Northampton",
            ),
            Course(
                collaborative_id=place.id,
                topic_id=topic.id,
                title="Physical restraint, basic",
                description="What staff may and may not do when safety is at stake.",
                goals="Keep everybody safe.",
                assessment="A quiz.",
                mastery="80 percent.",
                categories=["elective"],
            ),
        ]
    )


@action
def sessions(count: int, *, capacity: int = 1_000_000, in_days: int = 30) -> None:
    """Write published sessions of one meeting each, an hour apart, and their search index."""
    course = db.session.scalars(select(Course).limit(1)).one()
    venue = db.session.scalars(select(Venue).limit(1)).one()
    before = db.session.scalar(select(func.coalesce(func.max(CourseSession.id), 0))) or 0
    first = (clock.now() + timedelta(days=in_days)).replace(minute=0, second=0, microsecond=0)
    ids = range(before + 1, before + count + 1)
    starts = {each: first + timedelta(hours=each - before) for each in ids}
    _insert(
        CourseSession,
        (
            {
                "id": each,
                "course_id": course.id,
                "collaborative_id": course.collaborative_id,
                "topic_id": course.topic_id,
                "title": f"{course.title}, run {each}",
                "state": SessionState.PUBLISHED,
                "format": Format.IN_PERSON,
                "venue_id": venue.id,
                "presenter_name": "Pat Presenter",
                "contact_name": "Cora Coordinator",
                "contact_email": "pd@bench.example",
                "capacity": capacity,
                "starts_at": starts[each],
                "ends_at": starts[each] + timedelta(hours=6),
                "credited_minutes": 360,
                "published_at": clock.now(),
                "changed_at": clock.now(),
            }
            for each in ids
        ),
    )
    _insert(
        Meeting,
        (
            {
                "course_session_id": each,
                "starts_at": starts[each],
                "ends_at": starts[each] + timedelta(hours=6),
                "changed_at": clock.now(),
            }
            for each in ids
        ),
    )
    catalog.reindex(actor=SYSTEM)


@action
def people(count: int) -> list[int]:
    """Write people with a verified address and a confirmed employment; return their ids."""
    district = db.session.scalars(select(District).limit(1)).one()
    before = db.session.scalar(select(func.coalesce(func.max(Person.id), 0))) or 0
    ids = range(before + 1, before + count + 1)
    now = clock.now()
    _insert(
        Person,
        (
            {"id": each, "first_name": "Ada", "last_name": f"Able{each}", "created_at": now}
            for each in ids
        ),
    )
    _insert(
        EmailAddress,
        (
            {
                "person_id": each,
                "address": f"person{each}@bench.example",
                "verified_at": now,
                "is_primary": True,
                "created_at": now,
            }
            for each in ids
        ),
    )
    _insert(
        Employment,
        (
            {
                "person_id": each,
                "organization_id": district.id,
                "from_on": date(2020, 9, 1),
                "confirmed_at": now,
                "confirmed_by": Confirmation.ROSTER,
            }
            for each in ids
        ),
    )
    return list(ids)


@action
def attendance(*, sessions_from: int, people_each: int) -> None:
    """Register people in every session from an id on, all of them present."""
    now = clock.now()
    meetings = db.session.execute(
        select(Meeting.course_session_id, Meeting.id).where(
            Meeting.course_session_id >= sessions_from
        )
    ).all()
    employments = db.session.execute(
        select(Employment.person_id, Employment.id).limit(people_each)
    ).all()
    before = db.session.scalar(select(func.coalesce(func.max(Registration.id), 0))) or 0
    pairs = list(itertools.product(meetings, employments))
    _insert(
        Registration,
        (
            {
                "id": number,
                "course_session_id": session_id,
                "person_id": person_id,
                "employment_id": employment_id,
                "status": Status.REGISTERED,
                "registered_at": now,
                "status_changed_at": now,
                "price_cents": 0,
                "price_reason": "Free",
            }
            for number, ((session_id, _), (person_id, employment_id)) in enumerate(
                pairs, start=before + 1
            )
        ),
    )
    _insert(
        AttendanceEntry,
        (
            {
                "registration_id": number,
                "meeting_id": meeting_id,
                "presence": Presence.PRESENT,
                "minutes": 360,
                "recorded_at": now,
            }
            for number, ((_, meeting_id), _) in enumerate(pairs, start=before + 1)
        ),
    )


def cookie(app: Flask, person_id: int) -> dict[str, str]:
    """Return the cookie of somebody who is signed in."""
    interface: Any = app.session_interface
    signed = interface.get_signing_serializer(app).dumps(
        {"_user_id": f"{person_id}:1", "_fresh": True, "_permanent": True}
    )
    return {str(app.config["SESSION_COOKIE_NAME"]): signed}


def _insert(model: type[DeclarativeBase], rows: Any) -> None:
    remaining = iter(rows)
    while some := list(itertools.islice(remaining, AT_ONCE)):
        db.session.execute(insert(model), some)
