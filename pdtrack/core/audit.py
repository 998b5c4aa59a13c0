"""What was done, by whom and for whom: written with the change itself, never updated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from pdtrack.core import clock
from pdtrack.core.authz import Actor, ActorKind
from pdtrack.core.db import Model, db, write_row


class AuditEntry(Model):
    """One thing that somebody did to one thing."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_type", "subject_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    event: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)


def record(  # noqa: PLR0913 - an entry is a sentence with this many parts.
    actor: Actor,
    event: str,
    subject: Model,
    *,
    organization_id: int | None = None,
    on_behalf_of_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down, in the action's own transaction, what was done ("registration.cancelled").

    Values must be JSON; secrets and whole documents stay out.
    """
    if subject in db.session.new:
        db.session.flush()
    write_row(
        AuditEntry,
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        on_behalf_of_id=on_behalf_of_id,
        organization_id=organization_id,
        event=event,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        before=before or {},
        after=after or {},
    )
