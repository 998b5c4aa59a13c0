"""Reading people, their addresses and employments."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pdtrack.accounts.models import EmailAddress, Employment, Person, Role
from pdtrack.core.db import db
from pdtrack.core.outbox import Recipient


def person_with_roles(person_id: int) -> Person | None:
    """Return a person with the current and ended roles and their organizations, in one query."""
    return (
        db.session.scalars(
            select(Person)
            .where(Person.id == person_id)
            .options(joinedload(Person.roles).joinedload(Role.organization))
        )
        .unique()
        .one_or_none()
    )


def by_address(address: str) -> Person | None:
    """Return the person to whom a verified address belongs; the address is normalized."""
    return db.session.scalar(
        select(Person)
        .join(EmailAddress)
        .where(EmailAddress.address == address, EmailAddress.verified_at.is_not(None))
    )


def employments_on(person: Person, day: date) -> list[Employment]:
    """Return where a person works on a day, confirmed employments first, then the newest."""
    return list(
        db.session.scalars(
            select(Employment)
            .where(
                Employment.person_id == person.id,
                Employment.from_on <= day,
                Employment.to_on.is_(None) | (Employment.to_on >= day),
            )
            .options(joinedload(Employment.organization), joinedload(Employment.school))
            .order_by(
                Employment.confirmed_at.is_(None), Employment.from_on.desc(), Employment.id.desc()
            )
        )
    )


def person_of_employee(organization_id: int, employee_number: str) -> Person | None:
    """Return the person who has this employee number at an employer today."""
    return db.session.scalar(
        select(Person)
        .join(Employment)
        .where(
            Employment.organization_id == organization_id,
            Employment.employee_number == employee_number,
            Employment.to_on.is_(None),
        )
    )


def recipient(person: Person) -> Recipient | None:
    """Return where mail to a person goes; None for people without an address."""
    address = person.email
    return Recipient(address, person.display_name, person.id) if address else None
