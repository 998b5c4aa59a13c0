"""The year in figures."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.attendance.models import Presence
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Status
from pdtrack.reports import year as years
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")


def on(day: date, place: Collaborative, **values: object) -> CourseSession:
    return make.course_session(
        collaborative=place,
        starts_at=clock.at(day, time(9)),
        **values,  # type: ignore[arg-type]
    )


def test_sessions_seats_districts_and_hours_by_quarter() -> None:
    place = make.collaborative()
    north, south = make.district(), make.district()
    fall, spring = on(date(2025, 9, 30), place), on(date(2026, 4, 1), place)
    ada = make.registration(course_session=fall, person=make.person(employer=north))
    make.registration(course_session=fall, person=make.person(employer=south))
    make.registration(course_session=spring, person=make.person(employer=north))
    make.registration(course_session=spring, status=Status.WAITLISTED)
    [part] = attendance_queries.parts(fall)
    attendance.mark(registration=ada, part=part, presence=Presence.PRESENT, actor=SYSTEM)

    year = years.of_collaborative(place, 2026)

    assert [quarter.sessions for quarter in year.quarters] == [1, 0, 0, 1]
    assert [quarter.seats for quarter in year.quarters] == [2, 0, 0, 1]
    assert [quarter.districts for quarter in year.quarters] == [2, 0, 0, 1]
    assert year.quarters[0].minutes == 360
    assert (year.whole.seats, year.whole.districts) == (3, 2)
    assert {each.name: each.seats for each in year.districts} == {north.name: 2, south.name: 1}


@given(st.lists(st.integers(0, 100_000), max_size=30))
def test_hours_add_up_and_none_is_off_by_an_hour(minutes: list[int]) -> None:
    hours = years.whole_hours(minutes)

    assert sum(hours) == sum(minutes) // 60
    assert all(abs(hour * 60 - each) < 60 for hour, each in zip(hours, minutes, strict=True))


def test_the_columns_add_up_to_the_whole_year() -> None:
    place = make.collaborative()
    districts = [make.district() for _ in range(3)]
    for number, day in enumerate([date(2025, 9, 30), date(2025, 12, 1), date(2026, 4, 1)]):
        course_session = on(day, place)
        [part] = attendance_queries.parts(course_session)
        for district in districts[number:]:
            ada = make.registration(
                course_session=course_session, person=make.person(employer=district)
            )
            attendance.mark(
                registration=ada, part=part, presence=Presence.PARTIAL, minutes=100, actor=SYSTEM
            )

    year = years.of_collaborative(place, 2026)

    assert year.whole.hours == 10  # 6 times 100 minutes.
    for name in ("sessions", "seats", "hours", "certificates"):
        total = getattr(year.whole, name)
        assert sum(getattr(quarter, name) for quarter in year.quarters) == total
    assert sum(each.seats for each in year.districts) == year.whole.seats
    assert sum(each.hours for each in year.districts) == year.whole.hours


def test_whom_a_district_refused_counts_under_other_employers() -> None:
    place, district = make.collaborative(), make.district()
    stranger = make.person()
    claim = make.employment(
        person=stranger, organization=district, is_confirmed=False, refused_at=clock.now()
    )
    make.registration(
        course_session=on(date(2025, 9, 30), place), person=stranger, employment_id=claim.id
    )

    year = years.of_collaborative(place, 2026)

    assert (year.whole.districts, year.districts) == (0, [])
    assert year.others is not None
    assert year.others.seats == 1


def test_a_corrected_mark_counts_once() -> None:
    place = make.collaborative()
    ada = make.registration(course_session=on(date(2025, 9, 30), place))
    [part] = attendance_queries.parts(ada.course_session)
    for presence in (Presence.PRESENT, Presence.ABSENT, Presence.PRESENT):
        attendance.mark(registration=ada, part=part, presence=presence, actor=SYSTEM)

    assert years.of_collaborative(place, 2026).whole.minutes == 360


def test_cancelled_sessions_other_years_and_other_places_count_nowhere() -> None:
    place = make.collaborative()
    on(date(2025, 10, 1), place, state=SessionState.CANCELLED)
    on(date(2026, 7, 1), place)
    on(date(2025, 6, 30), place)
    on(date(2025, 10, 1), make.collaborative())

    assert years.of_collaborative(place, 2026).whole == years.Figures()


def test_the_last_evening_of_a_quarter_belongs_to_it() -> None:
    place = make.collaborative()
    evening = clock.at(date(2025, 9, 30), datetime.min.time().replace(hour=22))
    make.course_session(collaborative=place, starts_at=evening)

    assert [each.sessions for each in years.of_collaborative(place, 2026).quarters] == [1, 0, 0, 0]


def test_board_members_read_it_and_it_costs_the_same_for_a_large_year(
    client: FlaskClient,
) -> None:
    place = make.collaborative()
    make.sign_in(client, make.role(RoleKind.BOARD_MEMBER, place))
    address = f"/manage/{place.slug}/reports/year?year=2026"
    with count_queries() as few:
        assert client.get(address).status_code == 200
    for _ in range(4):
        course_session = on(date(2026, 1, 15), place)
        make.registration(
            course_session=course_session, person=make.person(employer=make.district())
        )
    with count_queries() as many:
        client.get(address)

    assert len(many) <= len(few) <= MOST


@pytest.mark.parametrize("asked", ["", "x", "-1", "99999999999999999999", "2026.5"])
def test_an_odd_year_is_this_year(client: FlaskClient, asked: str) -> None:
    place = make.collaborative()
    make.sign_in(client, make.role(RoleKind.BOARD_MEMBER, place))

    answer = client.get(f"/manage/{place.slug}/reports/year?year={asked}")

    assert f"Fiscal year {clock.fiscal_year(clock.today())}" in answer.text
