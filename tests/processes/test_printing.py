"""Two workers print certificates and one of them dies: every file is made, and kept once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.certificates import actions, printing
from pdtrack.certificates.models import CertificateFile, Paper
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import action, db
from tests import make
from tests.servers import PATIENCE, Site, worker

pytestmark = pytest.mark.slow
PEOPLE = 30
FILES = PEOPLE * len(Paper)


def issue() -> None:
    """Certify some people, so that their files are wanted."""
    course_session = make.course_session(starts_at=clock.now() - timedelta(days=2), capacity=PEOPLE)
    [part] = attendance_queries.parts(course_session)
    ids = [make.registration(course_session=course_session).id for _ in range(PEOPLE)]
    attendance.mark_rest_present(course_session=course_session, part=part, actor=SYSTEM)
    actions.issue(course_session=course_session, registration_ids=ids, actor=SYSTEM)


def made() -> int:
    db.session.rollback()
    return db.session.scalar(
        select(func.count(CertificateFile.id)).where(CertificateFile.digest.is_not(None))
    ) or 0  # fmt: skip


def wait_until(is_so: Callable[[], bool], site: Site) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, site.said()
        time.sleep(0.02)


def end_leases() -> None:
    """Let the minutes pass after which another worker takes what a dead one was at."""
    action(
        lambda: db.session.execute(
            update(CertificateFile)
            .where(CertificateFile.digest.is_(None))
            .values(leased_until_at=clock.now())
        )
    )()


def files() -> list[CertificateFile]:
    db.session.rollback()
    return list(db.session.scalars(select(CertificateFile)))


def check_kept() -> None:
    """Check that each file is there, whole, and a PDF."""
    for file in files():
        assert file.digest is not None
        content = printing.store().read(file.digest)
        assert hashlib.sha256(content).hexdigest() == file.digest
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")


def test_a_worker_killed_while_it_prints_loses_nothing_and_makes_nothing_anew(
    site: Site,
) -> None:
    site.app.config["PDTRACK_FILES"] = f"{site.environ['PDTRACK_INSTANCE']}/files"
    issue()
    with worker(site):
        assert site.worker is not None
        wait_until(lambda: made() >= 5, site)
        site.worker.kill()
        site.worker.wait(PATIENCE)
    kept = {file.id: (file.digest, file.made_at) for file in files() if file.digest}
    assert 5 <= len(kept) < FILES
    end_leases()

    with worker(site):
        wait_until(lambda: made() == FILES, site)

    check_kept()
    for file in files():
        if file.id in kept:
            assert (file.digest, file.made_at) == kept[file.id]
            assert file.attempts == 1
    assert sum(file.attempts for file in files()) <= FILES + 1  # The one that it was at.


def test_two_workers_share_the_work_and_make_no_file_twice(site: Site) -> None:
    site.app.config["PDTRACK_FILES"] = f"{site.environ['PDTRACK_INSTANCE']}/files"
    issue()

    with ExitStack() as both:
        for _ in range(2):
            both.enter_context(worker(site))
        wait_until(lambda: made() == FILES, site)

    check_kept()
    assert [file.attempts for file in files()] == [1] * FILES
