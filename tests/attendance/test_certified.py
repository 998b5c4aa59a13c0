"""What staff hear when they correct attendance for which a certificate was issued."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pdtrack.attendance import actions
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.registration import actions as registrations
from tests import make

pytestmark = pytest.mark.usefixtures("app")

SAYS = "A certificate was issued to"


def test_whoever_corrects_what_was_certified_is_told_that_the_certificate_stays(
    client: FlaskClient,
) -> None:
    session = make.course_session(starts_at=clock.now() - timedelta(hours=2))
    ada = make.registration(course_session=session)
    place = session.collaborative
    sheet = f"/manage/{place.slug}/sessions/{session.id}/attendance"
    form = {"meeting": session.meetings[0].id}
    make.sign_in(client, make.coordinator(place))
    client.post(f"{sheet}/{ada.id}", data={**form, "presence": "present"})
    assert SAYS not in client.get(sheet).text

    registrations.mark_completed(registrations=[ada], at=clock.now(), actor=SYSTEM)
    client.post(f"{sheet}/{ada.id}", data={**form, "presence": "absent"})
    assert SAYS in client.get(sheet).text
    objection = actions.raise_objection(registration=ada, part=None, text="No.", actor=SYSTEM)
    address = f"/manage/{place.slug}/attendance/objections/{objection.id}"

    assert SAYS in client.post(address, data={"answer": "Yes."}, follow_redirects=True).text
