"""The attendance sheet and a person's own attendance, as a browser sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pdtrack.attendance import actions, queries
from pdtrack.attendance.models import Presence
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.core.db import db
from pdtrack.registration.models import Registration
from tests import make
from tests.queries import MOST, count_loaded, count_queries

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def course_session() -> CourseSession:
    return make.course_session(
        starts_at=clock.now() - timedelta(hours=2), presenters=[make.person()]
    )


@pytest.fixture
def ada(course_session: CourseSession) -> Registration:
    return make.registration(course_session=course_session)


def sheet(course_session: CourseSession) -> str:
    place = course_session.collaborative
    return f"/manage/{place.slug}/sessions/{course_session.id}/attendance"


def mark(client: FlaskClient, registration: Registration, **form: str) -> int:
    course_session = registration.course_session
    meeting = str(course_session.meetings[0].id)
    answer = client.post(
        f"{sheet(course_session)}/{registration.id}",
        data={"meeting": meeting, **form},
        headers={"HX-Request": "true"} if form.get("htmx") else {},
    )
    return answer.status_code


def holds(registration: Registration) -> tuple[Presence, int] | None:
    entry = queries.newest_of(registration).get(
        (registration.id, registration.course_session.meetings[0].id)
    )
    return (entry.presence, entry.minutes) if entry else None


def test_a_presenter_takes_attendance_of_own_sessions(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, course_session.presenters[0])

    page = client.get(sheet(course_session))
    assert page.status_code == 200
    assert ada.person.sort_name in page.text

    assert mark(client, ada, presence="partial", minutes="90") == 302
    assert holds(ada) == (Presence.PARTIAL, 90)


def test_the_row_and_the_counts_come_back_in_place(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))

    answer = client.post(
        f"{sheet(course_session)}/{ada.id}",
        data={"meeting": course_session.meetings[0].id, "presence": "present"},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 200
    assert f'id="row-{ada.id}"' in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"presence": "partial", "minutes": ""}, "from 1 to 360"),
        ({"presence": "partial", "minutes": "900"}, "from 1 to 360"),
        ({"presence": "partial", "minutes": "ninety"}, "Enter a whole number, like 20."),
        ({"presence": "perhaps"}, "Choose one from the list."),
        ({}, "Choose present, partial or absent"),
    ],
)
def test_a_bad_mark_says_what_to_do_and_changes_nothing(
    client: FlaskClient,
    course_session: CourseSession,
    ada: Registration,
    form: dict[str, str],
    says: str,
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))

    answer = client.post(
        f"{sheet(course_session)}/{ada.id}",
        data={"meeting": course_session.meetings[0].id, **form},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 422
    assert says in answer.text
    assert holds(ada) is None


def test_without_javascript_the_sheet_says_what_is_wrong_and_keeps_what_was_typed(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    ben = make.registration(course_session=course_session)
    make.sign_in(client, make.coordinator(course_session.collaborative))

    answer = client.post(
        f"{sheet(course_session)}/{ada.id}",
        data={"meeting": course_session.meetings[0].id, "presence": "partial", "minutes": "999"},
    )

    assert answer.status_code == 422
    assert "<title>" in answer.text
    assert f'href="#minutes-{ada.id}"' in answer.text
    assert answer.text.count("from 1 to 360") == 2  # Above the list, and at the row.
    assert f'id="refusal-{ada.id}"' in answer.text
    assert f'id="refusal-{ben.id}"' not in answer.text
    assert answer.text.count('value="999"') == 1


def test_work_outside_meetings_has_a_sheet_of_its_own(client: FlaskClient) -> None:
    course_session = make.course_session(
        starts_at=clock.now() - timedelta(days=2), independent_minutes=120
    )
    ada = make.registration(course_session=course_session)
    make.sign_in(client, make.coordinator(course_session.collaborative))
    address = f"{sheet(course_session)}?meeting=outside"

    assert f'href="{address}"' in client.get(sheet(course_session)).text
    page = client.get(address).text
    assert "2 hours credited" in page
    assert 'name="meeting" value=""' in page

    answer = client.post(
        f"{sheet(course_session)}/{ada.id}", data={"meeting": "", "presence": "present"}
    )
    assert answer.headers["Location"].startswith(address)
    [entry] = queries.newest(course_session).values()
    assert (entry.registration_id, entry.minutes) == (ada.id, 120)


@pytest.mark.parametrize("asked", ["0", "x", "-1", "99999999999999999999", "outside", "²"])
def test_an_odd_address_shows_the_meeting_that_is_taken_next(
    client: FlaskClient, course_session: CourseSession, ada: Registration, asked: str
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))

    page = client.get(sheet(course_session), query_string={"meeting": asked})

    assert page.status_code == 200
    assert f'name="meeting" value="{course_session.meetings[0].id}"' in page.text
    assert ada.person.sort_name in page.text


def test_a_presenter_of_the_same_collaborative_has_no_sheet_but_their_own(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    colleague = make.role(RoleKind.PRESENTER, course_session.collaborative)
    make.sign_in(client, colleague)

    assert client.get(sheet(course_session)).status_code == 404
    assert mark(client, ada, presence="present") == 404
    assert holds(ada) is None


def test_a_meeting_or_person_of_another_session_does_not_exist_here(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    other = make.course_session(collaborative=course_session.collaborative)
    stranger = make.registration(course_session=other)

    strange_meeting = {"meeting": str(other.meetings[0].id), "presence": "present"}
    assert mark(client, ada, **strange_meeting) == 404
    assert mark(client, ada, meeting="x", presence="present") == 404
    strange_person = client.post(
        f"{sheet(course_session)}/{stranger.id}",
        data={"meeting": course_session.meetings[0].id, "presence": "present"},
    )
    assert strange_person.status_code == 404


def test_undo_and_the_rest_present(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    ben = make.registration(course_session=course_session)
    meeting = {"meeting": course_session.meetings[0].id}
    mark(client, ada, presence="absent")

    client.post(f"{sheet(course_session)}/rest-present", data=meeting)
    assert holds(ben) == (Presence.PRESENT, 360)
    assert holds(ada) == (Presence.ABSENT, 0)

    client.post(f"{sheet(course_session)}/{ada.id}/undo", data=meeting)
    assert holds(ada) == (Presence.UNMARKED, 0)
    again = client.post(
        f"{sheet(course_session)}/{ada.id}/undo", data=meeting, headers={"HX-Request": "true"}
    )
    assert again.status_code == 422


def test_a_person_sees_own_minutes_and_says_that_they_are_wrong(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    [part] = queries.parts(course_session)
    actions.mark(registration=ada, part=part, presence=Presence.PARTIAL, minutes=60, actor=SYSTEM)
    make.sign_in(client, ada.person)
    address = f"/my/registrations/{ada.id}/attendance"

    page = client.get(address)
    assert "1 hour" in page.text

    empty = client.post(address, data={"meeting": part.meeting_id, "text": ""})
    assert empty.status_code == 422
    sent = client.post(address, data={"meeting": part.meeting_id, "text": "I stayed."})
    assert sent.status_code == 302
    twice = client.post(address, data={"meeting": part.meeting_id, "text": "I stayed!"})
    assert twice.status_code == 422
    assert "I stayed!" in twice.text

    make.sign_in(client, make.coordinator(course_session.collaborative))
    place = course_session.collaborative
    assert "I stayed." in client.get(f"/manage/{place.slug}/attendance").text
    [objection] = queries.open_objections(place)
    answer = client.post(
        f"/manage/{place.slug}/attendance/objections/{objection.id}", data={"answer": "Put right."}
    )
    assert answer.status_code == 302
    assert objection.answer == "Put right."


def test_nobody_sees_the_attendance_of_another(client: FlaskClient, ada: Registration) -> None:
    make.sign_in(client, make.person())

    assert client.get(f"/my/registrations/{ada.id}/attendance").status_code == 404


def test_the_sheet_reads_the_same_number_of_times_however_many_are_on_it(
    client: FlaskClient, course_session: CourseSession
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    district = make.district()
    make.registration(course_session=course_session, person=make.person(employer=district))
    with count_queries() as few:
        client.get(sheet(course_session))
    for _ in range(15):
        make.registration(course_session=course_session, person=make.person(employer=district))
    with count_queries() as many:
        client.get(sheet(course_session))

    assert len(many) <= len(few) <= MOST


@pytest.mark.parametrize("way", ["", "/undo"])
def test_a_tap_costs_the_same_however_many_people_and_meetings_there_are(
    client: FlaskClient, way: str
) -> None:
    def tap(people: int, meetings: int) -> tuple[int, int]:
        """Tap on a person of such a session, with everybody marked; count statements and rows."""
        course_session = make.course_session(
            starts_at=clock.now() - timedelta(days=30), meetings=meetings
        )
        everybody = [
            make.registration(
                course_session=course_session, person=make.person(employer=make.district())
            )
            for _ in range(people)
        ]
        for part in queries.parts(course_session):
            actions.mark_rest_present(course_session=course_session, part=part, actor=SYSTEM)
        make.sign_in(client, make.coordinator(course_session.collaborative))
        address = f"{sheet(course_session)}/{everybody[0].id}{way}"
        form = {"meeting": course_session.meetings[0].id, "presence": "absent"}
        db.session.remove()  # A request of its own knows nothing yet.
        with count_queries() as asked, count_loaded() as loaded:
            answer = client.post(address, data=form, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert f"<strong>{people - 1}</strong> here" in answer.text
        return len(asked), len(loaded)

    small = tap(people=1, meetings=1)

    assert tap(people=12, meetings=5) == small
    assert small[0] <= MOST


def test_who_left_is_not_counted(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    ben = make.registration(course_session=course_session)
    mark(client, ben, presence="absent")
    client.post(
        sheet(course_session).replace("attendance", f"roster/{ben.id}/remove"),
        data={"reason": "On the wrong list."},
    )

    page = client.get(sheet(course_session)).text

    counts = page.partition('id="sheet-counts"')[2].partition("</p>")[0]
    assert "<strong>0</strong> absent" in counts
    assert "<strong>1</strong> to mark" in counts
    assert ada.person.sort_name in page


def test_enter_in_the_minutes_marks_partial(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, course_session.presenters[0])

    page = client.get(sheet(course_session)).text

    # A form is sent by its first button: no other may stand before the minutes' own.
    form = page.partition(f'id="minutes-{ada.id}"')[0].rpartition("<form")[2]
    assert "<button" not in form
    after = page.partition(f'id="minutes-{ada.id}"')[2].partition("</form>")[0]
    assert 'value="partial"' in after


def test_whoever_is_on_no_list_is_registered_by_coordinators_alone(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    place = course_session.collaborative
    add = f"/manage/{place.slug}/sessions/{course_session.id}/roster/add"

    make.sign_in(client, make.coordinator(place))
    assert f'href="{add}"' in client.get(sheet(course_session)).text

    make.sign_in(client, course_session.presenters[0])
    page = client.get(sheet(course_session)).text
    assert add not in page
    assert "Tell Cora Coordinator, who registers them" in page
    assert ada.person.sort_name in page


def test_nobody_who_was_there_is_taken_off_the_roster(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    address = sheet(course_session).replace("attendance", f"roster/{ada.id}/remove")
    mark(client, ada, presence="partial", minutes="90")

    refused = client.post(address, data={"reason": "On the wrong list."})
    assert refused.status_code == 422
    assert "was there for 1.5 hours" in refused.text
    assert "On the wrong list." in refused.text

    mark(client, ada, presence="absent")
    assert client.post(address, data={"reason": "On the wrong list."}).status_code == 302
    assert not ada.status.is_active


def test_the_question_says_whether_mail_is_sent(
    client: FlaskClient, course_session: CourseSession, ada: Registration
) -> None:
    make.sign_in(client, make.coordinator(course_session.collaborative))
    aide = make.registration(course_session=course_session, person=make.person(email=None))
    over = make.registration(
        course_session=make.course_session(
            course=course_session.course, starts_at=clock.now() - timedelta(days=3)
        )
    )

    pages = [
        client.get(sheet(each.course_session).replace("attendance", f"roster/{each.id}/remove"))
        for each in (ada, aide, over)
    ]

    said = ["is told by mail, with your reason", "please tell them yourself", "is not told by mail"]
    assert [words in page.text for words, page in zip(said, pages, strict=True)] == [True] * 3
