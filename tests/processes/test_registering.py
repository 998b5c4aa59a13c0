"""Many people register at once, and a web process dies under them: nothing lost, nobody twice."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from threading import Thread

import pytest
from sqlalchemy import select

from pdtrack.accounts.models import Person
from pdtrack.catalog.models import CourseSession
from pdtrack.core.audit import AuditEntry
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration.models import Registration, Status
from tests import make
from tests.processes.visitors import Visitors
from tests.servers import PATIENCE, Site, web, worker

pytestmark = pytest.mark.slow


def people(count: int) -> list[Person]:
    return [make.person() for _ in range(count)]


def registrations(course_session: CourseSession) -> list[Registration]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(Registration)
            .where(Registration.course_session_id == course_session.id)
            .order_by(Registration.id)
        )
    )


def kill_while_they_register(visitors: Visitors) -> None:
    """Kill web processes, one after the other, until three answers never came."""
    until = time.monotonic() + PATIENCE
    wanted = 1
    while visitors.cut_off < 3 and time.monotonic() < until:
        if visitors.answered >= wanted:
            os.kill(visitors.site.web_workers()[0], signal.SIGKILL)
            wanted = visitors.answered + 3
        time.sleep(0.005)


def test_web_processes_die_while_fifty_people_register(site: Site) -> None:
    course_session = make.course_session(capacity=30)
    everybody = people(50)
    visitors = Visitors(site, f"/sessions/{course_session.id}/register")
    killer = Thread(target=kill_while_they_register, args=[visitors])

    with web(site):
        killer.start()
        visitors.register(everybody, at_once=16)
        killer.join()
        found = registrations(course_session)
        with worker(site):
            site.mail.wait_until(lambda: len(site.mail.taken) >= 50, "mail for each of the fifty")

    assert visitors.cut_off >= 3
    assert set(visitors.statuses) == {302}
    assert Counter(each.person_id for each in found) == Counter(each.id for each in everybody)
    assert [each.status for each in found] == [Status.REGISTERED] * 30 + [Status.WAITLISTED] * 20
    assert Counter(entries("registration.created")) == Counter(each.id for each in found)
    assert Counter(written_to()) == Counter(each.id for each in everybody)
    assert Counter(str(each["To"]) for each in site.mail.taken).most_common(1)[0][1] == 1


def test_six_processes_give_ten_places_to_forty_people(site: Site) -> None:
    course_session = make.course_session(capacity=10)
    visitors = Visitors(site, f"/sessions/{course_session.id}/register")

    with web(site, processes=6):
        visitors.register(people(40), at_once=40)

    found = registrations(course_session)
    assert visitors.statuses == [302] * 40
    assert [each.status for each in found] == [Status.REGISTERED] * 10 + [Status.WAITLISTED] * 30
    assert [each.registered_at for each in found] == sorted(each.registered_at for each in found)


def entries(event: str) -> list[int]:
    """Return what the audit log says that something was done to."""
    return list(db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.event == event)))


def written_to() -> list[int | None]:
    """Return to whom the outbox wrote."""
    return list(db.session.scalars(select(OutgoingEmail.person_id)))
