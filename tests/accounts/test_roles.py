"""What people may do in which organization: the list, and ending a role."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pdtrack.accounts import queries
from pdtrack.accounts.actions import roles as actions
from pdtrack.accounts.models import Person, Role
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.organizations.models import Collaborative
from tests import make
from tests.accounts import mailbox
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")
ROLES = "/manage/ces/people/roles"


@pytest.fixture
def place() -> Collaborative:
    return make.collaborative(slug="ces", name="Services")


@pytest.fixture
def me(place: Collaborative) -> Person:
    return make.coordinator(place)


@pytest.fixture
def desk(client: FlaskClient, me: Person) -> FlaskClient:
    return make.sign_in(client, me)


def role_of(person: Person, kind: RoleKind) -> Role:
    return next(each for each in person.roles if each.kind == kind)


def test_giving_a_role_twice_gives_it_once(place: Collaborative) -> None:
    ada = make.person()

    first, second = (
        actions.grant(person=ada, kind=RoleKind.PRESENTER, organization=place, actor=SYSTEM)
        for _ in range(2)
    )

    assert first is second
    assert ada.holds(RoleKind.PRESENTER, place.id)
    assert not ada.holds(RoleKind.PRESENTER, make.collaborative().id)
    assert not ada.holds(RoleKind.COORDINATOR, place.id)


def test_the_list_names_everybody_and_takes_few_queries(
    desk: FlaskClient, place: Collaborative
) -> None:
    for number in range(20):
        presenter = make.person(last_name=f"Presenter{number}")
        make.role(RoleKind.PRESENTER, place, person=presenter)
    make.role(RoleKind.PRESENTER, make.collaborative(), person=make.person(last_name="Elsewhere"))

    with count_queries() as counted:
        page = desk.get(ROLES).text

    assert "Presenter19, Ada" in page
    assert "Elsewhere" not in page
    assert len(counted) <= MOST


def test_a_role_is_ended_and_its_holder_told(desk: FlaskClient, place: Collaborative) -> None:
    presenter = make.person(email="pat@people.example", last_name="Presenter")
    make.role(RoleKind.PRESENTER, place, person=presenter)
    role = role_of(presenter, RoleKind.PRESENTER)
    page = desk.get(f"{ROLES}/{role.id}/end")
    assert "is told by mail" in page.text
    assert presenter.holds(RoleKind.PRESENTER, place.id)

    desk.post(f"{ROLES}/{role.id}/end")

    assert not presenter.holds(RoleKind.PRESENTER, place.id)
    [mail] = mailbox.mails_to("pat@people.example")
    assert mail.subject == "You are no longer presenter of Services"
    assert desk.post(f"{ROLES}/{role.id}/end").status_code == 404


def test_the_only_coordinator_stays(desk: FlaskClient, me: Person, place: Collaborative) -> None:
    answer = desk.post(f"{ROLES}/{role_of(me, RoleKind.COORDINATOR).id}/end")

    assert answer.status_code == 422
    assert "Invite another coordinator first." in answer.text
    assert me.holds(RoleKind.COORDINATOR, place.id)


def test_one_of_two_coordinators_may_leave_without_mail_to_oneself(
    desk: FlaskClient, me: Person, place: Collaborative
) -> None:
    make.coordinator(place)

    answer = desk.post(f"{ROLES}/{role_of(me, RoleKind.COORDINATOR).id}/end")

    assert answer.headers["Location"] == "/my/account"
    assert mailbox.mails_to(me.email or "") == []
    assert desk.get(ROLES).status_code == 404


def test_two_who_end_each_other_leave_one(place: Collaborative) -> None:
    ada, ben = make.coordinator(place), make.coordinator(place)
    first, second = role_of(ada, RoleKind.COORDINATOR), role_of(ben, RoleKind.COORDINATOR)

    actions.end(role=second, actor=ada)
    with pytest.raises(actions.LastOne):
        actions.end(role=first, actor=ben)

    assert queries.holders(RoleKind.COORDINATOR, place.id) == [ada]


def test_the_platform_administrator_may_end_the_last_one_and_lists_every_organization(
    client: FlaskClient, place: Collaborative, me: Person
) -> None:
    make.sign_in(client, make.platform_administrator())
    district = make.district()
    make.role(RoleKind.DISTRICT_ADMINISTRATOR, district)

    client.post(f"{ROLES}/{role_of(me, RoleKind.COORDINATOR).id}/end")

    assert queries.holders(RoleKind.COORDINATOR, place.id) == []
    assert client.get(f"/districts/{district.org_code}/people/roles").status_code == 200
    assert client.get("/platform/roles").status_code == 200


def test_the_last_platform_administrator_stays(client: FlaskClient) -> None:
    boss = make.platform_administrator()
    make.sign_in(client, boss)

    answer = client.post(f"/platform/roles/{boss.roles[0].id}/end")

    assert answer.status_code == 422


def test_roles_of_others_are_not_there(desk: FlaskClient) -> None:
    district = make.district()
    foreign = make.role(RoleKind.DISTRICT_ADMINISTRATOR, district)
    other = make.coordinator(make.collaborative(slug="other"))
    boss = make.platform_administrator()

    for path in (
        f"/districts/{district.org_code}/people/roles",
        "/manage/other/people/roles",
        "/platform/roles",
        f"{ROLES}/{foreign.roles[0].id}/end",
        f"{ROLES}/{other.roles[0].id}/end",
        f"{ROLES}/{boss.roles[0].id}/end",
        f"/platform/roles/{boss.roles[0].id}/end",
    ):
        assert desk.get(path).status_code == 404, path
        assert desk.post(path).status_code == 404, path


@pytest.mark.parametrize("kind", [RoleKind.PRESENTER, RoleKind.BOARD_MEMBER])
def test_presenters_and_board_members_give_no_roles(
    client: FlaskClient, place: Collaborative, kind: RoleKind
) -> None:
    make.sign_in(client, make.role(kind, place))

    assert client.get(ROLES).status_code == 404
    assert client.post(ROLES, data={"email": "x@y.example", "role": kind}).status_code == 404


def test_an_ended_role_can_be_given_again(place: Collaborative) -> None:
    ada = make.role(RoleKind.PRESENTER, place)
    role = ada.roles[0]
    role.ended_at = clock.now() - timedelta(days=1)
    make.saved(role)

    actions.grant(person=ada, kind=RoleKind.PRESENTER, organization=place, actor=SYSTEM)

    assert [each.person for each in queries.roles_in(place.id)] == [ada]
