"""A collaborative's sessions: their list, a new one, one of them, and who teaches it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Status
from tests import make
from tests.desk import plans, sent
from tests.queries import MOST, count_queries

LIST = "/manage/ces/sessions"
NEW = f"{LIST}/new"
DRAFT: dict[str, Any] = {"state": SessionState.DRAFT, "published_at": None}


def queries_of(desk: FlaskClient, address: str) -> int:
    with count_queries() as statements:
        assert desk.get(address).status_code == 200
    return len(statements)


def how_many() -> int:
    return db.session.scalar(select(func.count()).select_from(CourseSession)) or 0


def test_an_empty_list_says_what_to_do(desk: FlaskClient) -> None:
    assert "Begin a session of one of your courses" in desk.get(LIST).text
    assert "There is none in this state." in desk.get(f"{LIST}?state=past").text
    assert "No session has this in its title" in desk.get(f"{LIST}?q=zebra").text


def one_of_each(place: Collaborative) -> None:
    """A session in every state of the list, and one of another collaborative."""
    course, later = make.course(collaborative=place), plans.morning(40)
    make.course_session(course=course, title="Coming")
    make.course_session(course=course, title="Over", starts_at=plans.morning(-30))
    make.course_session(course=course, title="Dated", starts_at=later, **DRAFT)
    make.course_session(course=course, title="Called off", state=SessionState.CANCELLED)
    undated = make.course_session(course=course, title="Undated", meetings=0, **DRAFT)
    undated.starts_at = undated.ends_at = None
    make.course_session(title="Elsewhere")
    db.session.commit()


LATEST_FIRST = ["Undated", "Dated", "Called off", "Coming", "Over"]
FOUND: dict[str, list[str]] = {
    "": ["Coming"],
    "?state=drafts": ["Undated", "Dated"],
    "?state=past": ["Over"],
    "?state=cancelled": ["Called off"],
    "?state=all": LATEST_FIRST,
    "?state=nonsense": LATEST_FIRST,
    "?q=over": ["Over"],
    "?q=OFF+call": ["Called off"],
    "?q=over&state=upcoming": [],
    "?q=%25": [],
    "?q=_": [],
    "?q=%00": ["Coming"],
    "?page=99999999999999999999": ["Coming"],
    "?page=-1": ["Coming"],
    "?page=²": ["Coming"],
}


def test_sessions_are_found_by_state_and_words(desk: FlaskClient, place: Collaborative) -> None:
    one_of_each(place)

    for query, found in FOUND.items():
        page = desk.get(f"{LIST}{query}").text
        rows = [each for each in [*LATEST_FIRST, "Elsewhere"] if f">{each}</a>" in page]
        assert sorted(rows, key=lambda title: page.index(f">{title}</a>")) == found, query
        assert rows == found, query


def test_a_draft_without_dates_comes_first_and_says_so(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = make.course_session(collaborative=place, meetings=0, **DRAFT)
    session.starts_at = session.ends_at = None
    db.session.commit()

    assert "No date yet" in desk.get(f"{LIST}?state=drafts").text


def test_the_list_has_pages_and_keeps_its_filter(desk: FlaskClient, place: Collaborative) -> None:
    course = make.course(collaborative=place)
    for number in range(30):
        starts_at = plans.morning(number + 1)
        make.course_session(course=course, title=f"CPI {number:02}", starts_at=starts_at)

    address = f"{LIST}?q=cpi&state=upcoming"
    first, second = desk.get(address).text, desk.get(f"{address}&page=2").text

    assert (first.count(">CPI "), second.count(">CPI ")) == (25, 5)
    assert "CPI 00" in first
    assert "CPI 29" in second
    assert 'href="?q=cpi&amp;state=upcoming&amp;page=2"' in first


def test_the_list_says_how_full_each_session_is(desk: FlaskClient, place: Collaborative) -> None:
    session = make.course_session(collaborative=place, capacity=12)
    for status in (Status.REGISTERED, Status.WAITLISTED, Status.WAITLISTED, Status.CANCELLED):
        make.registration(course_session=session, status=status)

    page = " ".join(desk.get(LIST).text.split())

    assert "1 of 12" in page
    assert "2 waiting" in page


def test_a_presenter_sees_own_sessions_and_changes_none(
    desk: FlaskClient, place: Collaborative
) -> None:
    presenter = make.role(RoleKind.PRESENTER, place)
    mine = make.course_session(collaborative=place, title="Mine", presenters=[presenter])
    other = make.course_session(collaborative=place, title="Theirs")
    make.sign_in(desk, presenter)

    page = desk.get(LIST).text
    assert "Mine" in page
    assert "Theirs" not in page
    assert "New session" not in page
    assert "Copy as a draft" not in desk.get(sent.address(mine)).text
    assert desk.get(sent.address(other)).status_code == 404
    assert desk.post(sent.address(mine, "/copy")).status_code == 404
    assert desk.get(NEW).status_code == 404


def test_a_session_begins_with_its_course(desk: FlaskClient, place: Collaborative) -> None:
    assert "Add the first course" in desk.get(NEW).text
    course = make.course(collaborative=place, title="Restraint, “basic”")
    make.course(collaborative=place, title="Reading 100%")

    assert "Restraint" in desk.get(f"{NEW}?q=RESTRAINT").text
    assert "Reading" not in desk.get(f"{NEW}?q=RESTRAINT").text
    assert "No course has this in its title." in desk.get(f"{NEW}?q=zebra").text
    page = desk.get(f"{NEW}?course={course.id}").text
    assert 'value="Restraint, “basic”"' in page


def test_a_new_session_is_a_draft_with_whom_to_ask(desk: FlaskClient, place: Collaborative) -> None:
    course = make.course(collaborative=place)
    form = {"title": "Žofia’s 🚲 CPI", "format": "in_person", "capacity": "20"}

    answers = [desk.post(f"{NEW}?course={course.id}", data=form) for _ in range(2)]

    [begun] = db.session.scalars(select(CourseSession)).all()
    assert {each.location for each in answers} == {sent.address(begun, "/meetings")}
    assert (begun.state, begun.title) == (SessionState.DRAFT, "Žofia’s 🚲 CPI")
    assert begun.contact_email == "pd@ces.example"
    self_paced = desk.post(f"{NEW}?course={course.id}", data={**form, "format": "self_paced"})
    assert self_paced.location.endswith("/edit")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"title": "   "}, "Give the session a title."),
        ({"title": "x" * 201}, "Enter at most 200 characters."),
        ({"format": ""}, "Choose"),
        ({"capacity": "0"}, "from 1 to 100,000"),
    ],
)
def test_a_new_session_that_cannot_be_keeps_what_was_typed(
    desk: FlaskClient, place: Collaborative, typed: dict[str, str], says: str
) -> None:
    course = make.course(collaborative=place)
    form = {"title": "Kept שלום", "format": "online", "capacity": "7", **typed}

    response = desk.post(f"{NEW}?course={course.id}", data=form)

    assert response.status_code == 422
    assert says in response.text
    assert ("Kept שלום" in response.text) is ("title" not in typed)
    assert how_many() == 0


def test_a_course_that_is_none_begins_nothing(desk: FlaskClient) -> None:
    for course in ("0", "abc", "-1", "²", "999999", "9" * 30):
        assert desk.get(f"{NEW}?course={course}").status_code == 404, course
        assert desk.post(f"{NEW}?course={course}").status_code == 404, course


def test_a_course_of_others_begins_nothing_and_a_retired_one_says_why(
    desk: FlaskClient, place: Collaborative
) -> None:
    theirs = make.course()
    retired = make.course(collaborative=place, retired_at=clock.now())
    form = {"title": "CPI", "format": "online", "capacity": "7"}

    assert desk.post(f"{NEW}?course={theirs.id}", data=form).status_code == 404
    refused = desk.post(f"{NEW}?course={retired.id}", data=form)
    assert refused.status_code == 422
    assert "This course is retired." in refused.text
    assert how_many() == 0


def test_earlier_sessions_are_offered_to_begin_from(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = make.course_session(collaborative=place, starts_at=plans.morning(-30))

    page = desk.get(f"{NEW}?course={session.course_id}").text

    assert "Or begin from an earlier one" in page
    assert sent.address(session, "/copy") in page


def test_a_session_s_page_says_why_nobody_is_promoted(
    desk: FlaskClient, place: Collaborative
) -> None:
    # pretix #3628: a free seat, nobody promoted, no reason shown.
    free = make.course_session(collaborative=place, capacity=2)
    full = make.course_session(collaborative=place, capacity=1)
    make.registration(course_session=full)
    for session in (free, full):
        make.registration(course_session=session, status=Status.WAITLISTED)
    empty = make.course_session(collaborative=place)

    assert "Places are free although people wait." in desk.get(sent.address(free)).text
    assert "The only place is taken." in desk.get(sent.address(full)).text
    assert "Why is nobody being promoted?" not in desk.get(sent.address(empty)).text


def test_a_session_online_without_its_link_says_so(desk: FlaskClient, place: Collaborative) -> None:
    session = make.course_session(collaborative=place, format=Format.ONLINE)

    assert "No link to join yet" in desk.get(sent.address(session)).text
    assert "No link to join yet" not in desk.get(f"/sessions/{session.id}").text


def test_who_teaches_is_chosen_among_those_who_may(desk: FlaskClient, place: Collaborative) -> None:
    session = plans.held_at(collaborative=place)
    presenter = make.role(RoleKind.PRESENTER, place)
    stranger = make.person()
    address = sent.address(session, "/presenters")

    for chosen in (str(stranger.id), "abc", "9" * 30):
        refused = desk.post(address, data={"presenters": chosen})
        assert refused.status_code == 422
        assert "Choose from the list" in refused.text
    desk.post(address, data={"presenters": [presenter.id, presenter.id]})
    assert session.presenters == [presenter]
    desk.post(address, data={"csrf_token": "whatever"})
    assert session.presenters == []


def test_every_page_asks_as_little_of_much_as_of_little(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = plans.held_at(collaborative=place, meetings=2, capacity=3)
    plans.registered(session)
    tails = ("", "/edit", "/meetings", "/presenters", "/cancel")
    lists = [LIST, f"{LIST}?state=all&q=c", NEW, f"{NEW}?course={session.course_id}"]
    addresses = [*lists, *(sent.address(session, tail) for tail in tails)]
    few = {each: queries_of(desk, each) for each in addresses}

    for _ in range(4):
        plans.registered(session)
        plans.registered(plans.held_at(course=session.course, title="CPI"))
        make.role(RoleKind.PRESENTER, place)
        make.venue(collaborative=place)

    assert {each: queries_of(desk, each) for each in addresses} == few
    assert max(few.values()) <= MOST
