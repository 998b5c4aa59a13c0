"""What is held about a person, for that person: each feature adds its part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pdtrack.accounts import queries
from pdtrack.accounts.models import Employment, Person

_parts: dict[str, Callable[[Person], list[dict[str, Any]]]] = {}


def add(name: str, read: Callable[[Person], list[dict[str, Any]]]) -> None:
    """Let a feature add what it holds: `read(person)` returns it as JSON takes it."""
    _parts[name] = read


def of(person: Person) -> dict[str, Any]:
    """Return everything as JSON takes it, each feature's part under its name."""
    return {**_account(person), **{name: read(person) for name, read in _parts.items()}}


def _account(person: Person) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "mepid": person.mepid,
        "accommodations": person.accommodations,
        "created_at": person.created_at.isoformat(),
        "addresses": [
            {
                "address": each.address,
                "is_primary": each.is_primary,
                "verified_at": each.verified_at.isoformat() if each.verified_at else None,
            }
            for each in queries.addresses_of(person)
        ],
        "employments": [_employment(each) for each in queries.employments_of(person)],
        "roles": [
            {
                "role": each.kind,
                "organization": each.organization.name if each.organization else None,
                "given_at": each.given_at.isoformat(),
                "ended_at": each.ended_at.isoformat() if each.ended_at else None,
            }
            for each in person.roles
        ],
    }


def _employment(employment: Employment) -> dict[str, Any]:
    return {
        "employer": employment.employer_name,
        "school": employment.school.name if employment.school else None,
        "position": employment.position,
        "employee_number": employment.employee_number,
        "from_on": employment.from_on.isoformat(),
        "to_on": employment.to_on.isoformat() if employment.to_on else None,
        "confirmed_by": employment.confirmed_by,
    }
