"""The attendance report: what is in it, who sees it, and the files that others read."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.attendance.models import Presence
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.certificates import actions as certificates
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import District
from pdtrack.registration.models import Registration, Status
from pdtrack.reports.attendance import Period, of_collaborative, of_district, stream, totals
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")

COLUMNS = [
    *("district_org_code", "district", "school", "last_name", "first_name", "email"),
    *("employee_number", "mepid", "position", "collaborative", "course", "topic", "session_id"),
    *("session", "meeting_starts_at", "meeting_ends_at", "status", "minutes"),
    *("session_hours", "pdps", "certificate"),
]


@pytest.fixture
def district() -> District:
    return make.district()


def past(**values: Any) -> CourseSession:
    return make.course_session(starts_at=clock.now() - timedelta(days=20), **values)


def around(days: int = 60) -> Period:
    return Period(clock.today() - timedelta(days=days), clock.today() + timedelta(days=days))


def mark(registration: Registration, *presences: Presence) -> None:
    parts = attendance_queries.parts(registration.course_session)
    for part, presence in zip(parts, presences, strict=True):
        attendance.mark(
            registration=registration,
            part=part,
            presence=presence,
            minutes=90 if presence == Presence.PARTIAL else None,
            actor=SYSTEM,
        )


def csv_rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_one_row_a_registration_and_meeting_with_sums_that_are_right(district: District) -> None:
    course_session = past(meetings=2, independent_minutes=120)
    ada = make.registration(course_session=course_session, person=make.person(employer=district))
    mark(ada, Presence.PRESENT, Presence.PARTIAL, Presence.PRESENT)

    rows = list(stream(of_district(district), around()))

    assert [(row.status, row.minutes) for row in rows if row.meeting_starts_at] == [
        (Presence.PRESENT, 360),
        (Presence.PARTIAL, 90),
    ]
    assert sum(row.minutes for row in rows) == 570
    assert [row.session_hours for row in rows if row.session_hours is not None] == [570]
    last = max(each.starts_at for each in course_session.meetings)
    [closing] = [row for row in rows if row.session_hours is not None]
    assert closing.meeting_starts_at == last


def test_what_nobody_marked_is_listed_as_unmarked(district: District) -> None:
    make.registration(course_session=past(), person=make.person(employer=district))

    [row] = stream(of_district(district), around())

    assert (row.status, row.minutes) == (Presence.UNMARKED, 0)


def test_the_rows_of_a_meeting_are_by_last_and_first_name_accents_or_not(
    district: District,
) -> None:
    course_session = past()
    for last, first in (("Zambrano", "Li"), ("Cole", "Zoë"), ("cole", "Amy"), ("Çelik", "Ece")):
        person = make.person(first_name=first, last_name=last, employer=district)
        make.registration(course_session=course_session, person=person)

    rows = stream(of_district(district), around())

    assert [row.first_name for row in rows] == ["Ece", "Amy", "Zoë", "Li"]


def test_days_in_the_wrong_order_are_refused_at_their_field_and_kept(
    client: FlaskClient, district: District
) -> None:
    browser = make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))

    answer = browser.get(f"/districts/{district.org_code}/attendance?from=2027-01-02&to=2026-03-04")

    assert answer.status_code == 422
    assert 'href="#to"' in answer.text
    assert 'id="to-error"' in answer.text
    assert 'value="2027-01-02"' in answer.text
    assert 'value="2026-03-04"' in answer.text


def test_a_csv_says_its_encoding_once(client: FlaskClient, district: District) -> None:
    browser = make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))

    answer = browser.get(f"/districts/{district.org_code}/attendance.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_nobody_is_late_with_marking_what_is_still_to_come(district: District) -> None:
    for course_session in (past(), make.course_session()):
        make.registration(course_session=course_session, person=make.person(employer=district))

    found = totals(of_district(district), around())

    assert (found.rows, found.unmarked) == (2, 1)


def test_self_paced_work_is_a_row_without_hours_of_the_day(district: District) -> None:
    course_session = make.course_session(
        format=Format.SELF_PACED,
        independent_minutes=600,
        starts_at=clock.now() - timedelta(days=20),
    )
    ada = make.registration(course_session=course_session, person=make.person(employer=district))
    mark(ada, Presence.PRESENT)

    [row] = stream(of_district(district), around())

    assert row.meeting_starts_at is None
    assert (row.minutes, row.session_hours) == (600, 600)


def test_a_mover_is_seen_where_the_registration_was_made(district: District) -> None:
    new_district = make.district()
    mover = make.person(employer=district)
    before = make.registration(course_session=past(), person=mover)
    mover.employments[0].to_on = clock.today()
    db.session.commit()
    moved = make.employment(person=mover, organization=new_district)
    after = make.registration(course_session=past(), person=mover, employment_id=moved.id)

    def seen(by: District) -> list[int]:
        return [row.session_id for row in stream(of_district(by), around())]

    assert seen(district) == [before.course_session_id]
    assert seen(new_district) == [after.course_session_id]


def test_whom_the_district_refused_is_not_in_its_report(district: District) -> None:
    stranger = make.person()
    claim = make.employment(
        person=stranger, organization=district, is_confirmed=False, refused_at=clock.now()
    )
    make.registration(course_session=past(), person=stranger, employment_id=claim.id)

    assert list(stream(of_district(district), around())) == []


def test_with_two_employers_each_sees_only_its_own(district: District) -> None:
    other = make.district()
    both = make.person(employer=district)
    second = make.employment(person=both, organization=other)
    first_session, second_session = past(), past()
    make.registration(
        course_session=first_session, person=both, employment_id=both.employments[0].id
    )
    make.registration(course_session=second_session, person=both, employment_id=second.id)

    def seen(by: District) -> list[int]:
        return [row.session_id for row in stream(of_district(by), around())]

    assert seen(district) == [first_session.id]
    assert seen(other) == [second_session.id]


@pytest.mark.parametrize(
    "status", [Status.WAITLISTED, Status.CANCELLED, Status.WITHDRAWN, Status.OFFERED]
)
def test_only_places_are_reported(district: District, status: Status) -> None:
    make.registration(course_session=past(), person=make.person(employer=district), status=status)

    assert list(stream(of_district(district), around())) == []


def test_days_are_those_on_the_wall(district: District) -> None:
    late = clock.at(date(2026, 3, 31), datetime(2026, 1, 1, 21, 0).time())  # noqa: DTZ001
    course_session = make.course_session(starts_at=late)
    make.registration(course_session=course_session, person=make.person(employer=district))

    def rows(first: date, last: date) -> int:
        return len(list(stream(of_district(district), Period(first, last))))

    assert rows(date(2026, 3, 31), date(2026, 3, 31)) == 1
    assert rows(date(2026, 4, 1), date(2026, 4, 30)) == 0


def test_a_certificate_stands_on_the_last_meeting_and_a_revoked_one_nowhere(
    district: District,
) -> None:
    ada = make.registration(course_session=past(meetings=2), person=make.person(employer=district))
    mark(ada, Presence.PRESENT, Presence.PRESENT)
    [issued] = certificates.issue(
        course_session=ada.course_session, registration_ids=[ada.id], actor=SYSTEM
    )
    assert [row.certificate for row in stream(of_district(district), around())] == [
        None,
        issued.serial,
    ]

    certificates.revoke(certificate=issued, reason="Wrong.", actor=SYSTEM)
    assert [row.certificate for row in stream(of_district(district), around())] == [None, None]


def test_the_files_keep_their_columns_codes_and_texts(client: FlaskClient) -> None:
    district = make.district(org_code="00240000")
    person = make.person(employer=district, first_name="=SUM(A1)", last_name="O'Brien, Zoë")
    ada = make.registration(course_session=past(), person=person)
    mark(ada, Presence.PRESENT)
    make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))

    [row] = csv_rows(client, "/districts/00240000/attendance.csv")
    assert list(row) == COLUMNS
    assert row["district_org_code"] == "00240000"
    assert row["first_name"] == "'=SUM(A1)"
    assert row["last_name"] == "O'Brien, Zoë"
    assert row["status"] == "present"
    assert row["minutes"] == "360"
    assert row["session_hours"] == "6"
    assert datetime.fromisoformat(row["meeting_starts_at"]).utcoffset() is not None

    with client.get("/districts/00240000/attendance.xlsx") as book:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(book.data))
    cells = workbook.get_sheet_by_index(0).to_python()
    assert cells[0] == COLUMNS
    assert cells[1][0] == "00240000"
    assert cells[1][4] == "=SUM(A1)"
    assert datetime.fromisoformat(str(cells[1][14])).utcoffset() is not None


def test_a_collaborative_sees_all_of_its_own_and_nothing_else(district: District) -> None:
    ours, theirs = past(), past()
    make.registration(course_session=ours, person=make.person(employer=district))
    make.registration(course_session=ours, person=make.person())
    make.registration(course_session=theirs, person=make.person(employer=district))

    rows = list(stream(of_collaborative(ours.collaborative), around()))

    assert {row.session_id for row in rows} == {ours.id}
    assert len(rows) == 2
    assert totals(of_collaborative(ours.collaborative), around()).people == 2


def test_a_coordinator_takes_the_same_report_home_for_the_days_asked(
    client: FlaskClient, district: District
) -> None:
    place = make.collaborative()
    long_ago = make.course_session(
        collaborative=place, starts_at=clock.at(date(2024, 10, 8), time(9)), meetings=2
    )
    make.registration(course_session=long_ago, person=make.person(employer=district))
    make.registration(
        course_session=past(collaborative=place), person=make.person(employer=district)
    )
    make.sign_in(client, make.coordinator(place))
    address = f"/manage/{place.slug}/reports/attendance"
    days = "from=2024-10-01&to=2024-10-14"

    page = client.get(f"{address}?{days}")
    assert f'href="{address}.csv?{days.replace("&", "&amp;")}"' in page.text
    [row] = csv_rows(client, f"{address}.csv?{days}")
    assert row["meeting_starts_at"] == "2024-10-08T09:00:00-04:00"
    assert row["session_hours"] == ""  # The second meeting, which closes the sums, is later.
    with client.get(f"{address}.xlsx?{days}") as book:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(book.data))
    assert len(workbook.get_sheet_by_index(0).to_python()) == 2


def test_what_is_still_to_come_waits_for_no_mark(district: District) -> None:
    for course_session in (
        past(),
        make.course_session(),
        make.course_session(
            format=Format.SELF_PACED, independent_minutes=60, starts_at=clock.now()
        ),
    ):
        make.registration(course_session=course_session, person=make.person(employer=district))

    found = totals(of_district(district), around())

    assert (found.rows, found.unmarked) == (3, 1)


def test_somebody_who_attends_twice_is_one_person(district: District) -> None:
    ada = make.person(employer=district)
    for _ in range(2):
        make.registration(course_session=past(meetings=2), person=ada)

    found = totals(of_district(district), around())

    assert (found.rows, found.people) == (4, 1)


def test_the_page_costs_the_same_with_one_row_and_many(
    client: FlaskClient, district: District
) -> None:
    course_session = past()
    make.registration(course_session=course_session, person=make.person(employer=district))
    make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))
    address = f"/districts/{district.org_code}/attendance"
    with count_queries() as few:
        assert client.get(address).status_code == 200
    for _ in range(10):
        make.registration(course_session=course_session, person=make.person(employer=district))
    with count_queries() as many:
        client.get(address)

    assert len(many) <= len(few) <= MOST


@pytest.mark.parametrize(
    "query",
    [
        *("from=yesterday", "from=2026-02-30", "from=2027-01-01&to=2026-01-01", "page=0&to=x"),
        *("from=9999-12-31", "to=9999-12-31", "from=0001-01-01", "from=0001-01-01&to=0001-01-02"),
    ],
)
def test_odd_days_are_answered_with_what_to_do(
    client: FlaskClient, district: District, query: str
) -> None:
    make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))

    answer = client.get(f"/districts/{district.org_code}/attendance?{query}")

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    for ending in ("csv", "xlsx"):
        file = client.get(f"/districts/{district.org_code}/attendance.{ending}?{query}")
        assert file.status_code == 302  # To the page, which says what to do.
        assert client.get(file.headers["Location"]).status_code == 422


def test_a_coordinator_reads_the_district_where_a_district_reads_the_host(
    client: FlaskClient, district: District
) -> None:
    course_session = past()
    host = course_session.collaborative
    make.registration(course_session=course_session, person=make.person(employer=district))

    make.sign_in(client, make.coordinator(host))
    rows = client.get(f"/manage/{host.slug}/reports/attendance").text.partition("<tbody")[2]
    assert district.name in rows
    assert host.name not in rows.partition("</tbody>")[0]

    make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))
    rows = client.get(f"/districts/{district.org_code}/attendance").text.partition("<tbody")[2]
    assert host.name in rows.partition("</tbody>")[0]


def test_nothing_is_asked_before_the_first_row_is(district: District) -> None:
    """A file is sent when its view is over, and with it what the view had opened."""
    with count_queries() as asked:
        rows = stream(of_district(district), around())
        assert not asked
        assert list(rows) == []
    assert len(asked) == 1
