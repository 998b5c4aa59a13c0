"""Two clicks at the same moment, on real files: one act, and two kind answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask, request_started
from werkzeug.datastructures import MultiDict

from pdtrack.core.db import db
from tests.bad_input.reading import Form, complaints
from tests.bad_input.site import COOKIE, Site
from tests.bad_input.test_twice import counts
from tests.conftest import committing, forget_the_last_request
from tests.postgresql import postgresql_url

pytestmark = pytest.mark.slow

# Each act, and where it writes one row, however often it is clicked.
ACTS = {
    "registration.register": "registrations",
    "registration.cancel": "outgoing_emails",
    "accounts.confirm_sign_up": "people",
    "accounts.roles": "invitations",
    "accounts.add_person": "people",
    "attendance.mine": "attendance_objections",
    "catalog.new_course": "courses",
    "desk.new_venue": "venues",
    "certificates.candidates": "certificates",
    "certificates.reissue": "certificates",
    "desk.copy": "course_sessions",
    "registration.add_new_person": "registrations",
    "registration.add_person": "registrations",
    "desk.cancel": "outgoing_emails",  # Last, for nobody registers for what is cancelled.
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def real(request: pytest.FixtureRequest, tmp_path: Path, alone: None) -> Iterator[Flask]:
    """An application that commits for good, on each kind of database."""
    assert alone is None
    url = postgresql_url("twice") if request.param == "postgresql" else "twice.db"
    with (
        committing(tmp_path, url) as app,
        request_started.connected_to(forget_the_last_request, app),
    ):
        yield app


def test_two_clicks_at_once_do_one_thing(real: Flask) -> None:
    site, problems = Site.build(real), []
    forms: dict[str, tuple[str | None, Form]] = {}
    for area in ("public", "my", "manage", "desk"):
        for who, form in sorted(site.forms(area), key=lambda each: len(each[1].fields)):
            forms[site.shape(form)] = (who, form)  # The longest of several is the whole one.

    for name, table in ACTS.items():
        before = counts()[table]
        db.session.remove()
        answers = _click_twice(site, *forms[f"POST {name}"])
        written = counts()[table] - before
        if written != 1:
            problems.append(f"{name} writes {written} {table}: {answers}")
        problems += [f"{name} {each}" for each in answers if each]

    assert not problems, "\n".join(problems)


def _click_twice(site: Site, who: str | None, form: Form) -> list[str]:
    """Send a form in two threads at once, and return what is wrong with each answer."""
    start = threading.Barrier(2)

    def click(_number: int) -> str:
        with site.app.app_context():
            client = site.app.test_client()
            if who is not None:
                client.set_cookie(COOKIE, site.cookies[who])
            start.wait()
            answer = client.post(form.path, data=MultiDict(form.values))
            db.session.remove()
        if answer.status_code >= 500:
            return f"answers {answer.status_code}"
        return "; ".join(complaints(answer)) if answer.status_code >= 400 else ""

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(click, range(2)))
