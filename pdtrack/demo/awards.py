"""Certifying those who earned it, as the coordinator would have done some days later."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, update

from pdtrack.catalog import queries as catalog
from pdtrack.certificates import documents, queries, rules
from pdtrack.certificates.models import (
    Award,
    AwardKind,
    Certificate,
    CertificateFile,
    CertificateState,
    Paper,
)
from pdtrack.certificates.queries import Candidate
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import ActorKind
from pdtrack.core.db import db
from pdtrack.demo.bulk import Rows
from pdtrack.demo.days import school_day
from pdtrack.demo.runs import Run
from pdtrack.registration.models import Registration

_REVOKED = "Issued in error: attended under a colleague's name. The colleague has the right one."


class Certifier:
    """Issues certificates; whatever they are decided on has to be written before."""

    def __init__(self, rows: Rows, random: Random) -> None:
        self.rows = rows
        self.random = random
        self.now = clock.now()
        self._numbers: Counter[str] = Counter()
        self._completed: list[dict[str, Any]] = []

    def certify(self, run: Run) -> None:
        """Issue the certificates of a session."""
        course_session = catalog.any_course_session(run.id)
        assert course_session is not None
        assert run.ends_at is not None
        issued_on = school_day(clock.local(run.ends_at).date(), 2)
        hour = time(self.random.randint(8, 15), self.random.randint(0, 59))
        issued_at = min(clock.at(issued_on, hour), self.now)
        earned = [each for each in queries.candidates(course_session) if each.may_be_issued]
        for index, candidate in enumerate(earned):
            if run.plan.corrected and index == 0:
                self._issue_twice(run, candidate, issued_at)
            elif run.plan.corrected and index == 1:
                self._issue_and_revoke(run, candidate, issued_at)
            else:
                self._issue(run, candidate, issued_at, self._serial(run, issued_at))

    def finish(self) -> None:
        """Write everything, and on the registrations that they were completed."""
        self.rows.write()
        if self._completed:
            registrations = Registration.metadata.tables[Registration.__tablename__]
            db.session.connection().execute(
                update(registrations)
                .where(registrations.c.id == bindparam("number"))
                .values(completed_at=bindparam("at")),
                self._completed,
            )
            self._completed = []

    def _issue_twice(self, run: Run, candidate: Candidate, issued_at: datetime) -> None:
        """Issue a certificate with the name the wrong way round, then the right one."""
        corrected_at = issued_at + timedelta(days=3)
        old, new = self._serial(run, issued_at), self._serial(run, corrected_at)
        newer_id = self._issue(run, candidate, corrected_at, new, certificate={"edition": 2})
        # The newer one stands in the table when the older one names it.
        wrong = {**documents.snapshot(candidate), "name": candidate.registration.person.sort_name}
        self._issue(
            run,
            candidate,
            issued_at,
            old,
            award={"withdrawn_at": corrected_at},
            certificate={
                "state": CertificateState.REPLACED,
                "replaced_by_id": newer_id,
                "snapshot": wrong,
            },
        )

    def _issue_and_revoke(self, run: Run, candidate: Candidate, issued_at: datetime) -> None:
        """Issue a certificate and revoke it."""
        revoked_at = issued_at + timedelta(days=5)
        self._issue(
            run,
            candidate,
            issued_at,
            self._serial(run, issued_at),
            award={"withdrawn_at": revoked_at},
            certificate={
                "state": CertificateState.REVOKED,
                "revoked_at": revoked_at,
                "revocation_reason": _REVOKED,
            },
        )

    def _issue(
        self,
        run: Run,
        candidate: Candidate,
        issued_at: datetime,
        serial: str,
        *,
        award: dict[str, Any] | None = None,
        certificate: dict[str, Any] | None = None,
    ) -> int:
        place, decided_by_id = candidate.registration, run.host.contacts[0].person.id
        values: dict[str, Any] = {
            "registration_id": place.id,
            "person_id": place.person_id,
            "kind": AwardKind.HOURS,
            "minutes": candidate.decision.minutes,
            "topic_id": place.course_session.topic_id,
            "reasons": candidate.decision.reasons,
            "decided_at": issued_at,
            "decided_by_id": decided_by_id,
        }
        award_id = self.rows.add(Award, **{**values, **(award or {})})
        says: dict[str, Any] = {
            "award_id": award_id,
            "person_id": place.person_id,
            "edition": 1,
            "serial": serial,
            "code": self._code(),
            "state": CertificateState.VALID,
            "snapshot": documents.snapshot(candidate),
            "issued_at": issued_at,
            "issued_by_id": decided_by_id,
        }
        certificate_id = self.rows.add(Certificate, **{**says, **(certificate or {})})
        for paper in Paper:
            self.rows.add(
                CertificateFile, certificate_id=certificate_id, paper=paper, wanted_at=self.now
            )
        self._record(run, certificate_id, issued_at, serial)
        if not certificate or "replaced_by_id" not in certificate:
            self._completed.append({"number": place.id, "at": issued_at})
        return certificate_id

    def _record(self, run: Run, certificate_id: int, at: datetime, serial: str) -> None:
        self.rows.add(
            AuditEntry,
            at=at,
            actor_kind=ActorKind.PERSON,
            actor_id=run.host.contacts[0].person.id,
            organization_id=run.host.organization.id,
            event="certificate.issued",
            subject_type=Certificate.__tablename__,
            subject_id=certificate_id,
            before={},
            after={"serial": serial},
        )

    def _serial(self, run: Run, at: datetime) -> str:
        short_name = run.host.organization.short_name or "PD"
        fiscal_year = clock.fiscal_year(clock.local(at).date())
        prefix = rules.serial_prefix(short_name=short_name, fiscal_year=fiscal_year)
        self._numbers[prefix] += 1
        return rules.serial(
            short_name=short_name, fiscal_year=fiscal_year, number=self._numbers[prefix]
        )

    def _code(self) -> str:
        """Return a code that is as long as a real one; a demo has nothing to guard."""
        return "".join(self.random.choices(rules.ALPHABET, k=rules.CODE_LENGTH))
