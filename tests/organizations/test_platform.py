"""The list of all organizations, for whoever runs the installation."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.db import db
from pdtrack.organizations import queries
from pdtrack.organizations.models import Membership
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")
LIST = "/platform/organizations"


@pytest.fixture
def operator(client: FlaskClient) -> FlaskClient:
    return make.sign_in(client, make.platform_administrator())


def test_the_search_finds_names_former_names_short_names_and_codes(operator: FlaskClient) -> None:
    make.district(name="Amherst", org_code="00080000")
    make.collaborative(name="Services for Education", short_name="CES", slug="ces")
    place = queries.collaborative("ces")
    assert place is not None
    operator.post(
        f"{LIST}/{place.org_code}/edit",
        data={"name": "Education for All", "short_name": "CES"},
    )

    def found(text: str, kind: str = "") -> list[str]:
        page = operator.get(LIST, query_string={"q": text, "kind": kind}).text
        return [name for name in ("Amherst", "Education for All") if f">{name}</a>" in page]

    assert found("") == ["Amherst", "Education for All"]
    assert found("amh") == ["Amherst"]
    assert found("0008") == ["Amherst"]
    assert found("ces") == ["Education for All"]
    assert found("services education") == ["Education for All"]
    assert found("", "collaborative") == ["Education for All"]
    assert found("", "nonsense") == ["Amherst", "Education for All"]
    assert found("zzz") == []
    assert found("%") == []


def test_the_list_takes_as_many_queries_with_sixty_as_with_one(operator: FlaskClient) -> None:
    for _ in range(60):
        make.district()

    with count_queries() as first:
        page = operator.get(LIST)
    with count_queries() as second:
        operator.get(f"{LIST}?page=2")

    assert "60 organizations" in page.text
    assert len(first) <= MOST
    assert len(second) <= len(first)


def test_a_collaborative_is_added_with_an_address_of_its_own(operator: FlaskClient) -> None:
    answer = operator.post(
        f"{LIST}/new",
        data={
            "kind": "collaborative",
            "org_code": "05990000",
            "name": "Valley Learning",
            "short_name": "V. Learn",
            "region": "West",
        },
    )

    assert answer.headers["Location"] == f"{LIST}/05990000"
    added = queries.collaborative("v-learn")
    assert added is not None
    assert added.region == "West"
    assert "Valley Learning" in operator.get(f"{LIST}/05990000").text


def test_a_district_is_added(operator: FlaskClient) -> None:
    operator.post(
        f"{LIST}/new",
        data={"kind": "district", "org_code": "09990000", "name": "Newtown", "town": "Newtown"},
    )

    added = queries.district("09990000")
    assert added is not None
    assert (added.name, added.town, added.type) == ("Newtown", "Newtown", None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": ""}, "Choose what it is."),
        ({"org_code": ""}, "Enter the state’s code."),
        ({"org_code": "5990000"}, "Enter the eight digits"),
        ({"org_code": "00010000"}, "Eight digits, the last four zeros; 05 in front"),
        ({"org_code": "05320000"}, "This code belongs to Here before."),
        ({"name": " "}, "Enter the name."),
        ({"short_name": ""}, "Enter the short name"),
        ({"short_name": "???"}, "Enter a short name with letters"),
        ({"short_name": "Taken"}, "This short name belongs to Here before."),
    ],
)
def test_what_makes_no_organization_is_refused(
    operator: FlaskClient, change: dict[str, str], message: str
) -> None:
    make.collaborative(org_code="05320000", name="Here before", slug="taken")
    typed = {
        "kind": "collaborative",
        "org_code": "05990000",
        "name": "Valley Learning",
        "short_name": "VL",
    }

    answer = operator.post(f"{LIST}/new", data={**typed, **change})

    assert answer.status_code == 422
    assert message.replace("’", "&#39;") in answer.text
    assert len(queries.collaboratives()) == 1


def test_closing_ends_memberships_and_hides_it_from_choices_and_reopening_shows_it(
    operator: FlaskClient,
) -> None:
    place = make.collaborative()
    district = make.district(name="Going", member_of=place)

    assert "ends the day before" in operator.get(f"{LIST}/{district.org_code}/close").text.replace(
        "end the day before", "ends the day before"
    )
    operator.post(
        f"{LIST}/{district.org_code}/close", data={"closed_on": clock.today().isoformat()}
    )

    assert [each.name for each in queries.employers()] == [place.name]
    assert place.id not in queries.member_collaborative_ids(district.id, clock.today())
    membership = db.session.scalars(select(Membership)).one()
    assert membership.valid_to is not None
    again = operator.post(
        f"{LIST}/{district.org_code}/close", data={"closed_on": clock.today().isoformat()}
    )
    assert again.status_code == 422

    operator.post(f"{LIST}/{district.org_code}/reopen")

    assert "Going" in [each.name for each in queries.employers()]


def test_memberships_are_entered_and_ended_with_dates(operator: FlaskClient) -> None:
    place, district = make.collaborative(), make.district()

    operator.post(
        f"{LIST}/{district.org_code}/memberships/new",
        data={"other": str(place.id), "valid_from": "2025-07-01", "valid_to": "2026-06-30"},
    )
    operator.post(
        f"{LIST}/{place.org_code}/memberships/new",
        data={"other": str(district.id), "valid_from": "2026-07-01"},
    )

    assert place.id in queries.member_collaborative_ids(district.id, date(2026, 6, 30))
    assert place.id in queries.member_collaborative_ids(district.id, date(2026, 7, 1))
    assert place.id not in queries.member_collaborative_ids(district.id, date(2025, 6, 30))

    newest, oldest = queries.memberships_of(district.id)
    late = operator.post(
        f"{LIST}/{place.org_code}/memberships/{oldest.id}/end", data={"valid_to": "2026-08-31"}
    )
    assert "The next membership begins on 2026-07-01 already." in late.text
    operator.post(
        f"{LIST}/{place.org_code}/memberships/{newest.id}/end", data={"valid_to": "2026-12-31"}
    )

    assert place.id not in queries.member_collaborative_ids(district.id, date(2027, 1, 1))
    events = [each.event for each in db.session.scalars(select(AuditEntry))]
    assert events == ["membership.added", "membership.added", "membership.changed"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"valid_from": "2022-07-01"}, "belongs to it since 2021-07-01 already"),
        ({"valid_from": "2020-07-01"}, "belongs to it since 2021-07-01 already"),
        ({"valid_from": "2020-07-01", "valid_to": "2020-06-30"}, "before the first"),
        ({"valid_from": ""}, "Enter a day"),
        ({"other": "999999"}, "Choose one from the list."),
    ],
)
def test_memberships_that_make_no_sense_are_refused(
    operator: FlaskClient, change: dict[str, str], message: str
) -> None:
    place = make.collaborative()
    district = make.district(member_of=place)

    answer = operator.post(
        f"{LIST}/{district.org_code}/memberships/new",
        data={"other": str(place.id), "valid_from": "2030-07-01", **change},
    )

    assert answer.status_code == 422
    assert message in answer.text


def test_a_membership_cannot_end_before_it_begins(operator: FlaskClient) -> None:
    place = make.collaborative()
    district = make.district(member_of=place)
    membership = queries.memberships_of(district.id)[0]

    answer = operator.post(
        f"{LIST}/{district.org_code}/memberships/{membership.id}/end",
        data={"valid_to": "2021-06-30"},
    )

    assert answer.status_code == 422


def test_a_membership_is_reached_only_through_its_own_organizations(operator: FlaskClient) -> None:
    make.district(member_of=make.collaborative())
    stranger = make.district()
    membership = db.session.scalars(select(Membership)).one()

    path = f"{LIST}/{stranger.org_code}/memberships/{membership.id}/end"
    assert operator.get(path).status_code == 404


def test_one_page_tells_all_about_an_organization(operator: FlaskClient) -> None:
    place = make.collaborative(name="Services")
    district = make.district(name="Amherst", member_of=place)
    make.school(district=district, name="Crocker Farm")
    operator.post(
        f"{LIST}/{district.org_code}/edit", data={"name": "Amherst-Pelham", "town": "Amherst"}
    )

    with count_queries() as counted:
        page = operator.get(f"{LIST}/{district.org_code}").text

    assert len(counted) <= MOST
    for words in ("Amherst-Pelham", "Amherst, until", "Services", "Crocker Farm", "July 1, 2021"):
        assert words in page
    assert "Amherst-Pelham" in operator.get(f"{LIST}/{place.org_code}").text


def test_an_organization_that_does_not_exist_is_not_there(operator: FlaskClient) -> None:
    assert operator.get(f"{LIST}/12345678").status_code == 404


@pytest.mark.parametrize(
    ("short_name", "refusal"),
    [
        ("CES", "This short name belongs to Here before."),
        ("c-e s", "This short name belongs to Here before."),
        ("\u200b", "Enter this in letters."),
    ],
)
def test_a_collaborative_keeps_a_short_name_of_its_own(
    operator: FlaskClient, short_name: str, refusal: str
) -> None:
    # Certificates are numbered under it: two of one name would give out one number twice.
    make.collaborative(name="Here before", short_name="CES", slug="ces")
    place = make.collaborative(name="Another", short_name="CAPS", slug="caps")

    answer = operator.post(
        f"{LIST}/{place.org_code}/edit", data={"name": "Another", "short_name": short_name}
    )

    assert answer.status_code == 422
    assert refusal in answer.text
    assert place.short_name == "CAPS"
