"""The public pages, as strangers, educators and staff see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.accounts.models import Person
from pdtrack.catalog import actions
from pdtrack.catalog.models import CourseSession, Format, Promise, SessionState
from pdtrack.catalog.search import listing
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Status
from tests import make
from tests.queries import MOST, count_queries


@pytest.fixture
def ces(app: Flask) -> Collaborative:  # noqa: ARG001 - opens the database.
    return make.collaborative(slug="ces", short_name="CES", name="Educational Services")


@pytest.fixture
def educator(ces: Collaborative) -> Person:
    return make.person(employer=make.district(name="Amherst", member_of=ces))


def session(ces: Collaborative, title: str = "CPI", **values: Any) -> CourseSession:
    course = make.course(collaborative=ces, title=title, description=f"{title}.\nAll of it.")
    made = make.course_session(
        course=course,
        **{"member_price_cents": 100_00, "non_member_price_cents": 150_00, **values},
    )
    actions.reindex(actor=SYSTEM)
    return made


def page_of(client: FlaskClient, course_session: CourseSession) -> str:
    response = client.get(f"/sessions/{course_session.id}")
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_an_empty_installation_has_a_home_page(client: FlaskClient) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert "No sessions are posted yet" in response.text


def test_home_shows_what_is_next_and_who_stands_behind_it(
    client: FlaskClient, ces: Collaborative
) -> None:
    make.collaborative(name="Valley Collaborative")
    session(ces)

    page = client.get("/").text

    assert 'role="search"' in page
    assert "$100 for members" in page
    assert "Valley Collaborative" in page
    assert page.count("<h1") == 1


def test_an_installation_for_one_shows_no_chooser(client: FlaskClient, ces: Collaborative) -> None:
    session(ces)

    home, catalog = client.get("/").text, client.get("/sessions").text

    assert "Educational Services and its member districts register here" in home
    assert "All collaboratives" not in catalog
    assert 'id="collaboratives"' not in home
    assert client.get("/collaboratives").location == "/collaboratives/ces"


def test_filters_stay_in_the_address_and_each_can_be_taken_away(
    client: FlaskClient, ces: Collaborative
) -> None:
    made = session(ces, "Autism, basics")

    page = client.get(f"/sessions?q=autism&topic={made.topic.slug}&open=1").text

    assert "1 session, best matches first" in " ".join(page.split())
    assert f'href="?topic={made.topic.slug}&amp;open=1"' in page
    assert 'href="?q=autism&amp;open=1"' in page
    assert "Open for registration" in page


def test_nothing_found_says_what_is_near(client: FlaskClient, ces: Collaborative) -> None:
    session(ces, "Autism, basics")

    page = client.get("/sessions?q=autism&format=online").text

    assert "No sessions match" in page
    assert "The same words without the filters" in page
    assert "Autism, basics" in page
    assert "Coming up next" in client.get("/sessions?q=zebra").text


def test_what_was_mistyped_is_asked_back_as_a_link(client: FlaskClient, ces: Collaborative) -> None:
    session(ces, "Autism, basics")

    page = " ".join(client.get("/sessions?q=autisim&format=online").text.split())

    assert 'Did you mean <a href="/sessions?q=autism">autism</a>?' in page
    assert "Autism, basics" in page


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=abc", "page=99999999999999999999", "page=²",
        "from=yesterday", "from=2026-13-45", "to=9999-12-31", "from=0001-01-01", "from=9999-12-31",
        "format=forged", "category=x", "sort=up", "open=yes", "topic=%00", "collaborative=%F0%9F",
        "q=%22%27%28", "q=" + "x" * 5000, "q=%00", "q=a&q=b", "unknown=1", "q=%ED%A0%80",
        "topic=' OR 1=1 --", "q=%D8%B9%D8%B1%D8%A8%D9%8A",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_answered(
    client: FlaskClient, ces: Collaborative, query: str
) -> None:
    session(ces)

    assert client.get(f"/sessions?{query}").status_code == 200


def test_the_page_answers_when_where_how_much_and_what_for(
    client: FlaskClient, ces: Collaborative
) -> None:
    venue = make.venue(
        collaborative=ces,
        address="97 Hawley Street",
        parking="Behind the house.",
        accessibility="Ramp at the side.",
    )
    made = session(
        ces,
        venue_id=venue.id,
        meetings=2,
        promise=Promise.PDPS,
        promised_tenths=120,
        bring="Flat shoes",
    )

    page = page_of(client, made)

    assert "2 meetings; come to all of them" in page
    assert page.count("<time datetime=") == 2
    assert "97 Hawley Street" in page
    assert "https://www.google.com/maps/search/?api=1&amp;query=97%20Hawley%20Street" in page
    for words in ("Behind the house.", "Ramp at the side.", "Flat shoes", "12 PDPs (12 hours)"):
        assert words in page
    assert "$150" in page
    assert "to see whether your district is a member" in page
    assert "20 places left" in page
    assert "mailto:pd@collaborative.example" in page
    assert "Keep everybody safe." in page
    assert "Cancelling is free until" in page
    assert f"/sessions/{made.id}/register" in page
    assert f"/sessions/{made.id}.ics" in page
    assert page.count("<h1") == 1


def test_a_member_s_educator_sees_the_member_price_and_why(
    client: FlaskClient, ces: Collaborative, educator: Person
) -> None:
    made = session(ces)

    page = page_of(make.sign_in(client, educator), made)

    assert "$100" in page
    assert "Member price: Amherst is a member of CES" in page


def test_the_link_to_join_is_shown_only_to_the_registered(
    client: FlaskClient, ces: Collaborative, educator: Person
) -> None:
    link = "https://meet.example/secret"
    made = session(ces, format=Format.ONLINE, online_link=link)
    waiting = make.registration(
        course_session=made, person=make.person(), status=Status.WAITLISTED
    ).person
    make.registration(course_session=made, person=educator)

    assert link not in page_of(client, made)
    assert link not in page_of(make.sign_in(client, waiting), made)
    page = page_of(make.sign_in(client, educator), made)
    assert link in page
    assert "You have a place." in page
    assert "See my registration" in page


def test_who_is_registered_before_there_is_a_link_is_told_where_it_will_be(
    client: FlaskClient, ces: Collaborative, educator: Person
) -> None:
    made = session(ces, format=Format.ONLINE)

    before = page_of(make.sign_in(client, educator), made)
    make.registration(course_session=made, person=educator)
    after = page_of(client, made)

    assert "shown here once you are registered" in before
    assert "shown here once you are registered" not in after
    assert "The link to join will be here in time." in after


def test_whoever_waits_sees_the_position(client: FlaskClient, ces: Collaborative) -> None:
    made = session(ces, capacity=1)
    make.registration(course_session=made)
    make.registration(course_session=made, status=Status.WAITLISTED)
    second = make.registration(course_session=made, status=Status.WAITLISTED).person

    stranger = page_of(client, made)
    own = page_of(make.sign_in(client, second), made)

    assert "The only place is taken." in stranger
    assert "Join the waitlist" in stranger
    assert "2 people are waiting" in stranger
    assert "number 2 in line" in own
    assert "Join the waitlist" not in own


def test_a_full_session_without_waitlist_offers_no_button(
    client: FlaskClient, ces: Collaborative
) -> None:
    made = session(ces, capacity=1, has_waitlist=False)
    make.registration(course_session=made)

    page = page_of(client, made)

    assert "keeps no waitlist" in page
    assert f"/sessions/{made.id}/register" not in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"opens_days_before": 3}, "Registration opens"),
        ({"closes_hours_before": 24 * 30}, "Registration closed"),
        ({"starts_at": timedelta(hours=-1)}, "This session has begun"),
        ({"starts_at": timedelta(days=-9)}, "This session is over"),
    ],
)
def test_too_early_and_too_late_are_said(
    client: FlaskClient, ces: Collaborative, values: dict[str, Any], words: str
) -> None:
    if "starts_at" in values:
        values = {"starts_at": clock.now() + values["starts_at"]}
    made = session(ces, **values)

    page = page_of(client, made)

    assert words in page
    assert f"/sessions/{made.id}/register" not in page


def test_a_draft_is_seen_by_its_staff_only(
    client: FlaskClient, ces: Collaborative, educator: Person
) -> None:
    teacher = make.person()
    made = session(ces, state=SessionState.DRAFT, starts_at=None, presenters=[teacher])
    db.session.commit()
    address = f"/sessions/{made.id}"

    assert client.get(address).status_code == 404
    assert make.sign_in(client, educator).get(address).status_code == 404
    elsewhere = make.coordinator(make.collaborative())
    assert make.sign_in(client, elsewhere).get(address).status_code == 404
    for staff in (teacher, make.coordinator(ces)):
        assert "This is a draft" in page_of(make.sign_in(client, staff), made)


def test_a_cancelled_session_says_so_and_why(client: FlaskClient, ces: Collaborative) -> None:
    made = session(ces)
    actions.mark_cancelled(course_session=made, reason="Snow.", actor=SYSTEM)

    page = page_of(client, made)

    assert "This session was cancelled" in page
    assert "Snow." in page
    assert f"/sessions/{made.id}/register" not in page


def test_names_of_all_kinds_are_shown_as_they_are(client: FlaskClient, ces: Collaborative) -> None:
    title = "<script>alert(1)</script> O'Brien & Žižek 😀 " + "very long " * 12
    made = session(ces, title, presenter_name="محمد")

    page = client.get(f"/sessions/{made.id}").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "محمد" in page


def test_a_collaborative_shows_its_sessions_members_and_calendar(
    client: FlaskClient, ces: Collaborative
) -> None:
    ces.contact_email = "office@ces.example"
    db.session.commit()
    make.district(name="Amherst", member_of=ces)
    session(ces, "Ours")
    session(make.collaborative(), "Theirs")

    page = client.get("/collaboratives/ces").text

    assert "Ours" in page
    assert "Theirs" not in page
    assert "1 member district" in page
    assert "Amherst" in page
    assert "office@ces.example" in page
    assert "webcal://localhost/calendars/collaboratives/ces.ics" in page
    assert client.get("/collaboratives/CES").status_code == 404


def test_several_collaboratives_are_listed(client: FlaskClient, ces: Collaborative) -> None:
    session(ces)
    make.collaborative(name="Valley Collaborative")

    page = client.get("/collaboratives").text

    assert "Valley Collaborative" in page
    assert "/collaboratives/ces" in page


@pytest.mark.parametrize("address", ["/accessibility", "/privacy"])
def test_statements_name_an_address_to_write_to(client: FlaskClient, address: str) -> None:
    page = client.get(address).text

    assert "mailto:help@demo.example" in page
    assert page.count("<h1") == 1


def test_search_engines_are_kept_out_of_what_is_personal(client: FlaskClient) -> None:
    assert "Disallow: /my" in client.get("/robots.txt").text


@pytest.mark.parametrize("address", ["/sessions/0", "/sessions/999999", "/sessions/abc"])
def test_what_does_not_exist_is_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_list_that_is_cut_says_how_to_see_the_others(
    client: FlaskClient, ces: Collaborative, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST", 21)
    for number in range(22):
        session(ces, f"CPI {number}")

    first, last = (" ".join(client.get(f"/sessions?page={n}").text.split()) for n in (1, 2))

    assert "Showing 1–20 of more than 21 sessions" in first
    assert "Showing 21–21 of more than 21 sessions" in last
    assert "The first 21 are listed. Search or filter to see the others." in first


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_pages_cost_the_same_for_few_and_for_many(
    client: FlaskClient, ces: Collaborative, educator: Person, is_signed_in: bool
) -> None:
    make.collaborative()
    venue = make.venue(collaborative=ces)
    made = session(ces, venue_id=venue.id, meetings=2)
    make.registration(course_session=made)
    make.registration(course_session=made, person=educator, status=Status.WAITLISTED)
    visitor = make.sign_in(client, educator) if is_signed_in else client
    addresses = [
        "/",
        "/sessions",
        "/sessions?q=cpi",
        "/sessions?q=zebra+crossing&open=1",
        "/sessions?q=crowsing&open=1",
        "/sessions?q=autisim+zebra&open=1&format=online",
        f"/sessions/{made.id}",
        "/collaboratives",
        "/collaboratives/ces",
    ]

    few = [_queries_of(visitor, address) for address in addresses]
    for number in range(25):
        more = session(ces, f"CPI {number}", venue_id=venue.id)
        make.registration(course_session=more)
    many = [_queries_of(visitor, address) for address in addresses]

    assert dict(zip(addresses, many, strict=True)) == dict(zip(addresses, few, strict=True))
    assert max(many) <= MOST


def _queries_of(visitor: FlaskClient, address: str) -> int:
    db.session.expunge_all()
    with count_queries() as statements:
        assert visitor.get(address).status_code == 200
    return len(statements)
