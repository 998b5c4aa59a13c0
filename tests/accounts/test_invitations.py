"""Offering roles to whoever holds an address: inviting, withdrawing, accepting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts import queries
from pdtrack.accounts.actions import invitations as actions
from pdtrack.accounts.actions import roles
from pdtrack.accounts.models import Invitation, Person
from pdtrack.core import clock, outbox
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.core.tokens import LinkNoLongerWorks
from pdtrack.organizations.models import Collaborative
from tests import make
from tests.accounts import mailbox

pytestmark = pytest.mark.usefixtures("app")
ROLES = "/manage/ces/people/roles"
ADDRESS = "pat@people.example"


@pytest.fixture
def place() -> Collaborative:
    return make.collaborative(slug="ces", name="Services")


@pytest.fixture
def inviter(place: Collaborative) -> Person:
    return make.coordinator(place)


@pytest.fixture
def desk(client: FlaskClient, inviter: Person) -> FlaskClient:
    return make.sign_in(client, inviter)


def invite(
    place: Collaborative, inviter: Person, kind: RoleKind = RoleKind.PRESENTER
) -> Invitation:
    return actions.invite(address=ADDRESS, kind=kind, organization=place, actor=inviter)


def link() -> str:
    return mailbox.path_in(mailbox.newest(ADDRESS))


def token() -> str:
    return link().rpartition("/")[2]


def test_an_invitation_goes_to_the_address_and_is_listed(desk: FlaskClient) -> None:
    answer = desk.post(ROLES, data={"email": " Pat@People.Example ", "role": "presenter"})

    assert answer.headers["Location"] == ROLES
    mail = mailbox.newest(ADDRESS)
    assert mail.subject == "You are invited to be presenter of Services"
    assert outbox.PRIVATE_LINK in mail.text
    assert token() not in mail.text + mail.html
    assert ADDRESS in desk.get(ROLES).text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"email": "", "role": "presenter"}, "Enter the e-mail address."),
        ({"email": "nobody", "role": "presenter"}, "Enter an e-mail address like"),
        ({"email": ADDRESS, "role": ""}, "Choose a role."),
        ({"email": ADDRESS}, "Choose a role."),
        ({"email": ADDRESS, "role": "district_administrator"}, "Choose one from the list."),
        ({"email": ADDRESS, "role": "platform_administrator"}, "Choose one from the list."),
        ({"email": ADDRESS, "role": "king"}, "Choose one from the list."),
    ],
)
def test_what_cannot_be_offered_is_refused(
    desk: FlaskClient, typed: dict[str, str], message: str
) -> None:
    answer = desk.post(ROLES, data=typed)

    assert answer.status_code == 422
    assert message in answer.text
    assert db.session.scalars(select(Invitation)).all() == []


def test_a_collaborative_cannot_invite_a_district_s_administrator(
    place: Collaborative, inviter: Person
) -> None:
    with pytest.raises(actions.WrongRole):
        invite(place, inviter, RoleKind.DISTRICT_ADMINISTRATOR)


def test_whoever_has_the_role_is_not_invited(desk: FlaskClient, place: Collaborative) -> None:
    make.role(RoleKind.PRESENTER, place, person=make.person(email=ADDRESS))

    answer = desk.post(ROLES, data={"email": ADDRESS, "role": "presenter"})

    assert answer.status_code == 422
    assert "is presenter already" in answer.text


def test_an_account_elsewhere_makes_no_difference_to_whoever_invites(desk: FlaskClient) -> None:
    make.person(email=ADDRESS)

    known = desk.post(ROLES, data={"email": ADDRESS, "role": "presenter"})
    unknown = desk.post(ROLES, data={"email": "new@people.example", "role": "presenter"})

    assert known.headers["Location"] == unknown.headers["Location"]
    assert known.status_code == unknown.status_code


def test_inviting_again_replaces_the_older_invitation(
    place: Collaborative, inviter: Person
) -> None:
    first = invite(place, inviter)
    old = token()

    with clock.frozen(clock.now() + timedelta(minutes=11)):
        second = invite(place, inviter)

    assert first.withdrawn_at is not None
    assert queries.open_invitations(place.id) == [second]
    with pytest.raises(LinkNoLongerWorks):
        actions.accept(token=old, person=make.person(email=ADDRESS), actor=inviter)


def test_a_second_click_sends_no_second_invitation(place: Collaborative, inviter: Person) -> None:
    first = invite(place, inviter)

    assert invite(place, inviter) is first
    assert len(mailbox.mails_to(ADDRESS)) == 1
    assert queries.open_invitations(place.id) == [first]


def test_the_link_shows_what_is_offered_and_asks_strangers_to_sign_in_or_up(
    client: FlaskClient, place: Collaborative, inviter: Person
) -> None:
    invite(place, inviter)
    path = link()

    page = client.get(path)

    assert page.status_code == 200
    assert "Be presenter of Services" in page.text
    assert f"/sign-in?next={path}" in page.text
    assert f"/sign-up?next={path}" in page.text
    assert client.post(path).headers["Location"].startswith("/sign-in")
    assert db.session.scalars(select(Invitation)).one().accepted_at is None


def test_the_holder_of_the_address_accepts_once(
    client: FlaskClient, place: Collaborative, inviter: Person
) -> None:
    invite(place, inviter)
    path = link()
    pat = make.person(email=ADDRESS)
    make.sign_in(client, pat)
    assert "Accept" in client.get(path).text
    assert not pat.holds(RoleKind.PRESENTER, place.id)  # Looking changes nothing.

    answer = client.post(path)

    assert answer.headers["Location"] == "/manage/ces/"
    assert pat.holds(RoleKind.PRESENTER, place.id)
    assert client.post(path).status_code == 410
    assert client.get(path).status_code == 410
    assert queries.open_invitations(place.id) == []


def test_somebody_else_with_the_link_gets_no_role_and_hears_why(
    client: FlaskClient, place: Collaborative, inviter: Person
) -> None:
    invite(place, inviter)
    path = link()
    thief = make.person()
    make.sign_in(client, thief)

    assert "This invitation went to another address" in client.get(path).text
    answer = client.post(path)

    assert answer.status_code == 422
    assert ADDRESS in answer.text
    assert not thief.holds(RoleKind.PRESENTER, place.id)


def test_an_address_that_is_not_verified_proves_nothing(
    place: Collaborative, inviter: Person
) -> None:
    invite(place, inviter)
    pat = make.person(email=ADDRESS)
    pat.addresses[0].verified_at = None
    make.saved(pat.addresses[0])

    with pytest.raises(actions.NotTheirAddress):
        actions.accept(token=token(), person=pat, actor=pat)


def test_a_withdrawn_invitation_no_longer_works(
    desk: FlaskClient, place: Collaborative, inviter: Person
) -> None:
    invitation = invite(place, inviter)
    path = link()

    for _ in range(2):
        desk.post(f"{ROLES}/invitations/{invitation.id}/withdraw")

    assert desk.get(path).status_code == 410
    assert queries.open_invitations(place.id) == []
    mail = mailbox.newest(ADDRESS)
    assert mail.secret is not None
    with pytest.raises(AssertionError):
        mailbox.secret_in(mail)  # A mail that has not left yet does not leave.


def test_an_invitation_ends_with_the_role_of_whoever_sent_it(client: FlaskClient) -> None:
    # Who is put out must not come back by an invitation to a second address.
    district = make.district(org_code="00080000")
    leaving, staying = (make.role(RoleKind.DISTRICT_ADMINISTRATOR, district) for _ in range(2))
    make.sign_in(client, leaving)
    client.post(
        "/districts/00080000/people/roles",
        data={"email": ADDRESS, "role": "district_administrator"},
    )
    path, second = link(), make.person(email=ADDRESS)
    roles.end(role=leaving.roles[0], actor=staying)
    make.sign_in(client, second)

    shown, accepted = client.get(path), client.post(path)

    for answer in (shown, accepted):
        assert answer.status_code in {410, 422}
        assert "has left since. Ask for a new invitation." in answer.text
    assert not second.holds(RoleKind.DISTRICT_ADMINISTRATOR, district.id)


def test_an_invitation_runs_out_after_two_weeks(place: Collaborative, inviter: Person) -> None:
    invite(place, inviter)
    secret, pat = token(), make.person(email=ADDRESS)

    with clock.frozen(clock.now() + timedelta(days=15)):
        assert queries.open_invitations(place.id) == []
        with pytest.raises(LinkNoLongerWorks):
            actions.accept(token=secret, person=pat, actor=pat)


def test_a_link_that_never_was_shows_what_to_do(client: FlaskClient) -> None:
    assert client.get("/invitations/made-up").status_code == 410


def test_the_other_administrators_of_a_district_are_told_twice(client: FlaskClient) -> None:
    district = make.district(name="Amherst", org_code="00080000")
    first = make.role(
        RoleKind.DISTRICT_ADMINISTRATOR, district, person=make.person(email="one@a.example")
    )
    make.role(RoleKind.DISTRICT_ADMINISTRATOR, district, person=make.person(email="two@a.example"))
    make.sign_in(client, first)

    client.post(
        "/districts/00080000/people/roles",
        data={"email": ADDRESS, "role": "district_administrator"},
    )

    assert mailbox.mails_to("one@a.example") == []
    [told] = mailbox.mails_to("two@a.example")
    assert told.subject == f"{ADDRESS} is invited to administer Amherst"
    assert "/districts/00080000/people/roles" in told.text

    path, pat = link(), make.person(email=ADDRESS)
    make.sign_in(client, pat)
    assert client.post(path).headers["Location"] == "/districts/00080000/"

    assert mailbox.newest("one@a.example").subject == f"{pat.display_name} now administers Amherst"
    assert mailbox.newest("two@a.example").subject == f"{pat.display_name} now administers Amherst"


def test_the_platform_administrator_invites_for_every_organization(client: FlaskClient) -> None:
    district = make.district(org_code="00080000")
    make.sign_in(client, make.platform_administrator())

    client.post(
        "/districts/00080000/people/roles",
        data={"email": ADDRESS, "role": "district_administrator"},
    )
    client.post("/platform/roles", data={"email": ADDRESS, "role": "platform_administrator"})

    assert len(queries.open_invitations(district.id)) == 1
    path, pat = link(), make.person(email=ADDRESS)
    make.sign_in(client, pat)
    assert client.post(path).headers["Location"] == "/platform/organizations"
    assert pat.holds(RoleKind.PLATFORM_ADMINISTRATOR, None)


def test_invitations_of_others_are_not_there(desk: FlaskClient) -> None:
    other = make.collaborative(slug="other")
    invitation = invite(other, make.coordinator(other))

    assert desk.post(f"{ROLES}/invitations/{invitation.id}/withdraw").status_code == 404
    assert (
        desk.post(f"/manage/other/people/roles/invitations/{invitation.id}/withdraw").status_code
        == 404
    )
    assert desk.post(f"/platform/roles/invitations/{invitation.id}/withdraw").status_code == 404
    assert invitation.withdrawn_at is None
