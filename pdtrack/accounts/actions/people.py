"""People whom staff write down because they have no address and no account."""

from __future__ import annotations

from datetime import date

from pdtrack.accounts import queries
from pdtrack.accounts.actions import employments
from pdtrack.accounts.models import Person
from pdtrack.accounts.rules import Details, Name, Workplace
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.organizations.models import Organization


class NumberMissing(DomainError):
    """Without an address, only employer and employee number identify a person."""


class HasAccount(DomainError):
    """The person has an account, and is the only one who changes it."""


@action
def add(
    *,
    name: Name,
    workplace: Workplace,
    details: Details,
    from_on: date,
    added_by: Organization,
    actor: Actor,
) -> Person:
    """Write somebody down who has no account: to be registered, marked and printed for.

    Employer and employee number identify the person; everything the same once more within
    minutes is the same person. Raises `NumberMissing`, or `EmployeeNumberTaken` when the
    person is there already.
    """
    lock(added_by)  # A double click writes one person down.
    if workplace.organization_id is not None and not details.employee_number:
        raise NumberMissing(
            "Enter the employee number: it tells two people of one name apart.",
            field="employee_number",
        )
    known = queries.added_just_now(name, workplace, details.employee_number, added_by.id)
    if known is not None:
        return known
    person = Person(
        first_name=name.first,
        last_name=name.last,
        created_at=clock.now(),
        added_by_id=added_by.id,
    )
    db.session.add(person)
    db.session.flush()
    audit.record(
        actor,
        "person.added",
        person,
        organization_id=added_by.id,
        after={"first_name": name.first, "last_name": name.last},
    )
    employments.add(
        person=person, workplace=workplace, details=details, from_on=from_on, actor=actor
    )
    return person


@action
def rename(*, person: Person, name: Name, organization: Organization, actor: Actor) -> None:
    """Correct the name of somebody without an account; certificates keep the name they have.

    Raises `HasAccount`.
    """
    lock(person)
    if person.has_account:
        raise HasAccount("This person has an account now, and changes the name there.")
    before = {"first_name": person.first_name, "last_name": person.last_name}
    after = {"first_name": name.first, "last_name": name.last}
    if before == after:
        return
    person.first_name, person.last_name = name.first, name.last
    audit.record(
        actor,
        "person.renamed",
        person,
        organization_id=organization.id,
        before=before,
        after=after,
    )
