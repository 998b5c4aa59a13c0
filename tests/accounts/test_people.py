"""The people a collaborative knows, as its coordinators see them."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts.models import Employment, Person, Position
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative, District
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")
PEOPLE = "/manage/ces/people"


@pytest.fixture
def place() -> Collaborative:
    return make.collaborative(slug="ces", name="Services")


@pytest.fixture
def member(place: Collaborative) -> District:
    return make.district(name="Amherst", member_of=place)


@pytest.fixture
def desk(client: FlaskClient, place: Collaborative) -> FlaskClient:
    return make.sign_in(client, make.coordinator(place))


def newcomer(member: District, **values: str) -> dict[str, str]:
    return {
        "first_name": "Ima",
        "last_name": "Aide",
        "employer": str(member.id),
        "employee_number": "A-7",
        "position": "paraprofessional",
        "from_on": "2026-09-01",
        **values,
    }


def listed(desk: FlaskClient, text: str = "") -> list[str]:
    page = desk.get(PEOPLE, query_string={"q": text}).text
    people = db.session.scalars(select(Person).order_by(Person.id))
    return [each.last_name for each in people if f">{each.sort_name}</a>" in page]


def test_a_collaborative_knows_staff_of_members_presenters_and_whoever_registered(
    desk: FlaskClient, place: Collaborative, member: District
) -> None:
    make.person(last_name="Member", employer=member)
    make.person(last_name="Stranger", employer=make.district())
    make.person(last_name="Own", employer=place)
    make.role(RoleKind.PRESENTER, place, person=make.person(last_name="Presenter"))
    registered = make.person(last_name="Registered", employer=make.district())
    make.registration(course_session=make.course_session(collaborative=place), person=registered)
    left = make.person(last_name="Left")
    make.employment(person=left, organization=member, to_on=date(2025, 6, 30))
    refused = make.person(last_name="Refused")
    make.employment(person=refused, organization=member, is_confirmed=False, refused_at=clock.now())

    assert set(listed(desk)) - {"Able"} >= {"Member", "Own", "Presenter", "Registered"}
    assert not {"Stranger", "Left", "Refused"} & set(listed(desk))
    for person in (left, refused):
        assert desk.get(f"{PEOPLE}/{person.id}").status_code == 404


def test_the_search_finds_by_name_address_and_employee_number(
    desk: FlaskClient, member: District
) -> None:
    ada = make.person(
        first_name="Ada", last_name="van Dyke", email="lovelace@arps.example", employer=member
    )
    ada.employments[0].employee_number = "A-7"
    make.saved(ada.employments[0])
    make.person(first_name="Ben", last_name="O'Neill", employer=member)

    for text in ("dyke", "VAN", "yke", "ada van", "lovelace", "lovelace@arps.example", "A-7"):
        assert listed(desk, text) == ["van Dyke"], text
    for text in ("zzz", "%", "_", "A-", "ada o'neill"):
        assert listed(desk, text) == [], text
    page = desk.get(PEOPLE, query_string={"q": "O'Neill"}).text
    assert "O&#39;Neill, Ben" in page
    assert "Nobody found for “zzz”" in desk.get(f"{PEOPLE}?q=zzz").text


def test_the_list_takes_as_many_queries_with_sixty_people_as_with_one(
    desk: FlaskClient, member: District
) -> None:
    for number in range(60):
        make.person(last_name=f"Member{number:02}", employer=member)

    with count_queries() as first:
        page = desk.get(PEOPLE)
    with count_queries() as second:
        desk.get(f"{PEOPLE}?page=2")

    assert "Showing 1–50 of 61 people" in page.text
    assert len(first) <= MOST
    assert len(second) <= len(first)


def test_somebody_without_an_address_is_written_down_and_the_school_is_asked_next(
    desk: FlaskClient, place: Collaborative, member: District
) -> None:
    school = make.school(district=member, name="Crocker Farm")

    answer = desk.post(f"{PEOPLE}/new", data=newcomer(member))

    person = db.session.scalars(select(Person).where(Person.last_name == "Aide")).one()
    employment = person.employments[0]
    path = f"{PEOPLE}/{person.id}/employments/{employment.id}"
    assert answer.headers["Location"] == path
    assert person.added_by_id == place.id
    assert not person.has_account
    assert not employment.is_confirmed  # The district says so, or its domain.
    assert "Crocker Farm" in desk.get(path).text

    saved = desk.post(
        path, data={"school": str(school.id), "position": "coach", "employee_number": "A-8"}
    )

    assert saved.headers["Location"] == f"{PEOPLE}/{person.id}"
    db.session.refresh(employment)
    assert (employment.school_id, employment.position, employment.employee_number) == (
        school.id,
        Position.COACH,
        "A-8",
    )
    assert "Crocker Farm" in desk.get(f"{PEOPLE}/{person.id}").text


def test_somebody_of_a_private_school_stays_known_to_whoever_wrote_them_down(
    desk: FlaskClient, member: District
) -> None:
    answer = desk.post(
        f"{PEOPLE}/new",
        data=newcomer(
            member, employer="other:private_school", employer_name="May Center", employee_number=""
        ),
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "May Center" in answer.text
    assert listed(desk, "Aide") == ["Aide"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first_name": ""}, "Enter the first name."),
        ({"last_name": "\u202e"}, "Enter the name in letters."),
        ({"last_name": "x" * 201}, "Enter at most 200 characters."),
        ({"employer": ""}, "Choose the employer"),
        ({"employer": "0"}, "Choose an employer from the list"),
        ({"employer": "zzz"}, "Choose an employer from the list"),
        ({"employer": "other:private_school"}, "Enter the name of the employer."),
        ({"employee_number": "TAKEN"}, "Somebody else at this employer has this employee number."),
        ({"employee_number": "x" * 41}, "Enter at most 40 characters."),
        ({"position": "boss"}, "Choose a position from the list."),
        ({"from_on": ""}, "Enter a day, like 2026-09-01."),
        ({"from_on": "fall"}, "Enter a day, like 2026-09-01."),
    ],
)
def test_what_identifies_nobody_is_refused_and_nothing_is_written(
    desk: FlaskClient, member: District, change: dict[str, str], message: str
) -> None:
    other = make.person(employer=member)
    other.employments[0].employee_number = "TAKEN"
    make.saved(other.employments[0])

    answer = desk.post(f"{PEOPLE}/new", data=newcomer(member, **change))

    assert answer.status_code == 422
    assert message in answer.text
    assert len(db.session.scalars(select(Employment)).all()) == 1


def test_the_number_may_stay_empty_unless_the_name_is_known(
    desk: FlaskClient, member: District
) -> None:
    first = desk.post(f"{PEOPLE}/new", data=newcomer(member, employee_number=""))
    again = desk.post(f"{PEOPLE}/new", data=newcomer(member, employee_number=""))
    known = desk.post(
        f"{PEOPLE}/new",
        data=newcomer(member, first_name="IMA", last_name="AIDÉ", employee_number=""),
    )

    assert first.headers["Location"] == again.headers["Location"]
    assert known.status_code == 422
    assert "Ima Aide is known at this employer already." in known.text
    assert len(listed(desk, "aide")) == 1


def test_names_in_any_script_are_kept(desk: FlaskClient, member: District) -> None:
    desk.post(
        f"{PEOPLE}/new", data=newcomer(member, first_name="Nguyễn", last_name="עדה O’Neill 🎓")
    )

    assert db.session.scalars(select(Person).where(Person.last_name == "עדה O’Neill 🎓")).one()


def test_a_name_is_corrected_with_its_history_while_there_is_no_account(
    desk: FlaskClient, member: District
) -> None:
    aide = make.person(email=None, employer=member, first_name="Ima", last_name="Aid")
    path = f"{PEOPLE}/{aide.id}/name"

    assert desk.get(path).status_code == 200
    for _ in range(2):
        desk.post(path, data={"first_name": "Ima", "last_name": "Aide"})

    assert aide.display_name == "Ima Aide"
    entry = db.session.scalars(select(AuditEntry)).one()
    assert entry.before == {"first_name": "Ima", "last_name": "Aid"}
    aide.password_hash = "set"
    make.saved(aide)
    assert desk.get(path).status_code == 404


def test_a_further_employer_is_added_and_the_old_one_ended(
    desk: FlaskClient, place: Collaborative, member: District
) -> None:
    aide = make.person(email=None, employer=member)
    other = make.district(member_of=place)
    path = f"{PEOPLE}/{aide.id}/employments"

    assert desk.get(f"{path}/new").status_code == 200
    desk.post(
        f"{path}/new",
        data={"employer": str(other.id), "employee_number": "9", "from_on": "2026-10-01"},
    )
    again = desk.post(f"{path}/new", data={"employer": str(other.id), "from_on": "2026-10-01"})
    desk.post(f"{path}/{aide.employments[0].id}/end", data={"to_on": "2026-09-30"})

    assert again.status_code == 422
    db.session.refresh(aide)
    assert [each.to_on for each in aide.employments] == [date(2026, 9, 30), None]


@pytest.mark.parametrize("typed", ["", "never", "2019-01-01"])
def test_a_last_day_that_makes_no_sense_is_refused(
    desk: FlaskClient, member: District, typed: str
) -> None:
    aide = make.person(email=None, employer=member)
    path = f"{PEOPLE}/{aide.id}/employments/{aide.employments[0].id}/end"

    assert desk.post(path, data={"to_on": typed}).status_code == 422


def test_the_person_page_takes_few_queries(desk: FlaskClient, member: District) -> None:
    person = make.person(employer=member)
    for _ in range(5):
        make.employment(person=person, organization=make.district())

    with count_queries() as queries:
        assert desk.get(f"{PEOPLE}/{person.id}").status_code == 200

    assert len(queries) <= MOST


def test_coordinators_confirm_and_refuse_who_claims_to_work_for_the_collaborative(
    desk: FlaskClient, place: Collaborative
) -> None:
    yes, no = make.person(), make.person()
    first = make.employment(person=yes, organization=place, is_confirmed=False)
    second = make.employment(person=no, organization=place, is_confirmed=False)

    desk.post(f"{PEOPLE}/{yes.id}/employments/{first.id}/confirm")
    page = desk.get(f"{PEOPLE}/{no.id}/employments/{second.id}/refuse")
    desk.post(f"{PEOPLE}/{no.id}/employments/{second.id}/refuse")

    assert "told by mail" in page.text
    assert first.is_confirmed
    assert second.refused_at is not None


def test_employments_in_districts_are_for_the_district_to_confirm_and_change(
    desk: FlaskClient, member: District
) -> None:
    person = make.person(employer=member, password_hash="set")
    path = f"{PEOPLE}/{person.id}/employments/{person.employments[0].id}"

    for answer in (
        desk.post(f"{path}/confirm"),
        desk.get(f"{path}/refuse"),
        desk.post(f"{path}/refuse"),
        desk.get(path),
        desk.post(path),
        desk.get(f"{path}/end"),
        desk.post(f"{path}/end"),
    ):
        assert answer.status_code == 404


def test_people_and_employments_of_others_are_not_there(
    desk: FlaskClient, member: District
) -> None:
    own = make.person(email=None, employer=member)
    stranger = make.person(email=None, employer=make.district())
    foreign = stranger.employments[0].id

    for path in (
        f"{PEOPLE}/{stranger.id}",
        f"{PEOPLE}/{stranger.id}/name",
        f"{PEOPLE}/{stranger.id}/employments/new",
        f"{PEOPLE}/{stranger.id}/employments/{foreign}",
        f"{PEOPLE}/{own.id}/employments/{foreign}",
        f"{PEOPLE}/{own.id}/employments/{foreign}/end",
        f"{PEOPLE}/999999",
        "/manage/other/people",
    ):
        assert desk.get(path).status_code == 404, path


@pytest.mark.parametrize("kind", [RoleKind.PRESENTER, RoleKind.BOARD_MEMBER])
def test_presenters_and_board_members_see_no_people(
    client: FlaskClient, place: Collaborative, kind: RoleKind
) -> None:
    make.sign_in(client, make.role(kind, place))

    assert client.get(PEOPLE).status_code == 404
    assert client.get(f"{PEOPLE}/new").status_code == 404


def test_what_is_wrong_with_a_new_person_is_listed_in_the_page_s_order(desk: FlaskClient) -> None:
    page = desk.post(f"{PEOPLE}/new", data={}).text

    summary = page.partition('class="error-summary"')[2].partition("</ul>")[0]
    assert summary.index("#first_name") < summary.index("#last_name") < summary.index("#employer")
