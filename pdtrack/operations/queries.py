"""Reading what the installation did: mail that left or did not, and who changed what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import aliased

from pdtrack.accounts.models import Person
from pdtrack.core import clock, pages
from pdtrack.core.audit import AuditEntry
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.core.pages import Page
from pdtrack.organizations.models import Organization

# Mail that has been due for longer than this should have left.
LATE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class OutboxFigures:
    """How the outbox stands; `trouble` is what the oldest mail that waits met with."""

    waiting: int
    failed: int
    oldest_due_at: datetime | None
    trouble: str | None = None

    @property
    def age(self) -> timedelta:
        """How long the oldest mail that may leave has been waiting."""
        if self.oldest_due_at is None:
            return timedelta(0)
        return max(timedelta(0), clock.now() - self.oldest_due_at)

    @property
    def is_late(self) -> bool:
        """Whether mail that may leave has been kept too long."""
        return self.age > LATE_AFTER


@dataclass(frozen=True)
class WhatHappened:
    """What somebody looks for in the audit log."""

    event: str = ""
    person_id: int | None = None
    organization_id: int | None = None
    subject_type: str = ""
    subject_id: int | None = None
    from_on: date | None = None
    to_on: date | None = None


def outbox_figures() -> OutboxFigures:
    """Return how much mail waits and has failed, since when the oldest is due, and why it waits.

    Two queries that an index answers, however much was ever sent.
    """
    counted = db.session.execute(
        select(OutgoingEmail.state, func.count(OutgoingEmail.id))
        .where(OutgoingEmail.state.in_((MailState.WAITING, MailState.FAILED)))
        .group_by(OutgoingEmail.state)
    )
    # Each failed attempt puts a mail off: it waits since it was written, not since the last one.
    due_at = case(
        (OutgoingEmail.attempts > 0, OutgoingEmail.created_at), else_=OutgoingEmail.not_before_at
    )
    oldest = db.session.execute(
        select(due_at, OutgoingEmail.last_error)
        .where(OutgoingEmail.state == MailState.WAITING, due_at <= clock.now())
        .order_by(due_at, OutgoingEmail.id)
        .limit(1)
    ).one_or_none()
    counts = {row[0]: row[1] for row in counted}
    return OutboxFigures(
        waiting=counts.get(MailState.WAITING, 0),
        failed=counts.get(MailState.FAILED, 0),
        oldest_due_at=oldest[0] if oldest else None,
        trouble=oldest[1] if oldest else None,
    )


def mail(
    *,
    number: int,
    organization_id: int | None = None,
    state: MailState | None = None,
    address: str = "",
) -> Page[OutgoingEmail]:
    """Return a page of mail, the newest first: all of it, or a collaborative's."""
    statement = select(OutgoingEmail).order_by(OutgoingEmail.id.desc())
    if organization_id is not None:
        statement = statement.where(OutgoingEmail.organization_id == organization_id)
    if state is not None:
        statement = statement.where(OutgoingEmail.state == state)
    if address:
        statement = statement.where(OutgoingEmail.to_address == address.strip().lower())
    return pages.paginate(statement, number=number)


def one_mail(email_id: int, *, organization_id: int | None = None) -> OutgoingEmail | None:
    """Return one mail; of a collaborative, if told so, and of no other."""
    statement = select(OutgoingEmail).where(OutgoingEmail.id == email_id)
    if organization_id is not None:
        statement = statement.where(OutgoingEmail.organization_id == organization_id)
    return db.session.scalar(statement)


def history(wanted: WhatHappened, *, number: int) -> Page[Any]:
    """Return a page of the audit log: entry, actor, on whose behalf, organization."""
    behalf = aliased(Person)
    statement: Any = (
        select(AuditEntry, Person, behalf, Organization.name)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .outerjoin(behalf, behalf.id == AuditEntry.on_behalf_of_id)
        .outerjoin(Organization, Organization.id == AuditEntry.organization_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return pages.paginate(_narrowed(statement, wanted), number=number, scalars=False)


def _narrowed(statement: Select[Any], wanted: WhatHappened) -> Select[Any]:
    if wanted.event:
        statement = statement.where(AuditEntry.event.startswith(wanted.event, autoescape=True))
    if wanted.person_id is not None:
        actor = AuditEntry.actor_id == wanted.person_id
        statement = statement.where(or_(actor, AuditEntry.on_behalf_of_id == wanted.person_id))
    if wanted.organization_id is not None:
        statement = statement.where(AuditEntry.organization_id == wanted.organization_id)
    if wanted.subject_type:
        statement = statement.where(AuditEntry.subject_type == wanted.subject_type)
    if wanted.subject_id is not None:
        statement = statement.where(AuditEntry.subject_id == wanted.subject_id)
    if wanted.from_on:
        statement = statement.where(AuditEntry.at >= clock.at(wanted.from_on, time(0)))
    if wanted.to_on:
        day_after = wanted.to_on + timedelta(days=1)
        statement = statement.where(AuditEntry.at < clock.at(day_after, time(0)))
    return statement
