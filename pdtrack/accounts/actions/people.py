"""People whom staff write down because they have no address and no account."""

from __future__ import annotations

from datetime import date

from pdtrack.accounts import acquaintance, queries
from pdtrack.accounts.actions import employments
from pdtrack.accounts.models import Person
from pdtrack.accounts.rules import Details, Name, Workplace
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.organizations.models import Organization


class NumberMissing(DomainError):
    """Somebody of this name is known at this employer: only a number tells the two apart."""


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

    Employer and employee number, if given, identify the person; everything the same once more
    within minutes is the same person. Raises `NumberMissing` when there is no number and somebody
    of this name is known there, or `EmployeeNumberTaken` when the person is there already.
    """
    lock(added_by)  # A double click writes one person down.
    known = queries.added_just_now(name, workplace, details.employee_number, added_by.id)
    if known is not None:
        return known
    if not details.employee_number:
        _refuse_a_namesake(name, workplace, added_by)
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


def _refuse_a_namesake(name: Name, workplace: Workplace, added_by: Organization) -> None:
    """Ask for the number when it may be somebody whom whoever writes can choose instead."""
    known = acquaintance.namesake(name, workplace, added_by)
    if known is not None:
        raise NumberMissing(
            f"{known.display_name} is known at this employer already. Look for the name and choose "
            "this person, or, if this is somebody else, enter the employee number.",
            field="employee_number",
        )


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
