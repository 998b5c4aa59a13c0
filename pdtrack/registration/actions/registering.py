"""Giving somebody a place, or a place in line."""

from __future__ import annotations

from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import audit, clock, filters
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.registration import emails, queries, rules
from pdtrack.registration.actions.refusals import (
    ALREADY,
    AlreadyRegistered,
    NotYetOpen,
    NotYourEmployment,
    RegistrationClosed,
    RegistrationRefused,
    SessionCancelled,
    SessionFull,
)
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts


@action
def register(
    *,
    person: Person,
    course_session: CourseSession,
    employment: Employment | None,
    accommodations: str | None = None,
    actor: Actor,
) -> Registration:
    """Give a person a place, or a place in line when the session is full or others wait.

    Raises a `RegistrationRefused` that says why not.
    """
    lock(course_session)  # Two people must not take the last place.
    _refuse_unless_open(course_session)
    _refuse_foreign_employment(person, employment)
    _refuse_second(course_session, person)
    counts = queries.count(course_session)
    status = rules.placement(
        capacity=course_session.capacity, taken=counts.taken, waiting=counts.waiting
    )
    _refuse_without_waitlist(course_session, status)
    registration = _write(
        Registration(person=person, course_session=course_session, employment=employment),
        status=status,
        accommodations=accommodations,
        actor=actor,
    )
    _tell(registration, counts)
    return registration


@action
def register_for(
    *,
    person: Person,
    course_session: CourseSession,
    employment: Employment | None,
    accommodations: str | None = None,
    insists: bool = False,
    actor: Actor,
) -> Registration:
    """Register somebody for whom staff speak: by phone, at the door, or afterwards from paper.

    Neither the closing nor the start stands in the way. `insists` gives a place
    even when the session is full or others wait. Raises `RegistrationRefused`.
    """
    lock(course_session)
    _refuse_unpublished(course_session)
    _refuse_foreign_employment(person, employment)
    if queries.find_active(course_session, person):
        raise AlreadyRegistered(f"{person.display_name} has a registration for this session.")
    counts = queries.count(course_session)
    status = rules.staff_placement(
        capacity=course_session.capacity,
        counts=counts,
        has_begun=course_session.has_started,
        insists=insists,
    )
    _refuse_without_waitlist(course_session, status)
    registration = _write(
        Registration(person=person, course_session=course_session, employment=employment),
        status=status,
        accommodations=accommodations,
        actor=actor,
    )
    if not course_session.has_ended:
        _tell(registration, counts)
    return registration


def _write(
    registration: Registration, *, status: Status, accommodations: str | None, actor: Actor
) -> Registration:
    course_session, employment = registration.course_session, registration.employment
    price = catalog.price_for(course_session, [employment] if employment else [])
    registration.status = status
    registration.registered_at = registration.status_changed_at = clock.now()
    registration.price_cents = price.cents
    registration.price_reason = price.reason
    registration.accommodations = accommodations or None
    db.session.add(registration)
    audit.record(
        actor,
        "registration.created",
        registration,
        organization_id=course_session.collaborative_id,
        on_behalf_of_id=registration.person.id if actor.id != registration.person.id else None,
        after={"status": status, "price_cents": price.cents},
    )
    return registration


def _tell(registration: Registration, counts: Counts) -> None:
    if registration.status == Status.WAITLISTED:
        emails.waitlisted(registration, position=counts.waiting + 1)
    else:
        emails.registered(registration)


def _refuse_unpublished(course_session: CourseSession) -> None:
    if course_session.state == SessionState.CANCELLED:
        raise SessionCancelled("This session was cancelled, so nobody can register for it.")
    if course_session.state != SessionState.PUBLISHED:
        raise RegistrationRefused("This session is not published yet.")


def _refuse_unless_open(course_session: CourseSession) -> None:
    _refuse_unpublished(course_session)
    opens_at = course_session.registration_opens_at
    if opens_at is not None and clock.now() < opens_at:
        raise NotYetOpen(f"Registration opens on {filters.when(opens_at)}. Come back then.")
    if not course_session.is_open:
        raise RegistrationClosed(
            "Registration for this session has closed. Ask its contact person whether there is "
            "still a way in."
        )


def _refuse_foreign_employment(person: Person, employment: Employment | None) -> None:
    if employment is None:
        return
    if employment.person_id != person.id or not employment.is_current(clock.today()):
        raise NotYourEmployment(
            "Choose one of the places where you work today.", field="employment"
        )


def _refuse_second(course_session: CourseSession, person: Person) -> None:
    found = queries.find_active(course_session, person)
    if found is not None:
        raise AlreadyRegistered(ALREADY)


def _refuse_without_waitlist(course_session: CourseSession, status: Status) -> None:
    if status == Status.WAITLISTED and not course_session.has_waitlist:
        raise SessionFull("All places are taken, and this session keeps no waitlist.")
