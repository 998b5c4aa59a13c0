"""Plain makers of things that tests need; each makes what it depends on."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from flask.testing import FlaskClient

from pdtrack.accounts.models import Confirmation, EmailAddress, Employment, Person, Role
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    Format,
    Meeting,
    SessionPresenter,
    SessionState,
    Topic,
    Venue,
)
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import Model, db
from pdtrack.organizations.models import Collaborative, District, Membership, Organization, School
from pdtrack.registration.models import Registration, Status

_numbers = itertools.count(1)
Row = TypeVar("Row", bound=Model)


def saved(row: Row) -> Row:
    """Write a row and commit it (inside the test's transaction)."""
    db.session.add(row)
    db.session.commit()
    return row


def collaborative(**values: Any) -> Collaborative:
    """Make a collaborative."""
    number = next(_numbers)
    return saved(
        Collaborative(
            **{
                "org_code": f"05{number:06}",
                "name": f"Collaborative {number}",
                "short_name": f"COL{number}",
                "slug": f"col{number}",
                "region": "West",
                **values,
            }
        )
    )


def district(*, member_of: Collaborative | None = None, **values: Any) -> District:
    """Make a district, since 2021 a member if told so."""
    number = next(_numbers)
    made = saved(
        District(
            **{
                "org_code": f"{number % 10000:04}0000",
                "name": f"District {number}",
                "town": "Northampton",
                "type": "municipal",
                **values,
            }
        )
    )
    if member_of is not None:
        membership(collaborative=member_of, district=made)
    return made


def school(*, district: District, **values: Any) -> School:
    """Make a school of a district."""
    number = next(_numbers)
    return saved(
        School(
            **{
                "org_code": f"{district.org_code[:4]}{number % 10000:04}",
                "district_id": district.id,
                "name": f"School {number}",
                "town": "Northampton",
                "grades": "K 01",
                **values,
            }
        )
    )


def membership(
    *, collaborative: Collaborative, district: District, valid_from: date = date(2021, 7, 1)
) -> Membership:
    """Make a membership."""
    return saved(
        Membership(
            collaborative_id=collaborative.id, district_id=district.id, valid_from=valid_from
        )
    )


def person(
    *, email: str | None = "", employer: Organization | None = None, **values: Any
) -> Person:
    """Make a person with a verified address (none with `email=None`), employed if told so."""
    number = next(_numbers)
    made = saved(
        Person(
            **{
                "first_name": "Ada",
                "last_name": f"Able{number}",
                "created_at": clock.now(),
                "session_version": 1,
                **values,
            }
        )
    )
    if email is not None:
        saved(
            EmailAddress(
                person_id=made.id,
                address=email or f"person{number}@people.example",
                verified_at=clock.now(),
                is_primary=True,
                created_at=clock.now(),
            )
        )
    if employer is not None:
        employment(person=made, organization=employer)
    db.session.refresh(made)
    return made


def employment(
    *, person: Person, organization: Organization, is_confirmed: bool = True, **values: Any
) -> Employment:
    """Make an employment, confirmed unless told otherwise."""
    made = saved(
        Employment(
            **{
                "person_id": person.id,
                "organization_id": organization.id,
                "from_on": date(2020, 9, 1),
                "confirmed_at": clock.now() if is_confirmed else None,
                "confirmed_by": Confirmation.ADMINISTRATOR if is_confirmed else None,
                **values,
            }
        )
    )
    db.session.refresh(person)
    return made


def role(
    kind: RoleKind, organization: Organization | None, *, person: Person | None = None
) -> Person:
    """Give a role to a person, made if none is named; returns the person."""
    holder = person or globals()["person"]()
    saved(
        Role(
            person_id=holder.id,
            kind=kind,
            organization_id=organization.id if organization else None,
            given_at=clock.now(),
        )
    )
    db.session.refresh(holder)
    return holder


def coordinator(of: Collaborative) -> Person:
    """Make a coordinator of a collaborative."""
    return role(RoleKind.COORDINATOR, of)


def platform_administrator() -> Person:
    """Make somebody who runs the installation."""
    return role(RoleKind.PLATFORM_ADMINISTRATOR, None)


def topic(**values: Any) -> Topic:
    """Make a topic."""
    number = next(_numbers)
    return saved(Topic(**{"slug": f"topic-{number}", "name": f"Topic {number}", **values}))


def venue(*, collaborative: Collaborative, **values: Any) -> Venue:
    """Make a venue of a collaborative."""
    return saved(
        Venue(
            **{
                "collaborative_id": collaborative.id,
                "name": "Training Center",
                "address": "1 Main Street",
                "town": "Northampton",
                **values,
            }
        )
    )


def course(*, collaborative: Collaborative | None = None, **values: Any) -> Course:
    """Make a course."""
    owner = collaborative or globals()["collaborative"]()
    return saved(
        Course(
            **{
                "collaborative_id": owner.id,
                "topic_id": values.pop("topic_id", None) or topic().id,
                "title": "Physical restraint, basic",
                "description": "What staff may and may not do.",
                "goals": "Keep everybody safe.",
                "assessment": "A quiz.",
                "mastery": "80 percent.",
                "categories": ["elective"],
                **values,
            }
        )
    )


def course_session(
    *,
    collaborative: Collaborative | None = None,
    course: Course | None = None,
    starts_at: datetime | None = None,
    meetings: int = 1,
    presenters: Sequence[Person] = (),
    **values: Any,
) -> CourseSession:
    """Make a published session of six credited hours a meeting, in two weeks and open."""
    of = course or globals()["course"](collaborative=collaborative)
    first = starts_at or (clock.now() + timedelta(days=14)).replace(
        minute=0, second=0, microsecond=0
    )
    made = saved(
        CourseSession(
            **{
                "course_id": of.id,
                "collaborative_id": of.collaborative_id,
                "topic_id": of.topic_id,
                "title": of.title,
                "state": SessionState.PUBLISHED,
                "format": Format.IN_PERSON,
                "capacity": 20,
                "contact_name": "Cora Coordinator",
                "contact_email": "pd@collaborative.example",
                "presenter_name": "Pat Presenter",
                "published_at": clock.now(),
                "changed_at": clock.now(),
                "starts_at": first,
                "ends_at": first + timedelta(days=7 * (meetings - 1), hours=7),
                "credited_minutes": 360 * meetings,
                **values,
            }
        )
    )
    for index in range(meetings if made.format != Format.SELF_PACED else 0):
        begins = first + timedelta(days=7 * index)
        saved(
            Meeting(
                course_session_id=made.id,
                starts_at=begins,
                ends_at=begins + timedelta(hours=7),
                break_minutes=60,
                uid=f"meeting-{next(_numbers)}@pd.example",
                changed_at=clock.now(),
            )
        )
    for each in presenters:
        saved(SessionPresenter(course_session_id=made.id, person_id=each.id))
    db.session.refresh(made)
    return made


def registration(
    *,
    course_session: CourseSession,
    person: Person | None = None,
    status: Status = Status.REGISTERED,
    **values: Any,
) -> Registration:
    """Write a registration as it is: no mail, no line."""
    who = person or globals()["person"]()
    current = who.employments[-1].id if who.employments else None
    return saved(
        Registration(
            **{
                "course_session_id": course_session.id,
                "person_id": who.id,
                "employment_id": current,
                "status": status,
                "registered_at": clock.now(),
                "status_changed_at": clock.now(),
                "price_cents": 0,
                "price_reason": "Free",
                **values,
            }
        )
    )


def sign_in(client: FlaskClient, person: Person) -> FlaskClient:
    """Sign a person in without the sign-in page."""
    with client.session_transaction() as session:
        session["_user_id"] = person.get_id()
        session["_fresh"] = True
        session.permanent = True
    return client
