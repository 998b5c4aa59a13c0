"""Rosters and lists of registrations as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pdtrack.accounts.models import Employment, Person
from pdtrack.core import money
from pdtrack.core.tables import Column
from pdtrack.registration import queries
from pdtrack.registration.models import Registration


def roster_columns(positions: Mapping[int, int], *, with_money: bool) -> list[Column[Registration]]:
    """Return the columns of a roster; prices and purchase orders only for who may see them."""
    money = [
        Column[Registration]("price", "Price", _owed, kind="money"),
        Column[Registration]("po_number", "PO number"),
    ]
    return [
        Column("state", "State", lambda row: row.status.value),
        Column(
            "position_in_line", "Position in line", lambda row: positions.get(row.id), kind="number"
        ),
        *_who(),
        _of_work("district_org_code", "District code", _org_code),
        _of_work("district", "District", lambda each: each.employer_name),
        *_work(),
        Column("accommodations", "Accommodations", width=40),
        Column("registered_at", "Registered", kind="moment"),
        *(money if with_money else []),
    ]


def district_columns() -> list[Column[Registration]]:
    """Return the columns of what a district's staff registered for."""
    return [
        *_who(),
        *_work(),
        Column("collaborative", "Collaborative", lambda row: row.course_session.collaborative.name),
        Column("session_id", "Session number", lambda row: row.course_session_id, kind="number"),
        Column("session", "Session", lambda row: row.course_session.title, width=40),
        Column(
            "starts_at", "First meeting", lambda row: row.course_session.starts_at, kind="moment"
        ),
        Column("state", "State", lambda row: row.status.value),
        Column("registered_at", "Registered", kind="moment"),
        Column("price", "Price", _owed, kind="money"),
        Column("po_number", "PO number"),
    ]


def held_about(person: Person) -> list[dict[str, Any]]:
    """Return what a person registered for, for that person."""
    return [
        {
            "id": each.id,
            "session": each.course_session.title,
            "collaborative": each.course_session.collaborative.name,
            "starts_at": _moment(each.course_session.starts_at),
            "state": each.status,
            "registered_at": each.registered_at.isoformat(),
            "completed_at": _moment(each.completed_at),
            "price": money.plain(each.price_cents),
            "po_number": each.po_number,
            "accommodations": each.accommodations,
        }
        for each in queries.all_of_person(person)
    ]


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _who() -> list[Column[Registration]]:
    return [
        Column("last_name", "Last name", lambda row: row.person.last_name),
        Column("first_name", "First name", lambda row: row.person.first_name),
        Column("email", "E-mail", lambda row: row.person.email, width=30),
        _of_work("employee_number", "Employee number", lambda each: each.employee_number),
    ]


def _work() -> list[Column[Registration]]:
    return [
        _of_work("school", "School", lambda each: each.school.name if each.school else None),
        _of_work(
            "position", "Position", lambda each: each.position.label if each.position else None
        ),
    ]


def _of_work(key: str, label: str, value: Any) -> Column[Registration]:
    """Return a column about where the person worked when registering."""
    return Column(key, label, lambda row: value(row.employment) if row.employment else None)


def _org_code(employment: Employment) -> str | None:
    return employment.organization.org_code if employment.organization else None


def _owed(registration: Registration) -> int | None:
    """Return the price of a place that somebody holds; whoever waits or left owes nothing."""
    return registration.price_cents if registration.status.takes_place else None
