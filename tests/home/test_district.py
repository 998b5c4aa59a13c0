"""Where a district's administrators begin."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.registration.models import Status
from tests import make


def test_the_figures_lead_to_the_registrations_that_they_count(
    app: Flask,  # noqa: ARG001 - the database.
    client: FlaskClient,
) -> None:
    place = make.district()
    for title, status in (("Held", Status.REGISTERED), ("Given up", Status.CANCELLED)):
        person = make.person(employer=place)
        make.registration(
            course_session=make.course_session(title=title, starts_at=clock.now()),
            person=person,
            status=status,
        )
    years_ago = make.course_session(title="Old", starts_at=clock.now() - timedelta(days=800))
    make.registration(course_session=years_ago, person=make.person(employer=place))
    browser = make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, place))
    overview = browser.get(f"/districts/{place.org_code}/").text
    first, last = clock.fiscal_year_dates(clock.fiscal_year(clock.today()))

    address = f"/districts/{place.org_code}/registrations?state=registered&from={first}&to={last}"
    assert address.replace("&", "&amp;") in overview
    page = browser.get(address).text

    assert "Held" in page
    assert "Given up" not in page
    assert "Old" not in page


def test_all_coming_registrations_are_those_that_are_active(
    app: Flask,  # noqa: ARG001 - the database.
    client: FlaskClient,
) -> None:
    place = make.district()
    for index in range(12):
        made = make.course_session(title=f"Coming {index}")
        status = Status.WAITLISTED if index else Status.CANCELLED
        make.registration(course_session=made, person=make.person(employer=place), status=status)
    browser = make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, place))
    overview = browser.get(f"/districts/{place.org_code}/").text
    address = f"/districts/{place.org_code}/registrations?from={clock.today()}&state=active"

    assert "See all 11 coming registrations" in overview
    assert address.replace("&", "&amp;") in overview
    page = browser.get(address).text
    assert "Coming 11" in page
    assert ">Coming 0<" not in page
