"""Reading awards and certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from pdtrack.accounts.models import Employment, Person
from pdtrack.attendance import queries as attendance
from pdtrack.attendance.credit import is_credited
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.catalog.models import CourseSession
from pdtrack.certificates import rules
from pdtrack.certificates.models import (
    Award,
    AwardKind,
    Certificate,
    CertificateFile,
    CertificateState,
    Paper,
)
from pdtrack.certificates.rules import Decision, Threshold
from pdtrack.core import clock, regulations
from pdtrack.core.db import db
from pdtrack.organizations.models import Organization
from pdtrack.registration.models import Registration, Status

MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Candidate:
    """One person of a session: what was earned or why not, and the certificate if there is one."""

    registration: Registration
    entries: dict[int | None, AttendanceEntry]
    decision: Decision
    certificate: Certificate | None
    revoked: Certificate | None = None

    @property
    def may_be_issued(self) -> bool:
        """Whether a certificate can be issued: one was earned, and none is valid."""
        return self.decision.is_earned and self.certificate is None

    @property
    def is_due(self) -> bool:
        """Whether a first certificate is due; after a revoked one, staff say so themselves."""
        return self.may_be_issued and self.revoked is None

    @property
    def has_changed(self) -> bool:
        """Whether attendance was corrected after the certificate was issued."""
        issued = self.certificate
        return issued is not None and issued.award.minutes != self.decision.minutes

    @property
    def may_be_replaced(self) -> bool:
        """Whether a certificate has changed, and a newer one can say what is on record."""
        return self.has_changed and self.decision.is_earned


class Changed(NamedTuple):
    """A session with how many of its certificates say other hours than are on record."""

    course_session: CourseSession
    certificates: int


def candidates(course_session: CourseSession) -> list[Candidate]:
    """Return everybody whose attendance is taken, with what they earned; four queries."""
    newest = attendance.newest(course_session)
    issued = _newest(course_session, CertificateState.VALID, CertificateState.REVOKED)
    offered = attendance.parts(course_session)
    minimum = threshold()
    found = []
    for registration in attendance.expected(course_session):
        entries = {
            part.meeting_id: entry
            for part in offered
            if (entry := newest.get((registration.id, part.meeting_id)))
            and entry.presence != Presence.UNMARKED
        }
        decision = rules.decide(
            minutes=sum(entry.minutes for entry in entries.values()),
            offered=sum(part.credited_minutes for part in offered),
            unmarked=len(offered) - len(entries),
            is_over=bool(offered) and (course_session.is_self_paced or course_session.has_ended),
            minimum=minimum,
        )
        newest_one = issued.get(registration.id)
        is_valid = newest_one is not None and newest_one.state == CertificateState.VALID
        found.append(
            Candidate(
                registration,
                entries,
                decision,
                certificate=newest_one if is_valid else None,
                revoked=None if is_valid else newest_one,
            )
        )
    return found


def valid(course_session: CourseSession) -> list[Certificate]:
    """Return the certificates of a course session that still count."""
    return list(_newest(course_session, CertificateState.VALID).values())


def changed(collaborative: Organization, *, since: datetime, limit: int) -> list[Changed]:
    """Return sessions with how many of their certificates say other hours than are on record.

    Only of those that ended or were edited since then, the oldest first.
    """
    rows = db.session.execute(
        select(CourseSession, func.count())
        .select_from(CourseSession)
        .where(
            CourseSession.collaborative_id == collaborative.id,
            or_(CourseSession.ends_at > since, CourseSession.changed_at > since),
            *_has_changed(),
        )
        .group_by(CourseSession.id)
        .order_by(CourseSession.ends_at, CourseSession.id)
        .limit(limit)
    )
    return [Changed(*row) for row in rows]


def count_changed(course_session: CourseSession) -> int:
    """Count a session's certificates that say other hours than are on record."""
    statement = select(func.count()).select_from(CourseSession)
    return (
        db.session.scalar(statement.where(CourseSession.id == course_session.id, *_has_changed()))
        or 0
    )


def _has_changed() -> list[ColumnElement[bool]]:
    """Find what `Candidate.has_changed` finds, without reading everybody who came."""
    return [
        Registration.course_session_id == CourseSession.id,
        Registration.status == Status.REGISTERED,
        Registration.completed_at.is_not(None),  # Written whenever a certificate is issued.
        Award.registration_id == Registration.id,
        Award.kind == AwardKind.HOURS,
        Award.withdrawn_at.is_(None),
        Certificate.award_id == Award.id,
        Certificate.state == CertificateState.VALID,
        Award.minutes != _minutes_on_record(),
    ]


def _minutes_on_record() -> ColumnElement[int]:
    """Add up the entries that hold of what the session still credits."""
    later = aliased(AttendanceEntry)
    is_outdated = exists().where(
        later.registration_id == AttendanceEntry.registration_id,
        later.meeting_id.is_not_distinct_from(AttendanceEntry.meeting_id),
        later.id > AttendanceEntry.id,
    )
    return (
        select(func.coalesce(func.sum(AttendanceEntry.minutes), 0))
        .where(AttendanceEntry.registration_id == Registration.id, ~is_outdated, is_credited())
        .correlate(Registration, CourseSession)
        .scalar_subquery()
    )


def threshold() -> Threshold:
    """Return the fewest hours that make PDPs today, and where that is written."""
    found = regulations.in_force("pdp.minimum_hours", clock.today())
    return Threshold(found.tenths, found.citation)


def _newest(course_session: CourseSession, *states: CertificateState) -> dict[int, Certificate]:
    """Return a course session's certificates in these states, the newest of each registration."""
    rows = db.session.scalars(
        select(Certificate)
        .join(Certificate.award)
        .join(Award.registration)
        .where(
            Registration.course_session_id == course_session.id,
            Certificate.state.in_(states),
            Award.kind == AwardKind.HOURS,
        )
        .options(joinedload(Certificate.award))
        .order_by(Certificate.id)
    )
    return {certificate.award.registration_id: certificate for certificate in rows}


def of_person(person: Person) -> Select[Certificate]:
    """Select a person's certificates, newest first; a replaced one is shown by its successor."""
    return (
        select(Certificate)
        .where(
            Certificate.person_id == person.id,
            Certificate.state != CertificateState.REPLACED,
        )
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )


def all_of_person(person: Person) -> Sequence[Certificate]:
    """Return every certificate that a person ever got, replaced ones included."""
    return db.session.scalars(
        select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id)
    ).all()


def by_code(code: str) -> Certificate | None:
    """Return the certificate with a verification code, as somebody typed it."""
    return db.session.scalar(select(Certificate).where(Certificate.code == rules.typed_code(code)))


def by_serial(serial: str) -> Certificate | None:
    """Return the certificate with a number, with everything that decides who may see it."""
    return db.session.scalar(_whole().where(Certificate.serial == serial))


def in_collaborative(collaborative: Organization, serial: str) -> Certificate | None:
    """Return a certificate that a collaborative issued."""
    return db.session.scalar(
        _whole()
        .join(Certificate.award)
        .join(Award.registration)
        .join(Registration.course_session)
        .where(Certificate.serial == serial, CourseSession.collaborative_id == collaborative.id)
    )


def successor(certificate: Certificate) -> Certificate | None:
    """Return the certificate that replaced this one."""
    if certificate.replaced_by_id is None:
        return None
    return db.session.get(Certificate, certificate.replaced_by_id)


def last_number(prefix: str) -> int:
    """Return the highest number given under a prefix of serials.

    The bounds look like serials themselves, so that they stand around them in any
    order of letters: in that of a language, "~" comes before digits and dashes count little.
    """
    first, last = rules.serial_bounds(prefix)
    highest = db.session.scalar(
        select(func.max(Certificate.serial)).where(
            Certificate.serial.between(first, last), Certificate.serial.startswith(prefix)
        )
    )
    return int(highest.removeprefix(prefix)) if highest else 0


def find_file(certificate: Certificate, paper: Paper) -> CertificateFile | None:
    """Return a certificate's file for a sheet, made or still wanted."""
    return db.session.scalar(
        select(CertificateFile)
        .where(CertificateFile.certificate_id == certificate.id, CertificateFile.paper == paper)
        .execution_options(populate_existing=True)
    )


def is_given_up(file: CertificateFile) -> bool:
    """Whether the worker has tried often enough to make a file."""
    return file.digest is None and file.attempts >= MOST_ATTEMPTS


def unmade_files(certificate: Certificate) -> Sequence[CertificateFile]:
    """Return a certificate's files that are still to be made."""
    return db.session.scalars(
        select(CertificateFile).where(
            CertificateFile.certificate_id == certificate.id, CertificateFile.digest.is_(None)
        )
    ).all()


def next_wanted() -> CertificateFile | None:
    """Return the oldest file that is to be made and that no worker holds."""
    now = clock.now()
    return db.session.scalar(
        select(CertificateFile)
        .where(
            CertificateFile.digest.is_(None),
            CertificateFile.attempts < MOST_ATTEMPTS,
            or_(CertificateFile.leased_until_at.is_(None), CertificateFile.leased_until_at < now),
        )
        .order_by(CertificateFile.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _whole() -> Select[Certificate]:
    registration = joinedload(Certificate.award).joinedload(Award.registration)
    return select(Certificate).options(
        registration.joinedload(Registration.course_session).joinedload(
            CourseSession.collaborative
        ),
        registration.joinedload(Registration.employment).joinedload(Employment.organization),
        joinedload(Certificate.person),
    )
