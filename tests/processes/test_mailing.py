"""The worker dies between the mail server's taking a mail and its own note of that.

It is the one moment in which nobody can know whether the mail left: SMTP has no way to ask. So
it is sent again, under the same Message-ID, by which mail programs show it once; the mail that
was taken and noted before, or not taken at all, is sent exactly once.
"""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select, update

from pdtrack.core import clock
from pdtrack.core.db import action, db
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.registration import actions as registration
from tests import make
from tests.servers import PATIENCE, Site, words, worker

pytestmark = pytest.mark.slow


def register(count: int) -> list[str]:
    """Let people register, and return to whom a confirmation has to go."""
    course_session = make.course_session(capacity=count)
    people = [make.person() for _ in range(count)]
    for person in people:
        registration.register(
            person=person, course_session=course_session, employment=None, actor=person
        )
    return [person.email or "" for person in people]


def strike(site: Site, *, at: int) -> None:
    """Kill the worker when the mail server has taken so many mails."""

    def kill() -> None:
        if len(site.mail.taken) == at and site.worker:
            site.worker.kill()
            site.worker.wait(PATIENCE)

    site.mail.when_taken = kill


def end_leases() -> None:
    """Let the minutes pass after which another worker takes what a dead one was at."""
    action(
        lambda: db.session.execute(
            update(OutgoingEmail)
            .where(OutgoingEmail.state == MailState.WAITING)
            .values(leased_until_at=clock.now())
        )
    )()


def test_a_mail_taken_as_the_worker_dies_is_shown_once_and_no_other_is_repeated(
    site: Site,
) -> None:
    addresses = register(12)
    strike(site, at=5)
    with worker(site):
        assert site.worker is not None
        site.worker.wait(PATIENCE)
    end_leases()

    with worker(site):
        site.mail.wait_until(lambda: len(site.mail.taken) == 13, "thirteenth mail")

    taken = site.mail.taken
    assert Counter(str(each["To"]) for each in taken[:4]).most_common(1)[0][1] == 1
    assert {address for address in addresses if not site.mail.to(address)} == set()
    shown = {each["Message-ID"]: each for each in taken}
    assert len(shown) == 12  # What a person sees: one mail each.
    assert [each["Message-ID"] for each in taken].count(taken[4]["Message-ID"]) == 2
    assert words(shown[taken[4]["Message-ID"]]) == words(taken[4])
    db.session.rollback()
    assert set(db.session.scalars(select(OutgoingEmail.state))) == {MailState.SENT}
