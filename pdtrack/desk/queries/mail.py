"""Mail to many that can still be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from pdtrack.catalog.models import CourseSession
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState, OutgoingEmail


@dataclass(frozen=True)
class Batch:
    """Mail to many that has not left yet."""

    key: str
    mails: int
    subject: str
    leaves_at: datetime


def undoable_mail(course_session: CourseSession) -> Batch | None:
    """Return the latest mail to many about a session that can still be taken back."""
    row = db.session.execute(
        select(
            OutgoingEmail.batch,
            func.count(),
            func.min(OutgoingEmail.subject),
            func.min(OutgoingEmail.not_before_at),
        )
        .where(*_waiting_about(course_session), OutgoingEmail.batch.is_not(None))
        .group_by(OutgoingEmail.batch)
        .order_by(func.max(OutgoingEmail.id).desc())
        .limit(1)
    ).one_or_none()
    return Batch(row[0] or "", *row[1:]) if row else None


def batches_waiting(course_session: CourseSession) -> Sequence[str]:
    """Return the keys of mail to many about a session of which something has not left."""
    found = db.session.scalars(
        select(OutgoingEmail.batch).where(*_waiting_about(course_session)).distinct()
    )
    return [batch for batch in found if batch]


def mails_waiting(course_session: CourseSession, batch: str) -> Sequence[OutgoingEmail]:
    """Return the mail of a batch about a session that has not left."""
    return db.session.scalars(
        select(OutgoingEmail)
        .where(*_waiting_about(course_session), OutgoingEmail.batch == batch)
        .order_by(OutgoingEmail.id)
    ).all()


def states_of_mail(course_session: CourseSession, batch: str) -> dict[MailState, int]:
    """Count the mail of a batch about a session by what became of it."""
    rows = db.session.execute(
        select(OutgoingEmail.state, func.count())
        .where(_is_about(course_session), OutgoingEmail.batch == batch)
        .group_by(OutgoingEmail.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - rows are no plain tuples.


def _is_about(course_session: CourseSession) -> ColumnElement[bool]:
    return OutgoingEmail.about == f"course_sessions:{course_session.id}"


def _waiting_about(course_session: CourseSession) -> list[ColumnElement[bool]]:
    return [
        _is_about(course_session),
        OutgoingEmail.state == MailState.WAITING,
        OutgoingEmail.leased_until_at.is_(None),
    ]
