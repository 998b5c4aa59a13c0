"""What may be typed to sign up, and what becomes of it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts.models import (
    Confirmation,
    SignUp,
)
from pdtrack.core import clock
from pdtrack.core.db import db
from tests import make
from tests.accounts import mailbox
from tests.accounts.arriving import (
    ADDRESS,
    confirm,
    district_with_domain,
    sign_up,
    somebody,
)
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")


def test_an_address_in_the_employers_own_domain_names_and_confirms_it(client: FlaskClient) -> None:
    amherst = district_with_domain("amherst.example")

    sign_up(client, employer="")
    assert "Amherst" in client.get(mailbox.path_in(mailbox.newest(ADDRESS))).text
    confirm(client)

    employment = somebody().employments[0]
    assert employment.organization_id == amherst.id
    assert employment.confirmed_by == Confirmation.DOMAIN
    assert employment.from_on == clock.today()


def test_another_employer_than_the_domains_is_only_claimed(client: FlaskClient) -> None:
    district_with_domain("amherst.example")
    other = make.district()

    sign_up(client, employer=str(other.id))
    confirm(client)

    employment = somebody().employments[0]
    assert employment.organization_id == other.id
    assert not employment.is_confirmed


def test_the_page_names_the_employer_while_one_types(client: FlaskClient) -> None:
    district_with_domain("amherst.example")

    known = client.post("/sign-up/employer", data={"email": " Ada@Amherst.example"})
    unknown = client.post("/sign-up/employer", data={"email": "ada@elsewhere.example"})
    nothing = client.post("/sign-up/employer", data={})

    assert "Your address belongs to Amherst" in known.text
    assert unknown.text.strip() == nothing.text.strip() == ""


def test_the_school_is_chosen_at_the_end(client: FlaskClient) -> None:
    amherst = district_with_domain("amherst.example")
    school = make.school(district=amherst)
    elsewhere = make.school(district=make.district())
    sign_up(client, employer=str(amherst.id))
    path = mailbox.path_in(mailbox.newest(ADDRESS))
    assert school.name in client.get(path).text

    refused = client.post(path, data={"school": str(elsewhere.id)})
    accepted = client.post(path, data={"school": str(school.id)})

    assert (refused.status_code, accepted.status_code) == (422, 302)
    assert somebody().employments[0].school_id == school.id


def test_a_private_school_is_typed(client: FlaskClient) -> None:
    lacking = sign_up(client, employer="other:private_school")
    assert lacking.status_code == 422
    assert 'id="employer_name-error"' in lacking.text

    sign_up(client, employer="other:private_school", employer_name="Willow Hill School")
    confirm(client)

    assert somebody().employments[0].employer_name == "Willow Hill School"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"first_name": "  "}, "first_name"),
        ({"first_name": "x" * 201}, "first_name"),
        ({"last_name": "\u200b"}, "last_name"),
        ({"last_name": "Able\nBcc: all"}, "last_name"),
        ({"last_name": "\x07"}, "last_name"),
        ({"email": ""}, "email"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@localhost"}, "email"),
        ({"email": f"{'a' * 65}@people.example"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": ADDRESS}, "password"),
        ({"employer": ""}, "employer"),
        ({"employer": "999999"}, "employer"),
        ({"employer": "other:nonsense"}, "employer"),
        ({"position": "astronaut"}, "position"),
        ({"employer": "other:out_of_state", "employer_name": "x" * 201}, "employer_name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_kept(
    client: FlaskClient, values: dict[str, str], field: str
) -> None:
    answer = sign_up(client, **values)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "first_name":
        assert 'value="Ada"' in answer.text
    assert db.session.scalars(select(SignUp)).all() == []


def test_what_is_wrong_is_summed_up_in_the_order_of_the_page(client: FlaskClient) -> None:
    page = sign_up(client, first_name="", email="", employer="").text

    links = [page.index(f'href="#{each}"') for each in ("first_name", "email", "employer")]
    assert links == sorted(links)


def test_the_employer_that_an_address_shows_is_said_again_on_a_refused_form(
    client: FlaskClient,
) -> None:
    district_with_domain("amherst.example")

    page = sign_up(client, employer="", password="short").text

    assert "Your address belongs to Amherst" in page
    assert 'id="password-error"' in page
    assert 'id="employer-error"' not in page


@pytest.mark.parametrize(
    "name",
    ["O'Neill-Dvořák", "Nguyễn Thị", "محمد", "שרה", "李", "Zoë 🦊", "x" * 200, "<b>Bob</b>"],
)
def test_names_are_kept_and_shown_as_they_are(client: FlaskClient, name: str) -> None:
    sign_up(client, last_name=name)
    confirm(client)

    assert somebody().last_name == name
    page = client.get("/my/account").text
    assert "<b>Bob" not in page
    shown = page.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
    assert f"Ada {name}" in shown


def test_the_form_takes_few_queries(client: FlaskClient) -> None:
    for _ in range(3):
        make.district()

    with count_queries() as statements:
        client.get("/sign-up")

    assert len(statements) <= MOST
