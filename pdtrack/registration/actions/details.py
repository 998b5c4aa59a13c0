"""What is written down beside a registration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pdtrack.core import audit
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, lock
from pdtrack.registration import rules
from pdtrack.registration.actions.refusals import HasBegun, NoLongerActive, OrderNotAllowed
from pdtrack.registration.models import Registration


@action
def write_details(
    *,
    registration: Registration,
    accommodations: str | None,
    po_number: str | None,
    actor: Actor,
) -> None:
    """Change the accommodations that a person needs, and the purchase order that pays.

    Raises `NoLongerActive`, `HasBegun` for accommodations after the first meeting
    has begun, and `OrderNotAllowed` when the employer has not confirmed the person.
    """
    lock(registration)
    if not registration.status.is_active:
        raise NoLongerActive("This registration was ended, so nothing about it can be changed.")
    before = {"accommodations": registration.accommodations, "po_number": registration.po_number}
    after = {"accommodations": accommodations or None, "po_number": po_number or None}
    if before == after:
        return
    if after["accommodations"] != before["accommodations"]:
        _refuse_begun(registration)
    if after["po_number"] and after["po_number"] != before["po_number"]:
        _refuse_order(registration)
    registration.accommodations = after["accommodations"]
    registration.po_number = after["po_number"]
    # What somebody needs stays with the coordinator: the log says only that it was changed.
    audit.record(
        actor,
        "registration.details_changed",
        registration,
        organization_id=registration.course_session.collaborative_id,
        before={"po_number": before["po_number"]},
        after={
            "po_number": after["po_number"],
            "accommodations": after["accommodations"] != before["accommodations"],
        },
    )


@action
def mark_completed(*, registrations: Sequence[Registration], actor: Actor, at: datetime) -> None:
    """Write down that people completed a session; prerequisites and required trainings ask."""
    lock(*registrations)
    for registration in registrations:
        if registration.completed_at is None:
            _write_completion(registration, at, actor=actor)


@action
def mark_uncompleted(*, registration: Registration, actor: Actor) -> None:
    """Write down that a session does not count as completed after all."""
    lock(registration)
    if registration.completed_at is not None:
        _write_completion(registration, None, actor=actor)


def _write_completion(registration: Registration, at: datetime | None, *, actor: Actor) -> None:
    before, registration.completed_at = registration.completed_at, at
    audit.record(
        actor,
        "registration.completed" if at else "registration.uncompleted",
        registration,
        organization_id=registration.course_session.collaborative_id,
        before={"completed_at": before.isoformat() if before else None},
        after={"completed_at": at.isoformat() if at else None},
    )


def _refuse_begun(registration: Registration) -> None:
    if rules.has_begun(registration.course_session):
        raise HasBegun(
            "The session has begun. Tell the contact person what you need.",
            field="accommodations",
        )


def _refuse_order(registration: Registration) -> None:
    if not rules.may_use_purchase_order(registration.employment):
        raise OrderNotAllowed(
            "Your employer has not confirmed yet that you work there. Until then it cannot be "
            "billed by purchase order.",
            field="po_number",
        )
