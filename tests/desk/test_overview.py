"""The first page of the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from pdtrack.attendance import actions as attendance
from pdtrack.attendance.models import Presence
from pdtrack.catalog.models import CourseSession, Meeting, SessionState
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Status
from tests import make
from tests.desk import plans, sent
from tests.queries import MOST, count_queries

DESK = "/manage/ces/"
DRAFT: dict[str, Any] = {"state": SessionState.DRAFT, "published_at": None}


def everything(place: Collaborative) -> CourseSession:
    """One of each thing that can wait."""
    held = make.course_session(collaborative=place, title="Held", starts_at=plans.morning(-3))
    zoe = make.person(first_name="Zoë", last_name="O’Hara 😀")
    ada = make.registration(course_session=held, person=zoe)
    part = plans.mark(ada, Presence.PARTIAL)
    attendance.raise_objection(registration=ada, part=part, text="Wrong.", actor=ada.person)
    changed = make.course_session(collaborative=place, title="Changed", starts_at=plans.morning(-3))
    plans.certified(make.registration(course_session=changed, person=zoe), then=Presence.PARTIAL)
    missed = make.course_session(collaborative=place, title="Missed", starts_at=plans.morning(-2))
    plans.unreachable(missed)
    soon: dict[str, Any] = {"collaborative": place, "starts_at": plans.morning(5)}
    make.course_session(title="Draft", **soon, **DRAFT)
    make.course_session(title="Short", minimum=5, **soon)
    line = make.course_session(title="Line", capacity=2, **soon)
    make.registration(course_session=line, status=Status.WAITLISTED)
    plans.registered(make.course_session(title="Mail", **soon))
    plans.mail()[-1].state = MailState.FAILED
    db.session.commit()
    return line


ORDER = [
    "Attendance not posted: Missed",
    "Zoë O’Hara 😀 says that attendance is wrong",
    "Not published yet: Draft",
    "Too few people: Short",
    "People wait although places are free: Line",
    "Certificates no longer match the attendance: Changed",
    "Certificates can be issued: Held",
    "Mail could not be delivered to",
]


def test_what_is_most_urgent_comes_first_and_leads_to_where_it_is_done(
    desk: FlaskClient, place: Collaborative
) -> None:
    line = everything(place)

    page = desk.get(DESK).text

    found = [page.find(f"<strong>{text}") for text in ORDER]
    assert -1 not in found, list(zip(ORDER, found, strict=True))
    assert found == sorted(found)
    assert "1 person waits, 2 places are free" in page
    assert "1 certificate says other hours than are on record" in page
    assert sent.address(line, "/roster") in page


def test_every_thing_to_do_leads_to_a_page(desk: FlaskClient, place: Collaborative) -> None:
    everything(place)
    to_do = desk.get(DESK).text.partition('class="to-do"')[2].partition("</ul>")[0]

    links = [each.partition('"')[0] for each in to_do.split('href="')[1:]]

    assert len(links) == len(ORDER)
    for link in links:
        assert desk.get(link.replace("&amp;", "&")).status_code == 200, link


def test_nothing_to_do_is_said_in_words(desk: FlaskClient, place: Collaborative) -> None:
    make.course_session(collaborative=place)

    page = desk.get(DESK).text

    assert "Nothing waits for you" in page
    assert "No meetings today." in page


def test_a_new_desk_shows_the_three_steps_to_the_first_session(
    desk: FlaskClient, place: Collaborative
) -> None:
    page = desk.get(DESK).text
    assert "Three steps to the first session" in page
    assert page.count(">Done<") == 1  # It has said who it is.
    assert "Add a course" in page

    make.venue(collaborative=place)
    make.course(collaborative=place)
    assert "Begin a session" in desk.get(DESK).text
    make.course_session(collaborative=place, **DRAFT)
    assert "Three steps" not in desk.get(DESK).text


def test_today_and_the_next_two_weeks_are_listed_in_order(
    desk: FlaskClient, place: Collaborative
) -> None:
    with clock.frozen(plans.morning(0)):
        for title, day in (("Later", 20), ("Second", 9), ("Now", 0), ("First", 1), ("Edge", 14)):
            make.course_session(collaborative=place, title=title, starts_at=plans.morning(day))
        make.course_session(collaborative=place, title="Off", state=SessionState.CANCELLED)
        page = desk.get(DESK).text

    today, _, coming = page.partition("The next two weeks")
    assert ">Now</a>" in today
    found = [coming.find(f">{title}</a>") for title in ("First", "Second", "Edge")]
    assert -1 not in found
    assert found == sorted(found)
    assert ">Later</a>" not in page
    assert ">Off</a>" not in page


def test_more_meetings_than_fit_are_not_left_out_in_silence(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = make.course_session(collaborative=place, starts_at=plans.morning(1))
    values = {"ends_at": plans.morning(2), "changed_at": clock.now()}
    fields: dict[str, Any] = {"course_session_id": session.id, **values}
    db.session.add_all(Meeting(starts_at=plans.morning(1), **fields) for _ in range(98))
    db.session.commit()

    assert "There are more than fit here." not in desk.get(DESK).text
    make.saved(Meeting(starts_at=plans.morning(1), **fields))
    assert "There are more than fit here." in desk.get(DESK).text


def test_somebody_who_teaches_sees_own_meetings_and_sheets_only(
    desk: FlaskClient, place: Collaborative
) -> None:
    presenter = make.role(RoleKind.PRESENTER, place)
    everything(place)
    starts_at = clock.now() + timedelta(days=2)
    make.course_session(
        collaborative=place, title="Mine", presenters=[presenter], starts_at=starts_at
    )
    make.sign_in(desk, presenter)

    page = desk.get(DESK).text

    assert ">Mine</a>" in page
    assert "The attendance of your sessions is posted." in page
    for hidden in ("Missed", "Draft", "Line", "New session", "Three steps"):
        assert hidden not in page


def test_the_board_is_sent_to_its_figures(desk: FlaskClient, place: Collaborative) -> None:
    make.sign_in(desk, make.role(RoleKind.BOARD_MEMBER, place))

    assert desk.get(DESK).location == "/manage/ces/reports/year"


@pytest.mark.parametrize("slug", ["nowhere", "CES'", "%00", "x" * 300])
def test_a_desk_that_is_none_is_not_found(desk: FlaskClient, slug: str) -> None:
    assert desk.get(f"/manage/{slug}/").status_code == 404


def test_the_desk_asks_as_little_of_much_as_of_little(
    desk: FlaskClient, place: Collaborative
) -> None:
    counts = []
    for _ in range(2):
        everything(place)
        with count_queries() as statements:
            assert desk.get(DESK).status_code == 200
        counts.append(len(statements))

    assert len(set(counts)) == 1
    assert counts[0] <= MOST
