"""Issuing, downloading and verifying certificates, as a browser sees it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.attendance.models import Presence
from pdtrack.certificates import printing
from pdtrack.certificates.models import Certificate, CertificateState
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.registration.models import Registration
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def ada() -> Registration:
    course_session = make.course_session(starts_at=clock.now() - timedelta(days=2))
    return attended(make.registration(course_session=course_session))


def attended(registration: Registration) -> Registration:
    [part] = attendance_queries.parts(registration.course_session)
    attendance.mark(registration=registration, part=part, presence=Presence.PRESENT, actor=SYSTEM)
    return registration


def page_of(registration: Registration) -> str:
    course_session = registration.course_session
    slug = course_session.collaborative.slug
    return f"/manage/{slug}/sessions/{course_session.id}/certificates"


def issued(client: FlaskClient, registration: Registration) -> Certificate:
    place = registration.course_session.collaborative
    make.sign_in(client, make.coordinator(place))
    client.post(page_of(registration), data={"registrations": [registration.id]})
    return db.session.scalars(select(Certificate).order_by(Certificate.id.desc()).limit(1)).one()


def desk_of(certificate: Certificate) -> str:
    slug = certificate.award.registration.course_session.collaborative.slug
    return f"/manage/{slug}/certificates/{certificate.serial}"


def test_the_list_comes_first_and_only_those_chosen_get_one(
    client: FlaskClient, ada: Registration
) -> None:
    ben = attended(make.registration(course_session=ada.course_session))
    eve = make.registration(course_session=ada.course_session)
    make.sign_in(client, make.coordinator(ada.course_session.collaborative))

    page = client.get(page_of(ada))
    assert "2 ready to be issued" in page.text
    assert "1 meeting has no attendance" in page.text
    assert db.session.scalars(select(Certificate)).all() == []

    client.post(page_of(ada), data={"registrations": [ben.id]})
    assert [each.person_id for each in db.session.scalars(select(Certificate))] == [ben.person_id]

    refused = client.post(page_of(ada), data={"registrations": [eve.id]})
    assert refused.status_code == 422
    nobody = client.post(page_of(ada), data={})
    assert nobody.status_code == 422
    assert "Choose at least one person" in nobody.text


def test_a_double_click_issues_once(client: FlaskClient, ada: Registration) -> None:
    issued(client, ada)

    again = client.post(page_of(ada), data={"registrations": [ada.id]})

    assert again.status_code == 422
    assert len(db.session.scalars(select(Certificate)).all()) == 1


def test_the_holder_downloads_the_kept_file(
    app: Flask, client: FlaskClient, ada: Registration, tmp_path: Path
) -> None:
    app.config["PDTRACK_FILES"] = str(tmp_path)
    certificate = issued(client, ada)
    printing.print_due()
    make.sign_in(client, ada.person)

    assert certificate.serial in client.get("/my/certificates").text
    address = f"/certificates/{certificate.serial}.pdf"
    with client.get(address) as letter, client.get(f"{address}?paper=a4") as a4:
        assert letter.mimetype == "application/pdf"
        assert letter.data.startswith(b"%PDF-")
        assert letter.data != a4.data
        assert f"{certificate.serial}-a4.pdf" in a4.headers["Content-Disposition"]
    with client.get(address, headers={"If-None-Match": letter.headers["ETag"]}) as same:
        assert same.status_code == 304


def test_a_file_that_is_not_made_yet_shows_progress_and_comes_back(
    client: FlaskClient, ada: Registration
) -> None:
    certificate = issued(client, ada)
    make.sign_in(client, ada.person)

    answer = client.get(f"/certificates/{certificate.serial}.pdf")

    assert answer.status_code == 202
    assert answer.headers["Refresh"] == "2"


def test_anybody_verifies_a_certificate_however_the_code_is_typed(
    client: FlaskClient, ada: Registration
) -> None:
    certificate = issued(client, ada)
    stranger = client.application.test_client()
    grouped = "-".join(certificate.code[start : start + 4] for start in (0, 4, 8))

    for typed in (certificate.code, grouped, grouped.lower()):
        page = stranger.get(f"/verify/{typed}")
        assert page.status_code == 200
        assert "This certificate is valid" in page.text
        assert ada.person.display_name in page.text

    asked = stranger.get("/verify", query_string={"code": f" {grouped.lower()} "})
    assert asked.status_code == 302
    assert asked.headers["Location"].endswith(f"/verify/{certificate.code}")


@pytest.mark.parametrize("code", ["AAAAAAAAAAAA", "x", "%F0%9F%98%80", "a" * 300, "--"])
def test_an_unknown_code_says_so(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/verify/{code}")

    assert answer.status_code == 404
    assert "No certificate has the code" in answer.text


def test_a_replaced_certificate_leads_to_the_new_one_and_a_revoked_one_says_why(
    client: FlaskClient, ada: Registration
) -> None:
    old = issued(client, ada)
    ada.person.last_name = "O'Brien-Łukasz"
    db.session.commit()
    client.post(f"{desk_of(old)}/reissue")
    newer = db.session.scalars(
        select(Certificate).where(Certificate.state == CertificateState.VALID)
    ).one()

    assert "This certificate was replaced" in client.get(f"/verify/{old.code}").text
    assert newer.serial in client.get(f"/verify/{old.code}").text
    assert "O&#39;Brien-Łukasz" in client.get(f"/verify/{newer.code}").text

    refused = client.post(f"{desk_of(newer)}/revoke", data={"reason": ""})
    assert refused.status_code == 422
    client.post(f"{desk_of(newer)}/revoke", data={"reason": "Issued by mistake."})
    page = client.get(f"/verify/{newer.code}")
    assert "This certificate was revoked" in page.text
    assert "Issued by mistake." in page.text


def test_pages_read_the_same_number_of_times_however_many_people(
    client: FlaskClient, ada: Registration
) -> None:
    make.sign_in(client, make.coordinator(ada.course_session.collaborative))
    with count_queries() as few:
        client.get(page_of(ada))
    for _ in range(10):
        attended(make.registration(course_session=ada.course_session))
    with count_queries() as many:
        client.get(page_of(ada))

    assert len(many) <= len(few) <= MOST


def test_whoever_lost_a_certificate_is_not_proposed_for_another(
    client: FlaskClient, ada: Registration
) -> None:
    certificate = issued(client, ada)
    client.post(f"{desk_of(certificate)}/revoke", data={"reason": "The wrong person."})

    page = client.get(page_of(ada)).text

    assert "0 ready to be issued" in page
    assert "Revoked" in page
    assert certificate.serial in page
    box = page.partition(f'id="registrations-{ada.id}"')[2].partition(">")[0]
    assert "checked" not in box
    # Staff who mean it may still tick the box.
    assert (
        "Issued 1 certificate."
        in client.post(page_of(ada), data={"registrations": [ada.id]}, follow_redirects=True).text
    )


def test_staff_hear_whom_no_mail_reaches(client: FlaskClient, ada: Registration) -> None:
    aide = attended(
        make.registration(
            course_session=ada.course_session,
            person=make.person(first_name="Nia", last_name="Quill", email=None),
        )
    )
    make.sign_in(client, make.coordinator(ada.course_session.collaborative))

    page = client.post(
        page_of(ada), data={"registrations": [ada.id, aide.id]}, follow_redirects=True
    ).text

    assert "Issued 2 certificates." in page
    assert "print theirs: Nia Quill." in page


def partly(registration: Registration, presence: Presence = Presence.PARTIAL) -> None:
    [part] = attendance_queries.parts(registration.course_session)
    minutes = 60 if presence == Presence.PARTIAL else None
    attendance.mark(
        registration=registration, part=part, presence=presence, minutes=minutes, actor=SYSTEM
    )


def test_certificates_that_say_other_hours_are_counted_and_issued_again_at_once(
    client: FlaskClient, ada: Registration
) -> None:
    ben = attended(make.registration(course_session=ada.course_session))
    make.sign_in(client, make.coordinator(ada.course_session.collaborative))
    client.post(page_of(ada), data={"registrations": [ada.id, ben.id]})
    assert "no longer say" not in client.get(page_of(ada)).text
    partly(ada)
    partly(ben)

    page = client.get(page_of(ada)).text
    assert "2 no longer say what is on record" in page
    assert "Issue 2 again" in page
    assert "The certificate says 6 hours." in page

    done = client.post(f"{page_of(ada)}/reissue", follow_redirects=True).text
    assert "Issued 2 certificates again." in done
    assert "no longer say" not in done
    twice = client.post(f"{page_of(ada)}/reissue", follow_redirects=True).text
    assert "No certificate is left that can be issued again." in twice
    assert len(db.session.scalars(select(Certificate)).all()) == 4


def test_a_certificate_of_nothing_is_not_issued_again_but_named_to_be_revoked(
    client: FlaskClient, ada: Registration
) -> None:
    certificate = issued(client, ada)
    partly(ada, Presence.ABSENT)

    page = client.get(page_of(ada)).text

    assert "1 no longer says what is on record" in page
    assert "again</button>" not in page
    listed = page.partition("1 certificate cannot be issued again")[2].partition("</ul>")[0]
    assert "Revoke each of these" in listed
    assert certificate.serial in listed
    assert "Was not there: no minutes were credited." in listed
