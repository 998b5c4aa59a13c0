"""The mail domains that employers call their own."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from pdtrack.accounts.models import Confirmation
from pdtrack.core.authz import RoleKind
from pdtrack.organizations import queries
from pdtrack.organizations.models import District, EmailDomain
from tests import make

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def district() -> District:
    return make.district(org_code="00080000", name="Amherst")


@pytest.fixture
def administrator(client: FlaskClient, district: District) -> FlaskClient:
    return make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))


PAGE = "/districts/00080000/settings/domains"


def test_a_new_domain_that_confirms_nobody_yet_says_what_it_will_do(
    administrator: FlaskClient,
) -> None:
    page = administrator.post(PAGE, data={"domain": "arps.example"}, follow_redirects=True)

    assert "Whoever proves an address in it and works for you is confirmed." in page.text


def test_a_new_domain_confirms_whoever_claims_to_work_there_with_an_address_in_it(
    administrator: FlaskClient, district: District
) -> None:
    inside = make.person(email="ada@arps.example")
    outside = make.person(email="ben@gmail.com")
    elsewhere = make.person(email="cleo@arps.example")
    for person, employer in (
        (inside, district),
        (outside, district),
        (elsewhere, make.district()),
    ):
        make.employment(person=person, organization=employer, is_confirmed=False)

    page = administrator.post(PAGE, data={"domain": " @ARPS.example"}, follow_redirects=True)

    assert "arps.example is yours; it confirmed 1 person." in page.text
    assert [each.domain for each in queries.domains_of(district.id)] == ["arps.example"]
    assert inside.employments[0].confirmed_by == Confirmation.DOMAIN
    assert not outside.employments[0].is_confirmed
    assert not elsewhere.employments[0].is_confirmed


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter a domain like"),
        ("nowhere", "Enter a domain like"),
        ("a b.example", "Enter a domain like"),
        ("gmail.com", "Anybody can have an address at gmail.com"),
        ("taken.example", "Hadley calls taken.example its own"),
        ("x" * 260, "Enter at most 253 characters."),
    ],
)
def test_what_proves_nothing_is_refused_and_kept_for_correction(
    administrator: FlaskClient, district: District, typed: str, message: str
) -> None:
    hadley = make.district(name="Hadley", org_code="01170000")
    make.saved(EmailDomain(organization_id=hadley.id, domain="taken.example"))

    answer = administrator.post(PAGE, data={"domain": typed})

    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{typed}"' in answer.text
    assert queries.domains_of(district.id) == []


def test_a_removed_domain_confirms_nobody_any_more_and_is_free_for_others(
    administrator: FlaskClient, district: District
) -> None:
    administrator.post(PAGE, data={"domain": "arps.example"})
    [domain] = queries.domains_of(district.id)

    page = administrator.post(f"{PAGE}/{domain.id}/remove", follow_redirects=True)

    assert "arps.example is removed" in page.text
    assert queries.organization_of_domain("arps.example") is None
    assert administrator.post(f"{PAGE}/{domain.id}/remove").status_code == 404


def test_a_collaborative_has_domains_too(client: FlaskClient) -> None:
    place = make.collaborative(slug="ces")
    make.sign_in(client, make.coordinator(place))

    client.post("/manage/ces/settings/domains", data={"domain": "collaborative.example"})

    assert queries.organization_of_domain("Collaborative.example") is place
    assert "collaborative.example" in client.get("/manage/ces/settings/domains").text


def test_domains_of_others_are_not_there(administrator: FlaskClient) -> None:
    neighbor = make.district()
    domain = make.saved(EmailDomain(organization_id=neighbor.id, domain="n.example"))

    assert administrator.get(f"/districts/{neighbor.org_code}/settings/domains").status_code == 404
    assert administrator.post(f"{PAGE}/{domain.id}/remove").status_code == 404
    assert queries.organization_of_domain("n.example") is neighbor
