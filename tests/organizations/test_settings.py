"""What a collaborative or a district says of itself."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")

CONTACT = {"contact_email": "pd@ces.example", "contact_phone": "413-555-0134", "website": ""}


def test_a_coordinator_changes_what_pages_and_papers_say(client: FlaskClient) -> None:
    place = make.collaborative(name="Services", slug="ces")
    make.sign_in(client, make.coordinator(place))

    answer = client.post(
        "/manage/ces/settings",
        data={
            **CONTACT,
            "legal_name": "Collaborative for Educational Services, Inc.",
            "signer_name": "Ada Able",
            "signer_title": "Executive Director",
            "free_cancellation_days": "5",
            "cancellation_note": "Send a colleague\nat any time.",
        },
    )

    assert answer.headers["Location"] == "/manage/ces/settings"
    db.session.refresh(place)
    assert place.provider_name == "Collaborative for Educational Services, Inc."
    assert place.free_cancellation_days == 5
    assert place.website is None
    entry = db.session.scalars(select(AuditEntry)).one()
    assert entry.event == "organization.changed"
    assert entry.before["free_cancellation_days"] is None


def test_the_usual_policy_is_named_and_the_page_takes_few_queries(client: FlaskClient) -> None:
    place = make.collaborative(slug="ces")
    make.sign_in(client, make.coordinator(place))

    with count_queries() as queries:
        page = client.get("/manage/ces/settings")

    assert "usual 3 business days" in page.text
    assert len(queries) <= MOST


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("contact_email", "pd at ces", "Enter an e-mail address like pd@example.org."),
        ("contact_phone", "call us", "Enter a phone number like"),
        ("website", "javascript:alert(1)", "Enter an address like https://www.example.org."),
        ("legal_name", "x" * 201, "Enter at most 200 characters."),
        ("signer_name", "Ada\nAble", "Enter this on one line."),
        ("free_cancellation_days", "-1", "Enter a whole number of days from 0 to 60."),
        ("free_cancellation_days", "soon", "Enter a whole number of days from 0 to 60."),
        ("website", "http://" + "a." * 40_000 + "<", "Enter at most 200 characters."),
        ("cancellation_note", "x" * 2001, "Enter at most 2,000 characters."),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_and_kept(
    client: FlaskClient, field: str, typed: str, message: str
) -> None:
    place = make.collaborative(slug="ces")
    make.sign_in(client, make.coordinator(place))

    answer = client.post("/manage/ces/settings", data={field: typed, "signer_title": "Director"})

    assert answer.status_code == 422
    assert message in answer.text
    assert answer.text.count(message) == 2  # In the summary and at the field.
    assert 'value="Director"' in answer.text
    assert place.signer_title is None


def test_a_district_says_how_it_is_reached_and_when_school_begins(client: FlaskClient) -> None:
    place = make.district(org_code="00080000")
    administrator = make.role(RoleKind.DISTRICT_ADMINISTRATOR, place)
    make.sign_in(client, administrator)

    client.post("/districts/00080000/settings", data={**CONTACT, "first_school_day": "2026-08-31"})

    db.session.refresh(place)
    assert place.first_school_day == date(2026, 8, 31)
    assert place.contact_email == "pd@ces.example"
    answer = client.post("/districts/00080000/settings", data={"first_school_day": "fall"})
    assert answer.status_code == 422


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_settings_of_others_are_not_there(client: FlaskClient, method: str) -> None:
    own, other = make.collaborative(slug="own"), make.collaborative(slug="other")
    district, neighbor = make.district(), make.district()
    coordinator = make.coordinator(own)
    make.role(RoleKind.DISTRICT_ADMINISTRATOR, district, person=coordinator)
    make.sign_in(client, coordinator)

    for path in (
        f"/manage/{other.slug}/settings",
        "/manage/nowhere/settings",
        f"/districts/{neighbor.org_code}/settings",
        "/districts/99990000/settings",
        "/platform/organizations",
        f"/platform/organizations/{own.org_code}",
    ):
        assert getattr(client, method)(path).status_code in (404, 405), path
    assert client.get(f"/districts/{district.org_code}/settings").status_code == 200


@pytest.mark.parametrize("kind", [RoleKind.PRESENTER, RoleKind.BOARD_MEMBER])
def test_presenters_and_board_members_change_no_settings(
    client: FlaskClient, kind: RoleKind
) -> None:
    place = make.collaborative(slug="ces")
    make.sign_in(client, make.role(kind, place))

    assert client.get("/manage/ces/settings").status_code == 404
