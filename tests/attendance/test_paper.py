"""A paper sheet, typed in by the numbers of the printed roster."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pdtrack.attendance import actions, queries
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.attendance.rules import NumbersUnknown
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.core.db import db
from pdtrack.registration import actions as registration_actions
from pdtrack.registration.models import Registration
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def course_session() -> CourseSession:
    return make.course_session(
        starts_at=clock.now() - timedelta(hours=2), presenters=[make.person()]
    )


@pytest.fixture
def people(course_session: CourseSession) -> list[Registration]:
    """Five who registered one after the other, the last in the alphabet first."""
    names = ("Young", "Xu", "Wu", "Vega", "Usher")
    return [
        make.registration(course_session=course_session, person=make.person(last_name=name))
        for name in names
    ]


def enter(
    course_session: CourseSession, numbers: str, were: Presence = Presence.PRESENT
) -> actions.Entered:
    [part] = queries.parts(course_session)
    return actions.enter_paper_sheet(
        course_session=course_session, part=part, numbers=numbers, were=were, actor=SYSTEM
    )


def mark(registration: Registration, presence: Presence, minutes: int | None = None) -> None:
    [part] = queries.parts(registration.course_session)
    actions.mark(
        registration=registration, part=part, presence=presence, minutes=minutes, actor=SYSTEM
    )


def marks(people: list[Registration]) -> list[Presence | None]:
    course_session = people[0].course_session
    found = queries.marks(course_session, course_session.meetings[0].id)
    return [found[each.id].presence if each.id in found else None for each in people]


def lines() -> int:
    return db.session.scalar(select(func.count(AttendanceEntry.id))) or 0


def sheet(course_session: CourseSession) -> str:
    place = course_session.collaborative
    return f"/manage/{place.slug}/sessions/{course_session.id}/attendance"


def test_those_who_were_there_are_marked_and_nobody_else(
    course_session: CourseSession, people: list[Registration]
) -> None:
    assert enter(course_session, "1-2, 4") == (3, 0, 0)

    there = Presence.PRESENT
    assert marks(people) == [there, there, None, there, None]
    [part] = queries.parts(course_session)
    assert queries.newest(course_session)[people[0].id, part.meeting_id].minutes == 360


def test_of_those_absent_everybody_else_was_there(
    course_session: CourseSession, people: list[Registration]
) -> None:
    assert enter(course_session, "3", Presence.ABSENT) == (4, 1, 0)

    there = Presence.PRESENT
    assert marks(people) == [there, there, Presence.ABSENT, there, there]


def test_a_double_click_marks_nobody_again(
    course_session: CourseSession, people: list[Registration]
) -> None:
    enter(course_session, "1-5")

    assert enter(course_session, "1-5") == (0, 0, 0)
    assert lines() == len(people)


def test_whoever_is_marked_otherwise_stays_so_and_is_counted(
    course_session: CourseSession, people: list[Registration]
) -> None:
    mark(people[0], Presence.ABSENT)
    mark(people[1], Presence.PARTIAL, 90)
    mark(people[2], Presence.PRESENT)

    assert enter(course_session, "1-4") == (1, 0, 2)

    assert marks(people)[:2] == [Presence.ABSENT, Presence.PARTIAL]


def test_each_mark_of_a_paper_sheet_is_undone_like_any_other(
    course_session: CourseSession, people: list[Registration]
) -> None:
    enter(course_session, "1-2")
    [part] = queries.parts(course_session)

    actions.undo(registration=people[0], part=part, actor=SYSTEM)

    assert marks(people)[:2] == [None, Presence.PRESENT]
    assert enter(course_session, "1") == (1, 0, 0)


def test_one_wrong_number_marks_nobody(
    course_session: CourseSession, people: list[Registration]
) -> None:
    with pytest.raises(NumbersUnknown, match="number 6 or 60"):
        enter(course_session, "1-6, 60")

    assert lines() == 0
    assert marks(people) == [None] * 5


def test_nobody_is_marked_before_the_meeting_begins() -> None:
    course_session = make.course_session()
    make.registration(course_session=course_session)

    with pytest.raises(actions.NotMarkable, match="has not begun"):
        enter(course_session, "1")
    assert lines() == 0


def test_a_number_stays_with_its_person_whoever_comes_or_goes(
    course_session: CourseSession, people: list[Registration]
) -> None:
    registration_actions.remove(registration=people[1], reason="Moved.", actor=SYSTEM)
    late = make.registration(course_session=course_session)

    assert enter(course_session, "1-3, 6") == (3, 0, 0)
    assert marks([people[0], people[2], late]) == [Presence.PRESENT] * 3
    with pytest.raises(NumbersUnknown, match="number 2"):
        enter(course_session, "2")


def test_the_printed_numbers_are_those_that_are_typed(
    client: FlaskClient, course_session: CourseSession, people: list[Registration]
) -> None:
    make.sign_in(client, course_session.presenters[0])
    paper = client.get(sheet(course_session).replace("attendance", "roster/print")).text
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in paper.split("<tr")]
    [number] = [row.split()[-1] for row in _cut(rows, "Wu")]

    client.post(
        f"{sheet(course_session)}/paper",
        data={
            "meeting": course_session.meetings[0].id,
            "were": "present",
            "numbers": number,
        },
    )

    assert marks(people) == [None, None, Presence.PRESENT, None, None]


def _cut(rows: list[str], name: str) -> list[str]:
    """Return what stands before a name, in the rows that have it."""
    return [row.partition(name)[0] for row in rows if name in row]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"were": "present", "numbers": "1, 7"}, "Nobody on the sheet has the number 7."),
        ({"were": "present", "numbers": "1 & 2"}, "like 1-12, 15, 18, not &amp;."),
        ({"were": "present", "numbers": ""}, "Write the numbers, like 1-12, 15, 18."),
        ({"were": "late", "numbers": "1-2"}, "Choose one from the list."),
        ({"were": "absent", "numbers": "1" * 1001}, "Use at most 1,000 characters."),
    ],
)
def test_a_refused_sheet_is_shown_again_with_what_was_typed(
    client: FlaskClient,
    course_session: CourseSession,
    people: list[Registration],
    form: dict[str, str],
    says: str,
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))

    answer = client.post(
        f"{sheet(course_session)}/paper",
        data={"meeting": course_session.meetings[0].id, **form},
    )

    assert answer.status_code == 422
    assert says in answer.text
    assert '<details class="why" open>' in answer.text
    assert f'value="{form["numbers"]}"' in answer.text.replace("&amp;", "&")
    assert f'id="row-{people[0].id}"' in answer.text
    assert lines() == 0


def test_the_sheet_says_what_became_of_the_paper(
    client: FlaskClient, course_session: CourseSession, people: list[Registration]
) -> None:
    make.sign_in(client, course_session.presenters[0])
    mark(people[4], Presence.PARTIAL, 90)
    form = {"meeting": course_session.meetings[0].id, "were": "absent", "numbers": "1"}

    page = client.post(f"{sheet(course_session)}/paper", data=form, follow_redirects=True)

    assert "Marked 3 present and 1 absent." in page.text
    assert "1 person was marked otherwise before and stays as marked." in page.text


@pytest.mark.parametrize("who", ["board member", "presenter of others", "educator", "stranger"])
def test_nobody_else_enters_a_paper_sheet(
    client: FlaskClient, course_session: CourseSession, people: list[Registration], who: str
) -> None:
    place = course_session.collaborative
    person = {
        "board member": lambda: make.role(RoleKind.BOARD_MEMBER, place),
        "presenter of others": lambda: make.role(RoleKind.PRESENTER, place),
        "educator": lambda: people[0].person,
        "stranger": lambda: make.coordinator(make.collaborative()),
    }[who]()
    make.sign_in(client, person)
    form = {"meeting": course_session.meetings[0].id, "were": "present", "numbers": "1"}

    assert client.post(f"{sheet(course_session)}/paper", data=form).status_code == 404
    assert lines() == 0


def test_a_meeting_of_another_session_does_not_exist_here(
    client: FlaskClient, course_session: CourseSession, people: list[Registration]
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    other = make.course_session(collaborative=course_session.collaborative)
    form = {"meeting": other.meetings[0].id, "were": "present", "numbers": "1"}

    assert client.post(f"{sheet(course_session)}/paper", data=form).status_code == 404
    assert marks(people) == [None] * 5


def test_the_printed_roster_reads_the_same_number_of_times_however_many_are_on_it(
    client: FlaskClient, course_session: CourseSession, people: list[Registration]
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    address = sheet(course_session).replace("attendance", "roster/print")
    with count_queries() as few:
        assert people[0].person.sort_name in client.get(address).text
    for _ in range(10):
        make.registration(course_session=course_session)
    with count_queries() as many:
        client.get(address)

    assert len(many) <= len(few) <= MOST
