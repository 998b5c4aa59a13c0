"""Issuing, replacing and revoking certificates, and keeping their files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from pdtrack.accounts import queries as accounts
from pdtrack.attendance import queries as attendance
from pdtrack.catalog.models import CourseSession
from pdtrack.certificates import documents, emails, queries, rules
from pdtrack.certificates.models import (
    Award,
    AwardKind,
    Certificate,
    CertificateFile,
    CertificateState,
    Paper,
)
from pdtrack.certificates.queries import Candidate
from pdtrack.core import audit, clock, jobs
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, after_commit, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.registration import actions as registration

LEASE = timedelta(minutes=5)


class NothingToIssue(DomainError):
    """Nobody chosen has earned a certificate that is not issued yet."""


class NotValid(DomainError):
    """The certificate was replaced or revoked already."""


class NotEarned(DomainError):
    """What is on record now earns nothing."""


class NothingToCorrect(DomainError):
    """What is on record now is what the certificate says."""


@action
def issue(
    *, course_session: CourseSession, registration_ids: Collection[int], actor: Actor
) -> list[Certificate]:
    """Certify those chosen who earned hours and hold no certificate yet.

    Doing it again certifies only those who have earned since. Raises `NothingToIssue`.
    """
    _lock(course_session)
    chosen = [
        candidate
        for candidate in queries.candidates(course_session)
        if candidate.may_be_issued and candidate.registration.id in registration_ids
    ]
    if not chosen:
        raise NothingToIssue(
            "Choose at least one person who has earned a certificate and does not have it yet."
        )
    numbers = _Numbers(course_session)
    issued = _certify({numbers.next(): each for each in chosen}, actor=actor)
    accounts.load_addresses(each.person for each in issued)
    for certificate in issued:
        emails.issued(certificate)
    return issued


@action
def reissue(*, certificate: Certificate, actor: Actor) -> Certificate:
    """Replace a certificate by one that says what is on record now; the old code says so.

    Raises `NotValid`, `NotEarned` or `NothingToCorrect`.
    """
    course_session = certificate.award.registration.course_session
    _lock(course_session, certificate)
    _check_valid(certificate)
    now = {each.registration.id: each for each in queries.candidates(course_session)}
    candidate = now.get(certificate.award.registration_id)
    if candidate is None or not candidate.decision.is_earned:
        raise NotEarned(
            "What is on record now earns no certificate. Correct the attendance, or revoke it."
        )
    if documents.snapshot(candidate) == certificate.snapshot:
        raise NothingToCorrect(
            "This certificate says what is on record already. Put the name or the attendance right "
            "first, then issue it again."
        )
    [newer] = _replace({certificate: candidate}, course_session, actor=actor)
    return newer


@action
def reissue_changed(*, course_session: CourseSession, actor: Actor) -> list[Certificate]:
    """Replace every certificate that says other hours than are on record, as one by one.

    Whoever earns nothing now keeps the old one until it is revoked. Doing it again
    replaces only what has changed since. Raises `NothingToCorrect`.
    """
    valid = set(queries.valid(course_session))
    _lock(course_session, *valid)
    outdated = {
        each.certificate: each
        for each in queries.candidates(course_session)
        # One that was issued after the look above is right, and nobody holds it.
        if each.may_be_replaced and each.certificate in valid
    }
    if not outdated:
        raise NothingToCorrect("No certificate is left that can be issued again.")
    return _replace(outdated, course_session, actor=actor)


@action
def revoke(*, certificate: Certificate, reason: str, actor: Actor) -> None:
    """Say that a certificate no longer proves anything; the reason shows where it is verified.

    The session does not count as completed anymore. Raises `NotValid`.
    """
    lock(certificate)
    _check_valid(certificate)
    now = clock.now()
    certificate.state = CertificateState.REVOKED
    certificate.revoked_at = now
    certificate.revocation_reason = reason
    certificate.award.withdrawn_at = now
    place = certificate.award.registration
    registration.mark_uncompleted(registration=place, actor=actor)
    audit.record(
        actor,
        "certificate.revoked",
        certificate,
        organization_id=place.course_session.collaborative_id,
        after={"reason": reason},
    )
    emails.revoked(certificate)


@action
def print_again(*, certificate: Certificate, actor: Actor) -> None:
    """Let the worker try once more to make files that it gave up on."""
    lock(certificate)
    for wanted in queries.unmade_files(certificate):
        wanted.attempts = 0
        wanted.leased_until_at = None
    audit.record(actor, "certificate.print_again", certificate)
    after_commit(_wake)


@action
def lease_file(*, actor: Actor) -> CertificateFile | None:  # noqa: ARG001 - every action has one.
    """Take the next file that is to be made; nobody else makes it while the lease lasts."""
    wanted = queries.next_wanted()
    if wanted is not None:
        wanted.leased_until_at = clock.now() + LEASE
        wanted.attempts += 1
    return wanted


@action
def keep_file(*, file: CertificateFile, digest: str, actor: Actor) -> None:  # noqa: ARG001
    """Write down where the finished file is kept; the first one made stays for good."""
    lock(file)
    if file.digest is None:
        file.digest = digest
        file.made_at = clock.now()
        file.last_error = None


@action
def give_up_file(*, file: CertificateFile, error: str, actor: Actor) -> None:  # noqa: ARG001
    """Write down why a file could not be made; the sweep tries again when the lease ends."""
    lock(file)
    file.last_error = error[:1000]


class _Numbers:
    """The next serials of a collaborative in this fiscal year; read under its lock."""

    def __init__(self, course_session: CourseSession) -> None:
        self.short_name = course_session.collaborative.short_name or "PD"
        self.fiscal_year = clock.fiscal_year(clock.today())
        prefix = rules.serial_prefix(short_name=self.short_name, fiscal_year=self.fiscal_year)
        self.last = queries.last_number(prefix)

    def next(self) -> str:
        """Return the next serial."""
        self.last += 1
        return rules.serial(
            short_name=self.short_name, fiscal_year=self.fiscal_year, number=self.last
        )


def _replace(
    outdated: dict[Certificate, Candidate], course_session: CourseSession, *, actor: Actor
) -> list[Certificate]:
    """Give each of these people a newer certificate; the old codes lead to the new ones."""
    now = clock.now()
    for older in outdated:
        older.award.withdrawn_at = now
        older.state = CertificateState.REPLACED
    db.session.flush()  # Nobody has two awards at once.
    numbers = _Numbers(course_session)
    issued = _certify({numbers.next(): each for each in outdated.values()}, actor=actor)
    accounts.load_addresses(each.person for each in issued)
    for older, newer in zip(outdated, issued, strict=True):
        older.replaced_by_id = newer.id
        audit.record(
            actor,
            "certificate.replaced",
            older,
            organization_id=course_session.collaborative_id,
            after={"replaced_by": newer.serial},
        )
        emails.replaced(newer)
    return issued


def _certify(chosen: dict[str, Candidate], *, actor: Actor) -> list[Certificate]:
    """Certify people under these serials, in as few statements for many as for one."""
    now = clock.now()
    issued = [_new(each, serial, now, actor) for serial, each in chosen.items()]
    db.session.flush()
    places = [each.award.registration for each in issued]
    registration.mark_completed(registrations=places, actor=actor, at=now)
    for certificate in issued:
        audit.record(
            actor,
            "certificate.issued",
            certificate,
            organization_id=certificate.award.registration.course_session.collaborative_id,
            after={"serial": certificate.serial, "minutes": certificate.award.minutes},
        )
    after_commit(_wake)
    return issued


def _new(candidate: Candidate, serial: str, now: datetime, actor: Actor) -> Certificate:
    place = candidate.registration
    award = Award(
        registration=place,
        person_id=place.person_id,
        kind=AwardKind.HOURS,
        minutes=candidate.decision.minutes,
        topic_id=place.course_session.topic_id,
        reasons=candidate.decision.reasons,
        decided_at=now,
        decided_by_id=actor.id,
    )
    certificate = Certificate(
        award=award,
        person=place.person,
        edition=candidate.certificate.edition + 1 if candidate.certificate else 1,
        serial=serial,
        code=rules.new_code(),
        state=CertificateState.VALID,
        snapshot=documents.snapshot(candidate),
        issued_at=now,
        issued_by_id=actor.id,
    )
    db.session.add(certificate)
    for paper in Paper:
        db.session.add(CertificateFile(certificate=certificate, paper=paper, wanted_at=now))
    return certificate


def _lock(course_session: CourseSession, *certificates: Certificate) -> None:
    """Let nobody give the same number, or mark anybody between reading the hours and the paper."""
    expected = attendance.expected(course_session)
    lock(course_session, course_session.collaborative, *certificates, *expected)


def _check_valid(certificate: Certificate) -> None:
    if certificate.state != CertificateState.VALID:
        raise NotValid(f"This certificate was {certificate.state} already.")


def _wake() -> None:
    jobs.wake("certificates")
