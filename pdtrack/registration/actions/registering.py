"""Giving somebody a place, or a place in line."""

from __future__ import annotations

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.actions import people
from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog.models import CourseSession
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.registration import emails, queries, rules
from pdtrack.registration.actions.line import promote
from pdtrack.registration.actions.pricing import set_price
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
from pdtrack.registration.rules import ClosedBecause, Counts, Newcomer

_REFUSALS = {
    ClosedBecause.CANCELLED: SessionCancelled,
    ClosedBecause.DRAFT: RegistrationRefused,
    ClosedBecause.NOT_YET: NotYetOpen,
    ClosedBecause.OVER: RegistrationClosed,
}
_NOT_EVEN_STAFF = (ClosedBecause.CANCELLED, ClosedBecause.DRAFT)


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
    # Kept at hand, for the lock reads the session anew and the mail speaks of these.
    _around = (course_session.collaborative, course_session.topic, course_session.venue)
    # Two people must not take the last place.
    lock(course_session, reading=[CourseSession.meetings])
    _refuse_closed(course_session)
    _refuse_foreign_employment(person, employment)
    counts, is_in = queries.standing(course_session, person)
    if is_in:
        raise AlreadyRegistered(ALREADY)
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

    Neither the closing nor the start stands in the way. `insists` gives a place even when
    the session is full or others wait, also to somebody in line. Raises `RegistrationRefused`.
    """
    lock(course_session)
    closed = rules.why_closed(course_session, clock.now())
    if closed is not None and closed.because in _NOT_EVEN_STAFF:
        raise _REFUSALS[closed.because](closed.message)
    _refuse_foreign_employment(person, employment)
    counts, is_in = queries.standing(course_session, person)
    if is_in:
        return _give_place(course_session, person, insists=insists, actor=actor)
    status = rules.staff_placement(
        capacity=course_session.capacity,
        counts=counts,
        has_begun=rules.has_begun(course_session),
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


@action
def register_new_person(
    *,
    newcomer: Newcomer,
    course_session: CourseSession,
    accommodations: str | None = None,
    insists: bool = False,
    actor: Actor,
) -> Registration:
    """Write somebody down who has no account, and register them.

    Raises what `people.add` and `register_for` raise; then nobody is written down.
    """
    lock(course_session)
    person = people.add(
        name=newcomer.name,
        workplace=newcomer.workplace,
        details=newcomer.details,
        from_on=clock.today(),
        added_by=course_session.collaborative,
        actor=actor,
    )
    return register_for(
        person=person,
        course_session=course_session,
        employment=next(iter(accounts.employments_on(person, clock.today())), None),
        accommodations=accommodations,
        insists=insists,
        actor=actor,
    )


def _give_place(
    course_session: CourseSession, person: Person, *, insists: bool, actor: Actor
) -> Registration:
    existing = queries.find_active(course_session, person)
    if existing is None or existing.status != Status.WAITLISTED:
        raise AlreadyRegistered(f"{person.display_name} has a place in this session already.")
    if not insists:
        raise AlreadyRegistered(
            f"{person.display_name} is on the waitlist. To give a place now, check the box below.",
            field="insists",
        )
    promote(existing, actor)
    return existing


def _write(
    registration: Registration, *, status: Status, accommodations: str | None, actor: Actor
) -> Registration:
    registration.status = status
    registration.registered_at = registration.status_changed_at = clock.now()
    set_price(registration)
    registration.accommodations = accommodations or None
    db.session.add(registration)
    audit.record(
        actor,
        "registration.created",
        registration,
        organization_id=registration.course_session.collaborative_id,
        on_behalf_of_id=registration.person.id if actor.id != registration.person.id else None,
        after={"status": status, "price_cents": registration.price_cents},
    )
    return registration


def _tell(registration: Registration, counts: Counts) -> None:
    if registration.status == Status.WAITLISTED:
        emails.waitlisted(registration, position=counts.waiting + 1)
    else:
        emails.registered(registration)


def _refuse_closed(course_session: CourseSession) -> None:
    closed = rules.why_closed(course_session, clock.now())
    if closed is not None:
        raise _REFUSALS[closed.because](closed.message)


def _refuse_foreign_employment(person: Person, employment: Employment | None) -> None:
    if employment is None:
        return
    if employment.person_id != person.id or not employment.is_current(clock.today()):
        raise NotYourEmployment(
            "Choose one of the places where you work today.", field="employment"
        )


def _refuse_without_waitlist(course_session: CourseSession, status: Status) -> None:
    if status == Status.WAITLISTED and not course_session.has_waitlist:
        raise SessionFull("All places are taken, and this session keeps no waitlist.")
