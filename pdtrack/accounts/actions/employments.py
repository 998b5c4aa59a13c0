"""Where people work: claiming, confirming, refusing, changing, ending, moving."""

from __future__ import annotations

from datetime import date

from pdtrack.accounts import emails, queries
from pdtrack.accounts.models import Confirmation, Employment, Person
from pdtrack.accounts.rules import Details, Workplace, last_day_before
from pdtrack.core import audit, clock, errors
from pdtrack.core.authz import Actor, RoleKind
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.organizations import queries as organizations


class AlreadyEmployed(DomainError):
    """The person is known to work for this employer already."""


class NotTheirSchool(DomainError):
    """The school belongs to another employer."""


class EmployeeNumberTaken(DomainError):
    """Somebody else at this employer has the employee number."""


class EmploymentOver(DomainError):
    """The employment has ended, or was refused."""


class DaysOutOfOrder(DomainError):
    """An employment cannot end before it began."""


NUMBER_TAKEN = "Somebody else at this employer has this employee number. Search for it first."
errors.constraint("uq_employments_number", EmployeeNumberTaken, NUMBER_TAKEN, "employee_number")


@action
def claim(
    *,
    person: Person,
    workplace: Workplace,
    from_on: date,
    actor: Actor,
    details: Details = Details(),  # noqa: B008 - immutable.
) -> Employment:
    """Write down where a person says they work.

    It counts as confirmed at once if a verified address of theirs is in a domain
    that the employer calls its own; otherwise the employer confirms or refuses it.
    Raises `AlreadyEmployed`, `NotTheirSchool` or `EmployeeNumberTaken`.
    """
    employment = _begin(person, workplace, details, from_on)
    employment.confirmed_by = _proof_by_domain(person, employment)
    return _written(employment, "employment.claimed", actor)


@action
def add(
    *,
    person: Person,
    workplace: Workplace,
    from_on: date,
    actor: Actor,
    details: Details = Details(),  # noqa: B008 - immutable.
) -> Employment:
    """Write down where staff say somebody works: confirmed if the employer's own staff say so.

    Raises `AlreadyEmployed`, `NotTheirSchool` or `EmployeeNumberTaken`.
    """
    employment = _begin(person, workplace, details, from_on)
    if _answers_for(actor, workplace.organization_id):
        employment.confirmed_by = Confirmation.ADMINISTRATOR
    else:
        employment.confirmed_by = _proof_by_domain(person, employment)
    return _written(employment, "employment.added", actor)


@action
def confirm(*, employment: Employment, actor: Actor) -> None:
    """Say, for the employer, that the person works there; takes a refusal back."""
    lock(employment)
    if employment.refused_at is not None:
        employment.refused_at = employment.to_on = None
    elif employment.confirmed_at is not None:
        return
    employment.confirmed_at = clock.now()
    employment.confirmed_by = Confirmation.ADMINISTRATOR
    _record(actor, "employment.confirmed", employment)


@action
def refuse(*, employment: Employment, actor: Actor) -> None:
    """Say, for the employer, that the person does not work there; the person is told.

    Raises `EmploymentOver` when somebody has confirmed or ended it meanwhile.
    """
    lock(employment)
    if employment.refused_at is not None:
        return
    if employment.confirmed_at is not None or employment.to_on is not None:
        raise EmploymentOver("This was confirmed or ended meanwhile. End it with a date instead.")
    employment.refused_at = clock.now()
    employment.to_on = max(employment.from_on, clock.today())
    _record(actor, "employment.refused", employment)
    emails.employment_refused(employment)


@action
def end(*, employment: Employment, on: date, actor: Actor) -> None:
    """End an employment with its last day; registrations made under it stay where they are.

    Raises `DaysOutOfOrder` or `EmploymentOver`.
    """
    lock(employment)
    _end(employment, on, actor)


@action
def change(*, employment: Employment, details: Details, actor: Actor) -> None:
    """Change the school, position or employee number of an employment that goes on.

    Raises `EmploymentOver`, `NotTheirSchool` or `EmployeeNumberTaken`.
    """
    lock(employment)
    _insist_on_current(employment)
    before = _details(employment)
    _fill(employment, details)
    after = _details(employment)
    if before != after:
        audit.record(
            actor,
            "employment.changed",
            employment,
            organization_id=employment.organization_id,
            before=before,
            after=after,
        )


@action
def move(
    *,
    employment: Employment,
    workplace: Workplace,
    on: date,
    actor: Actor,
    details: Details = Details(),  # noqa: B008 - immutable.
) -> Employment:
    """End one employment the day before another begins, and claim the new one.

    What was registered under the old one stays with it. Raises what `end` and `claim` raise.
    """
    lock(employment)
    if on < employment.from_on:
        raise DaysOutOfOrder("The new job cannot begin before the old one did.", field="from_on")
    _end(employment, last_day_before(on, from_on=employment.from_on), actor)
    return claim(
        person=employment.person, workplace=workplace, from_on=on, actor=actor, details=details
    )


@action
def confirm_by_address(*, person: Person, address: str, actor: Actor) -> int:
    """Confirm what a verified address proves: call when one was verified; says how many."""
    organization = organizations.organization_of_domain(address.rpartition("@")[2])
    if organization is None:
        return 0
    return _prove(queries.claims_of(person.id, organization.id), actor)


@action
def confirm_by_domain(*, organization_id: int, domain: str, actor: Actor) -> int:
    """Confirm what a new domain of an employer proves about those who claimed to work there."""
    return _prove(queries.claims_with_address_in(organization_id, domain), actor)


def _begin(person: Person, workplace: Workplace, details: Details, from_on: date) -> Employment:
    lock(person)  # A double click makes one employment.
    _refuse_a_second(person, workplace)
    employment = Employment(
        person=person,
        organization_id=workplace.organization_id,
        other_kind=workplace.other_kind,
        other_name=workplace.other_name,
        from_on=from_on,
    )
    db.session.add(employment)
    _fill(employment, details)
    return employment


def _refuse_a_second(person: Person, workplace: Workplace) -> None:
    for known in queries.open_employments(person.id):
        is_same = known.organization_id == workplace.organization_id
        if is_same and known.other_kind == workplace.other_kind and _same_name(known, workplace):
            raise AlreadyEmployed(
                f"{known.employer_name} is on the list already.", field="employer"
            )


def _same_name(known: Employment, workplace: Workplace) -> bool:
    return (known.other_name or "").casefold() == (workplace.other_name or "").casefold()


def _fill(employment: Employment, details: Details) -> None:
    if details.school_id is not None:
        organization_id = employment.organization_id
        if not organization_id or not organizations.school_of(organization_id, details.school_id):
            raise NotTheirSchool("Choose a school of this employer.", field="school")
    employment.school_id = details.school_id
    employment.position = details.position
    employment.employee_number = details.employee_number or None


def _answers_for(actor: Actor, organization_id: int | None) -> bool:
    if organization_id is None:
        return False
    kinds = (RoleKind.DISTRICT_ADMINISTRATOR, RoleKind.COORDINATOR)
    return any(actor.holds(kind, organization_id) for kind in kinds)


def _proof_by_domain(person: Person, employment: Employment) -> Confirmation | None:
    if employment.organization_id is None:
        return None
    is_proven = queries.has_address_in_domain_of(person.id, employment.organization_id)
    return Confirmation.DOMAIN if is_proven else None


def _written(employment: Employment, event: str, actor: Actor) -> Employment:
    if employment.confirmed_by is not None:
        employment.confirmed_at = clock.now()
    _record(actor, event, employment)
    return employment


def _insist_on_current(employment: Employment) -> None:
    is_over = employment.to_on is not None and employment.to_on < clock.today()
    if is_over or employment.refused_at is not None:
        raise EmploymentOver("This employment has ended, so that its record stays as it was.")


def _end(employment: Employment, on: date, actor: Actor) -> None:
    _insist_on_current(employment)
    if on < employment.from_on:
        raise DaysOutOfOrder("The last day cannot be before the first.", field="to_on")
    if employment.to_on == on:
        return
    before = {"to_on": employment.to_on.isoformat() if employment.to_on else None}
    employment.to_on = on
    audit.record(
        actor,
        "employment.ended",
        employment,
        organization_id=employment.organization_id,
        before=before,
        after={"to_on": on.isoformat()},
    )


def _prove(claims: list[Employment], actor: Actor) -> int:
    for employment in claims:
        employment.confirmed_at = clock.now()
        employment.confirmed_by = Confirmation.DOMAIN
        _record(actor, "employment.confirmed", employment)
    return len(claims)


def _record(actor: Actor, event: str, employment: Employment) -> None:
    audit.record(
        actor,
        event,
        employment,
        organization_id=employment.organization_id,
        after={
            "person_id": employment.person_id,
            "employer": employment.employer_name,
            "confirmed_by": employment.confirmed_by,
            **_details(employment),
        },
    )


def _details(employment: Employment) -> dict[str, object]:
    return {
        "school_id": employment.school_id,
        "position": employment.position,
        "employee_number": employment.employee_number,
    }
