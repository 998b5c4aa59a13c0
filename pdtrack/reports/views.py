"""Attendance reports on screen and as files, and the year in figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from pdtrack.core import clock, navigation
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404, page_number, paginate, table_download
from pdtrack.core.tables import screen_rows
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative, Organization
from pdtrack.reports import attendance as report
from pdtrack.reports import policy
from pdtrack.reports import year as years
from pdtrack.reports.forms import PeriodForm

bp = Blueprint("reports", __name__)
DISTRICT = "/districts/<org_code>/attendance"
DESK = "/manage/<short_name>/reports"
FIRST_YEAR = 2000
ON_SCREEN = frozenset(
    {
        "last_name",
        "first_name",
        "district",
        "school",
        "session",
        "collaborative",
        "meeting_starts_at",
        "status",
        "minutes",
    }
)


def init_app(app: Flask) -> None:
    """Add the pages and their menu entries."""
    app.register_blueprint(bp)
    navigation.add(
        "district",
        "Attendance",
        "reports.district_attendance",
        order=30,
        rule="reports.read_district_attendance",
    )
    navigation.add(
        "manage",
        "Attendance report",
        "reports.attendance",
        order=60,
        rule="reports.read_attendance",
    )
    navigation.add("manage", "Year in figures", "reports.year", order=70, rule="reports.read_year")


@bp.get(DISTRICT)
def district_attendance(org_code: str) -> ResponseReturnValue:
    """Show a district who of its staff attended what."""
    district = or_404(organizations.district(org_code))
    authorize(policy.may_read_district_attendance, district)
    return _page(district, report.of_district(district), org_code=district.org_code)


@bp.get(f"{DISTRICT}.<any(csv, xlsx):ending>")
def district_attendance_file(org_code: str, ending: str) -> ResponseReturnValue:
    """Send a district its attendance report as a file."""
    district = or_404(organizations.district(org_code))
    authorize(policy.may_read_district_attendance, district)
    return _file(
        report.of_district(district),
        f"attendance-{district.org_code}",
        ending,
        page=url_for(".district_attendance", org_code=district.org_code),
    )


@bp.get(f"{DESK}/attendance")
def attendance(short_name: str) -> ResponseReturnValue:
    """Show a coordinator who attended what."""
    place = or_404(organizations.collaborative(short_name))
    authorize(policy.may_read_attendance, place)
    return _page(place, report.of_collaborative(place), short_name=place.slug)


@bp.get(f"{DESK}/attendance.<any(csv, xlsx):ending>")
def attendance_file(short_name: str, ending: str) -> ResponseReturnValue:
    """Send a coordinator the attendance report as a file."""
    place = or_404(organizations.collaborative(short_name))
    authorize(policy.may_read_attendance, place)
    return _file(
        report.of_collaborative(place),
        f"attendance-{place.slug}",
        ending,
        page=url_for(".attendance", short_name=place.slug),
    )


@bp.get(f"{DESK}/year")
def year(short_name: str) -> ResponseReturnValue:
    """Show the board what a fiscal year brought, on one page to print."""
    place = or_404(organizations.collaborative(short_name))
    authorize(policy.may_read_year, place)
    this_year = clock.fiscal_year(clock.today())
    asked = request.args.get("year", default=this_year, type=int)
    number = asked if FIRST_YEAR < asked <= this_year + 1 else this_year
    found = years.of_collaborative(place, number)
    return render_template(
        "reports/year.html",
        place=place,
        year=found,
        quarters=list(zip(years.MONTHS, found.quarters, strict=True)),
        choices=range(this_year + 1, this_year - 5, -1),
        made_at=clock.now(),
    )


def _page(
    place: Organization, condition: ColumnElement[bool], **address: Any
) -> ResponseReturnValue:
    form = PeriodForm(request.args)
    form.validate()
    period = form.period
    columns = [column for column in report.columns() if column.key in ON_SCREEN]
    totals = report.totals(condition, period)
    page = paginate(
        report.statement(condition, period),
        number=page_number(),
        scalars=False,
        total=totals.rows,
    )
    asked: dict[str, Any] = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return form_page(
        "reports/attendance.html",
        form=form,
        place=place,
        is_host=isinstance(place, Collaborative),
        period=period,
        page=page,
        rows=[{cell.column.key: cell for cell in row} for row in screen_rows(columns, page.items)],
        totals=totals,
        # What was typed stays, also when it makes no period.
        typed={name: request.args.get(name) or day for name, day in asked.items()},
        files={
            "CSV": url_for(f"{request.endpoint}_file", ending="csv", **address, **asked),
            "Excel": url_for(f"{request.endpoint}_file", ending="xlsx", **address, **asked),
        },
    )


def _file(
    condition: ColumnElement[bool], name: str, ending: str, *, page: str
) -> ResponseReturnValue:
    """Send the report as a file; the page says what is wrong with days that make no sense."""
    form = PeriodForm(request.args)
    if not form.validate():
        return redirect(f"{page}?{request.query_string.decode('ascii', 'ignore')}")
    period = form.period
    rows = report.stream(condition, period)
    name = f"{name}-{period.first}-{period.last}"
    return table_download(report.columns(), rows, name=name, ending=ending)
