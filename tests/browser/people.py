"""The people of the main job, in the real organizations of Massachusetts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Page
from sqlalchemy import select

from pdtrack.accounts import passwords
from pdtrack.accounts.models import Person
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock
from pdtrack.core import db as database
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.core.db import action, db
from pdtrack.demo.state import import_missing
from pdtrack.organizations.models import Collaborative, District, EmailDomain, Organization
from tests import make

PASSWORD = "four quiet herons wading"
PLACE, DISTRICT = "ces", "02100000"  # Northampton is a member of CES.
DOMAIN = "northampton.example"
SETTLED = ("coordinator", "presenter", "district", "colleague", "waiting")

Open = Callable[..., Page]  # `open_as` of conftest.py.


@dataclass
class Staff:
    """Where the main job happens, and who does it."""

    place: Collaborative
    district: District

    def person(self, who: str) -> Person:
        """Return somebody by what they do here."""
        db.session.rollback()
        address = address_of(who)
        return db.session.scalars(select(Person).where(Person.addresses.any(address=address))).one()


def address_of(who: str) -> str:
    """Return the address of somebody who works here or there."""
    return f"{who}@{'ces.example' if who in {'coordinator', 'presenter'} else DOMAIN}"


@contextmanager
def as_a_writer() -> Iterator[None]:
    """Begin each transaction as a writer, for the site writes meanwhile.

    SQLite lets nobody write who has read before somebody else wrote.
    """
    db.session.rollback()
    token = database._writing.set(True)  # noqa: SLF001 - what an action sets.
    try:
        yield
    finally:
        database._writing.reset(token)  # noqa: SLF001
        db.session.rollback()


def settle() -> Staff:
    """Import the real organizations, and let people work in two of them."""
    import_missing(SYSTEM)
    with as_a_writer():
        return _settled()


def _settled() -> Staff:
    place = db.session.scalars(select(Collaborative).where(Collaborative.slug == PLACE)).one()
    district = db.session.scalars(select(District).where(District.org_code == DISTRICT)).one()
    make.saved(EmailDomain(organization_id=district.id, domain=DOMAIN))
    kept = passwords.hashed(PASSWORD)
    employers: dict[str, Organization] = {"coordinator": place, "presenter": place}
    for who in SETTLED:
        make.person(
            first_name=who.capitalize(),
            last_name="Example",
            email=address_of(who),
            employer=employers.get(who, district),
            password_hash=kept,
        )
    staff = Staff(place, district)
    make.role(RoleKind.COORDINATOR, place, person=staff.person("coordinator"))
    make.role(RoleKind.PRESENTER, place, person=staff.person("presenter"))
    make.role(RoleKind.DISTRICT_ADMINISTRATOR, district, person=staff.person("district"))
    return staff


def let_days_pass(course_session_id: int, days: int) -> None:
    """Move a session into the past: the processes keep the clock of the machine."""
    past = timedelta(days=days)

    @action
    def move() -> None:
        found = db.session.get_one(CourseSession, course_session_id)
        for name in ("starts_at", "ends_at", "listed_at", "opens_at", "closes_at"):
            moment = getattr(found, name)
            setattr(found, name, moment - past if moment else None)
        for meeting in found.meetings:
            meeting.starts_at -= past
            meeting.ends_at -= past
            meeting.changed_at = clock.now()
        found.changed_at = clock.now()

    db.session.rollback()
    move()
