"""Issuing, replacing and revoking, with a database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.attendance.models import Presence
from pdtrack.catalog.models import CourseSession
from pdtrack.certificates import actions, documents, printing, queries
from pdtrack.certificates.models import (
    Certificate,
    CertificateFile,
    CertificateState,
    Paper,
)
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions as registration
from pdtrack.registration.models import Registration
from tests import make
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("app")


def past(**values: object) -> CourseSession:
    return make.course_session(starts_at=clock.now() - timedelta(days=2), **values)  # type: ignore[arg-type]


def mark(place: Registration, presence: Presence, minutes: int | None = None) -> None:
    for part in attendance_queries.parts(place.course_session):
        attendance.mark(
            registration=place, part=part, presence=presence, minutes=minutes, actor=SYSTEM
        )


def issue(course_session: CourseSession, *registrations: Registration) -> Sequence[Certificate]:
    return actions.issue(
        course_session=course_session,
        registration_ids={each.id for each in registrations},
        actor=SYSTEM,
    )


def test_who_attended_is_certified_and_who_did_not_is_told_why() -> None:
    course_session = past()
    ada, ben, eve = (make.registration(course_session=course_session) for _ in range(3))
    mark(ada, Presence.PRESENT)
    mark(ben, Presence.ABSENT)

    rows = {each.registration.id: each for each in queries.candidates(course_session)}
    assert rows[ada.id].may_be_issued
    assert rows[ben.id].decision.why_not == "Was not there: no minutes were credited."
    assert rows[eve.id].decision.why_not is not None

    [certificate] = issue(course_session, ada, ben, eve)

    assert certificate.person_id == ada.person_id
    assert certificate.award.minutes == 360
    assert certificate.snapshot["name"] == ada.person.display_name
    assert certificate.snapshot["attended"][0]["minutes"] == 360
    assert ada.completed_at is not None
    assert ben.completed_at is None


def test_issuing_again_certifies_only_those_who_have_earned_since() -> None:
    course_session = past()
    ada, ben = (make.registration(course_session=course_session) for _ in range(2))
    mark(ada, Presence.PRESENT)
    issue(course_session, ada)
    with pytest.raises(actions.NothingToIssue):
        issue(course_session, ada)

    mark(ben, Presence.PARTIAL, 90)
    [second] = issue(course_session, ada, ben)

    assert second.person_id == ben.person_id
    assert second.award.minutes == 90
    assert db.session.scalar(select(func.count(Certificate.id))) == 2


def test_only_those_chosen_from_the_list_are_certified() -> None:
    course_session = past()
    ada, ben = (make.registration(course_session=course_session) for _ in range(2))
    mark(ada, Presence.PRESENT)
    mark(ben, Presence.PRESENT)

    assert [each.person_id for each in issue(course_session, ben)] == [ben.person_id]


def test_issuing_to_many_asks_no_more_than_issuing_to_few() -> None:
    asked = []
    for people in (2, 8):
        course_session = past()
        places = [make.registration(course_session=course_session) for _ in range(people)]
        for place in places:
            mark(place, Presence.PRESENT)
        db.session.expunge_all()
        again = db.session.get_one(CourseSession, course_session.id)
        with count_queries() as statements:
            assert len(issue(again, *places)) == people
        asked.append(len([each for each in statements if each.startswith("SELECT")]))

    assert asked[0] == asked[1]


def test_hours_are_read_once_nobody_can_mark_anybody_anymore() -> None:
    # Or a mark of this moment would be missing on a certificate that was just issued.
    course_session = past()
    places = [make.registration(course_session=course_session) for _ in range(2)]
    for place in places:
        mark(place, Presence.PRESENT)

    with count_queries() as statements:
        issue(course_session, *places)

    read = [" ".join(each.split()) for each in statements if each.startswith("SELECT")]
    locked = min(n for n, each in enumerate(read) if "WHERE registrations.id IN" in each)
    assert locked < min(n for n, each in enumerate(read) if "FROM attendance_entries" in each)


def test_whose_certificate_is_revoked_has_not_completed_and_may_be_taken_off() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [certificate] = issue(course_session, ada)
    with pytest.raises(registration.HasBegun):
        registration.remove(registration=ada, reason="Somebody else.", actor=SYSTEM)

    actions.revoke(certificate=certificate, reason="Somebody else came.", actor=SYSTEM)
    assert ada.completed_at is None
    registration.remove(registration=ada, reason="Somebody else.", actor=SYSTEM)

    assert not ada.status.is_active


def test_serials_count_up_and_codes_differ() -> None:
    course_session = past()
    people = [make.registration(course_session=course_session) for _ in range(3)]
    for each in people:
        mark(each, Presence.PRESENT)

    issued = issue(course_session, *people)

    assert [each.serial[-6:] for each in issued] == ["000001", "000002", "000003"]
    assert len({each.code for each in issued}) == 3


def test_a_certificate_says_for_good_what_was_true_when_it_was_issued() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [certificate] = issue(course_session, ada)
    before = dict(certificate.snapshot)

    ada.person.last_name = "Changed"
    course_session.title = "Changed"
    course_session.course.goals = "Changed"
    db.session.commit()

    assert certificate.snapshot == before
    assert "Changed" not in str(certificate.snapshot)


def test_a_corrected_certificate_replaces_the_old_one_which_says_so() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [old] = issue(course_session, ada)
    mark(ada, Presence.PARTIAL, 60)
    [row] = queries.candidates(course_session)
    assert row.has_changed

    newer = actions.reissue(certificate=old, actor=SYSTEM)

    assert (old.state, old.replaced_by_id) == (CertificateState.REPLACED, newer.id)
    assert (newer.edition, newer.award.minutes) == (2, 60)
    assert queries.successor(old) == newer
    with pytest.raises(actions.NotValid):
        actions.reissue(certificate=old, actor=SYSTEM)


def test_nothing_replaces_a_certificate_that_is_right_already() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [certificate] = issue(course_session, ada)

    with pytest.raises(actions.NothingToCorrect):
        actions.reissue(certificate=certificate, actor=SYSTEM)

    assert certificate.state == CertificateState.VALID
    ada.person.last_name = "Lovelace"
    db.session.commit()
    assert "Lovelace" in actions.reissue(certificate=certificate, actor=SYSTEM).snapshot["name"]


def test_nothing_replaces_a_certificate_when_nothing_is_earned_anymore() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [certificate] = issue(course_session, ada)
    mark(ada, Presence.ABSENT)

    with pytest.raises(actions.NotEarned):
        actions.reissue(certificate=certificate, actor=SYSTEM)

    assert certificate.state == CertificateState.VALID


def test_all_that_changed_are_replaced_in_one_act_and_the_others_stay() -> None:
    course_session = past()
    places = [make.registration(course_session=course_session) for _ in range(3)]
    for place in places:
        mark(place, Presence.PRESENT)
    old = {each.award.registration_id: each for each in issue(course_session, *places)}
    ada, ben, eve = places
    mark(ada, Presence.PARTIAL, 60)
    mark(ben, Presence.PARTIAL, 60)

    newer = actions.reissue_changed(course_session=course_session, actor=SYSTEM)

    assert {queries.successor(old[each.id]) for each in (ada, ben)} == set(newer)
    assert [each.serial[-6:] for each in newer] == ["000004", "000005"]
    for each in newer:
        assert (each.edition, each.award.minutes) == (2, 60)
        assert old[each.award.registration_id].state == CertificateState.REPLACED
    assert old[eve.id].state == CertificateState.VALID
    corrected = OutgoingEmail.subject.startswith("Your corrected certificate")
    told = db.session.scalars(select(OutgoingEmail.to_address).where(corrected)).all()
    assert set(told) == {ada.person.email, ben.person.email}


def test_replacing_all_again_replaces_nothing() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    issue(course_session, ada)
    mark(ada, Presence.PARTIAL, 60)
    actions.reissue_changed(course_session=course_session, actor=SYSTEM)

    with pytest.raises(actions.NothingToCorrect):
        actions.reissue_changed(course_session=course_session, actor=SYSTEM)

    assert db.session.scalar(select(func.count(Certificate.id))) == 2


def test_whoever_earns_nothing_anymore_keeps_the_old_one_until_it_is_revoked() -> None:
    course_session = past()
    ada, ben = (make.registration(course_session=course_session) for _ in range(2))
    for each in (ada, ben):
        mark(each, Presence.PRESENT)
    issue(course_session, ada, ben)
    mark(ada, Presence.PARTIAL, 60)
    mark(ben, Presence.ABSENT)

    [newer] = actions.reissue_changed(course_session=course_session, actor=SYSTEM)

    assert newer.person_id == ada.person_id
    [left] = [each for each in queries.candidates(course_session) if each.has_changed]
    assert (left.registration, left.may_be_replaced) == (ben, False)
    with pytest.raises(actions.NothingToCorrect):
        actions.reissue_changed(course_session=course_session, actor=SYSTEM)


def test_replacing_many_asks_no_more_than_replacing_few() -> None:
    asked = []
    for people in (2, 8):
        course_session = past()
        places = [make.registration(course_session=course_session) for _ in range(people)]
        for place in places:
            mark(place, Presence.PRESENT)
        issue(course_session, *places)
        for place in places:
            mark(place, Presence.PARTIAL, 60)
        db.session.expunge_all()
        again = db.session.get_one(CourseSession, course_session.id)
        with count_queries() as statements:
            assert len(actions.reissue_changed(course_session=again, actor=SYSTEM)) == people
        asked.append(len([each for each in statements if each.startswith("SELECT")]))

    assert asked[0] == asked[1]


def test_a_revoked_certificate_keeps_its_reason_and_may_be_issued_anew() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [certificate] = issue(course_session, ada)

    actions.revoke(certificate=certificate, reason="Issued to the wrong person.", actor=SYSTEM)

    assert certificate.state == CertificateState.REVOKED
    assert certificate.revocation_reason == "Issued to the wrong person."
    [again] = issue(course_session, ada)
    assert again.serial != certificate.serial


def test_each_holder_with_an_address_is_told_once() -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    quiet = make.registration(course_session=course_session, person=make.person(email=None))
    mark(ada, Presence.PRESENT)
    mark(quiet, Presence.PRESENT)

    issue(course_session, ada, quiet)

    told = db.session.scalars(select(OutgoingEmail.to_address)).all()
    assert told == [ada.person.email]


def test_the_worker_makes_each_file_once_and_keeps_it(app: Flask, tmp_path: Path) -> None:
    app.config["PDTRACK_FILES"] = str(tmp_path)
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [certificate] = issue(course_session, ada)

    assert printing.print_due() == 2
    assert printing.print_due() == 0

    for paper in Paper:
        file = queries.find_file(certificate, paper)
        assert file is not None
        assert file.digest is not None
        assert printing.store().read(file.digest).startswith(b"%PDF-")


def test_a_file_that_cannot_be_made_is_tried_again_later_and_then_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course_session = past()
    ada = make.registration(course_session=course_session)
    mark(ada, Presence.PRESENT)
    [certificate] = issue(course_session, ada)

    def broken(*_arguments: object) -> bytes:
        raise OSError("no fonts")

    monkeypatch.setattr(documents, "certificate_pdf", broken)
    for hours in range(8):
        with clock.frozen(clock.now() + timedelta(hours=hours)):
            assert printing.print_due() == 0

    files = db.session.scalars(select(CertificateFile)).all()
    assert all(queries.is_given_up(file) for file in files)
    assert "no fonts" in str(files[0].last_error)

    actions.print_again(certificate=certificate, actor=SYSTEM)
    assert not any(queries.is_given_up(file) for file in files)


def test_everything_about_a_person_is_for_that_person_to_take_along(client: FlaskClient) -> None:
    course_session = past(title="Restraint")
    ada = make.registration(course_session=course_session, accommodations="Large print")
    make.registration(course_session=course_session, accommodations="Another’s")
    mark(ada, Presence.PRESENT)
    attendance.raise_objection(registration=ada, part=None, text="Too short.", actor=ada.person)
    [certificate] = issue(course_session, ada)
    make.sign_in(client, ada.person)

    text = client.get("/my/account/data.json").text

    data = json.loads(text)
    [registered], [line] = data["registrations"], data["attendance"]
    assert (registered["session"], registered["accommodations"]) == ("Restraint", "Large print")
    assert (line["registration_id"], line["minutes"]) == (ada.id, certificate.award.minutes)
    assert data["objections"][0]["text"] == "Too short."
    assert data["certificates"][0]["says"]["title"] == certificate.snapshot["title"]
    assert "Another’s" not in text
