"""Who may do what about registrations: every rule with every role."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pdtrack.catalog.models import SessionState
from pdtrack.core.authz import NOBODY, Actor, RoleKind
from pdtrack.registration import policy
from tests import make

pytestmark = pytest.mark.usefixtures("app")

EVERYBODY = (
    "visitor",
    "stranger",
    "educator",
    "presenter",
    "other presenter",
    "coordinator",
    "other coordinator",
    "board member",
    "district administrator",
    "other district administrator",
    "platform administrator",
)


class World:
    """One session of one collaborative, one registration in it, and everybody around."""

    def __init__(self) -> None:
        self.collaborative = make.collaborative()
        self.district = make.district(member_of=self.collaborative)
        educator, presenter = make.person(employer=self.district), make.person()
        make.role(RoleKind.PRESENTER, self.collaborative, person=presenter)
        self.course_session = make.course_session(
            collaborative=self.collaborative, presenters=[presenter]
        )
        self.registration = make.registration(course_session=self.course_session, person=educator)
        self.people: dict[str, Actor] = {
            "visitor": NOBODY,
            "stranger": make.person(),
            "educator": educator,
            "presenter": presenter,
            "other presenter": make.role(RoleKind.PRESENTER, self.collaborative),
            "coordinator": make.coordinator(self.collaborative),
            "other coordinator": make.coordinator(make.collaborative()),
            "board member": make.role(RoleKind.BOARD_MEMBER, self.collaborative),
            "district administrator": make.role(RoleKind.DISTRICT_ADMINISTRATOR, self.district),
            "other district administrator": make.role(
                RoleKind.DISTRICT_ADMINISTRATOR, make.district()
            ),
            "platform administrator": make.platform_administrator(),
        }


TABLE: list[tuple[Callable[..., bool], str, set[str]]] = [
    (policy.may_register, "course_session", set(EVERYBODY) - {"visitor"}),
    (policy.may_see, "registration", {"educator"}),
    (policy.may_cancel, "registration", {"educator"}),
    (
        policy.may_read_roster,
        "course_session",
        {"presenter", "coordinator", "platform administrator"},
    ),
    (policy.may_change_roster, "course_session", {"coordinator", "platform administrator"}),
    (policy.may_read_district, "district", {"district administrator", "platform administrator"}),
]


@pytest.mark.parametrize(("rule", "thing", "allowed"), TABLE)
def test_who_may(rule: Callable[..., bool], thing: str, allowed: set[str]) -> None:
    world = World()

    may = {name for name in EVERYBODY if rule(world.people[name], getattr(world, thing))}

    assert may == allowed


def test_nobody_registers_for_a_draft() -> None:
    world = World()
    world.course_session.state = SessionState.DRAFT

    assert not any(
        policy.may_register(world.people[name], world.course_session) for name in EVERYBODY
    )
