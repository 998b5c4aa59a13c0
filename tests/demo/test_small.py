"""The small demo obeys the product's rules, and has something of everything, on any day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.attendance import queries as attendance
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.catalog import queries as catalog
from pdtrack.catalog import schedule
from pdtrack.catalog.models import CourseSession, Format, Promise, SessionState
from pdtrack.certificates import documents
from pdtrack.certificates import queries as certificates
from pdtrack.certificates.models import Certificate, CertificateFile, CertificateState, Paper
from pdtrack.core import clock
from pdtrack.core.db import Model, db
from pdtrack.registration import queries as registrations
from pdtrack.registration import rules
from pdtrack.registration.models import ACTIVE, Registration, Status
from tests.demo.conftest import THURSDAY, Loading, at

DAYS = [
    THURSDAY,
    datetime(2026, 7, 1, 4, 30, tzinfo=UTC),  # The first half hour of a fiscal year.
    datetime(2026, 7, 4, 12, tzinfo=UTC),  # A holiday on a Saturday.
    datetime(2026, 12, 27, 4, tzinfo=UTC),  # Saturday evening on the wall, Sunday in UTC.
    datetime(2027, 3, 14, 6, 59, tzinfo=UTC),  # A minute before the clocks go forward.
    datetime(2027, 11, 7, 5, 30, tzinfo=UTC),  # The first of two half past ones.
    datetime(2028, 2, 29, 15, tzinfo=UTC),
]
STATES = {Status.REGISTERED, Status.WAITLISTED, Status.CANCELLED, Status.WITHDRAWN}
_DERIVED = ("starts_at", "ends_at", "credited_minutes", "listed_at", "opens_at", "closes_at")


@pytest.fixture(params=DAYS, ids=lambda day: f"{day:%a-%b-%d}")
def any_day(request: pytest.FixtureRequest, loading: Loading) -> Iterator[Flask]:
    with at(loading, request.param) as app:
        yield app
        db.session.rollback()


def every(model: type[Model]) -> list[Model]:
    return list(db.session.scalars(select(model).order_by(model.id)))


def sessions() -> list[CourseSession]:
    return list(db.session.scalars(select(CourseSession).order_by(CourseSession.id)))


@pytest.mark.usefixtures("any_day")
def test_no_session_holds_more_people_than_places() -> None:
    counts = registrations.counts([each.id for each in sessions()])

    assert all(counts[each.id].taken <= each.capacity for each in sessions())


@pytest.mark.usefixtures("any_day")
def test_people_wait_only_where_every_place_is_taken() -> None:
    counts = registrations.counts([each.id for each in sessions()])
    waiting = [each for each in sessions() if counts[each.id].waiting]

    assert waiting
    assert all(counts[each.id].taken == each.capacity for each in waiting)


@pytest.mark.usefixtures("any_day")
def test_nobody_is_in_a_session_twice() -> None:
    active = db.session.execute(
        select(Registration.course_session_id, Registration.person_id).where(
            Registration.status.in_(ACTIVE)
        )
    ).all()

    assert len(set(active)) == len(active)


@pytest.mark.usefixtures("any_day")
def test_people_registered_while_they_could() -> None:
    for registration in db.session.scalars(select(Registration)):
        of, at_time = registration.course_session, registration.registered_at
        assert of.published_at is not None
        assert of.published_at <= at_time <= clock.now()
        assert of.opens_at is None or of.opens_at <= at_time
        assert of.closes_at is not None
        assert at_time <= of.closes_at
        assert registration.status_changed_at >= at_time


@pytest.mark.usefixtures("any_day")
def test_prices_are_those_that_the_catalog_computes() -> None:
    for registration in db.session.scalars(select(Registration)):
        employment = registration.employment
        price = catalog.price_for(registration.course_session, [employment] if employment else [])
        assert (registration.price_cents, registration.price_reason) == (price.cents, price.reason)
        if registration.po_number:
            assert rules.may_use_purchase_order(employment)


@pytest.mark.usefixtures("any_day")
def test_attendance_is_taken_of_those_registered_after_the_meeting_began() -> None:
    entries = db.session.scalars(select(AttendanceEntry)).all()

    assert {each.presence for each in entries} == {
        Presence.PRESENT,
        Presence.PARTIAL,
        Presence.ABSENT,
    }
    for each in entries:
        assert each.recorded_at <= clock.now()
        assert each.registration.status == Status.REGISTERED
        assert each.meeting is None or each.meeting.starts_at < each.recorded_at
        assert each.meeting is None or each.minutes <= each.meeting.credited_minutes


@pytest.mark.usefixtures("any_day")
def test_what_sessions_keep_for_sorting_is_what_their_meetings_say() -> None:
    for each in sessions():
        before = {name: getattr(each, name) for name in _DERIVED}
        schedule.recompute(each)
        assert {name: getattr(each, name) for name in _DERIVED} == before


@pytest.mark.usefixtures("any_day")
def test_published_sessions_are_fit_to_be() -> None:
    published = [each for each in sessions() if each.state == SessionState.PUBLISHED]

    assert not [problem for each in published for problem in catalog.reasons_not_to_publish(each)]


@pytest.mark.usefixtures("any_day")
def test_there_is_something_of_everything() -> None:
    all_sessions = sessions()
    counts = registrations.counts([each.id for each in all_sessions])
    open_now = [each for each in all_sessions if each.is_open and not each.has_started]

    assert set(db.session.scalars(select(Registration.status))) == STATES
    assert {each.state for each in all_sessions} == set(SessionState)
    assert {each.format for each in all_sessions} == set(Format)
    assert {each.promise for each in all_sessions} == set(Promise)
    assert set(db.session.scalars(select(Certificate.state))) == set(CertificateState)
    assert [each for each in all_sessions if each.has_ended]
    assert [each for each in all_sessions if each.has_started and not each.has_ended]
    assert [each for each in open_now if counts[each.id].free(each.capacity) == 1]
    assert [each for each in open_now if counts[each.id].waiting]
    assert [each for each in all_sessions if each.opens_at and each.opens_at > clock.now()]
    assert len({each.course.title for each in all_sessions}) >= 20
    assert len(all_sessions) == 40


@pytest.mark.usefixtures("demo")
def test_one_coordinator_has_something_to_do() -> None:
    ces = catalog.any_course_session(1)
    assert ces is not None

    assert len(attendance.unposted(ces.collaborative)) == 2
    assert len(attendance.open_objections(ces.collaborative)) == 1


@pytest.mark.usefixtures("demo")
def test_certificates_say_what_is_on_record_and_are_wanted_on_both_sheets() -> None:
    wanted = db.session.execute(select(CertificateFile.certificate_id, CertificateFile.paper))
    papers = Counter(certificate_id for certificate_id, _ in wanted)
    checked = 0
    for each in sessions():
        for candidate in certificates.candidates(each):
            if candidate.certificate is None:
                continue
            checked += 1
            assert candidate.certificate.snapshot == documents.snapshot(candidate)
            assert not candidate.has_changed
            assert candidate.registration.completed_at is not None
            assert papers[candidate.certificate.id] == len(Paper)
    assert checked > 100


@pytest.mark.usefixtures("demo")
def test_a_corrected_certificate_names_the_one_that_replaced_it() -> None:
    old = db.session.scalars(
        select(Certificate).where(Certificate.state == CertificateState.REPLACED)
    ).one()
    newer = certificates.successor(old)

    assert newer is not None
    assert newer.award.registration_id == old.award.registration_id
    assert (old.edition, newer.edition) == (1, 2)
    assert old.serial < newer.serial
