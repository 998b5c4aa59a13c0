"""What is no longer credited counts nowhere, as certificates have it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.certificates import queries as certificates
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.home import queries as home
from pdtrack.reports import year as years
from pdtrack.reports.attendance import Period, of_district, stream
from tests import make

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize(
    ("what", "minutes"), [("independent work", 720), ("a meeting called off", 480)]
)
def test_reports_add_up_what_certificates_credit(what: str, minutes: int) -> None:
    district, begins = make.district(), clock.now() - timedelta(days=20)
    course_session = make.course_session(starts_at=begins, meetings=2, independent_minutes=120)
    make.registration(course_session=course_session, person=make.person(employer=district))
    for part in attendance_queries.parts(course_session):
        attendance.mark_rest_present(course_session=course_session, part=part, actor=SYSTEM)

    if what == "independent work":
        course_session.independent_minutes = 0
    else:
        course_session.meetings[0].cancelled_at = clock.now()
    db.session.commit()

    [candidate] = certificates.candidates(course_session)
    assert candidate.decision.minutes == minutes
    rows = list(stream(of_district(district), Period(clock.local(begins).date(), clock.today())))
    assert [row.session_hours for row in rows if row.session_hours is not None] == [minutes]
    assert sum(row.minutes for row in rows) == minutes
    fiscal_year = clock.fiscal_year(clock.local(begins).date())
    year = years.of_collaborative(course_session.collaborative, fiscal_year)
    assert year.whole.minutes == minutes
    assert [each.hours for each in year.districts] == [minutes // 60]
    assert home.figures(district, fiscal_year).minutes == minutes
