"""Who may do what with what is on offer: every rule with every role."""

from __future__ import annotations

from typing import Any

import pytest

from pdtrack.catalog import policy
from pdtrack.catalog.models import SessionState
from pdtrack.core.authz import NOBODY, SYSTEM, Actor, RoleKind
from tests import make

pytestmark = pytest.mark.usefixtures("app")

STAFF = {"presenter", "coordinator", "platform administrator", "system"}
COORDINATORS = {"coordinator", "platform administrator", "system"}


class World:
    """A collaborative with all it offers, and everybody around."""

    def __init__(self) -> None:
        ces, presenter = make.collaborative(), make.person()
        district = make.district(member_of=ces)
        make.role(RoleKind.PRESENTER, ces, person=presenter)
        self.course = make.course(collaborative=ces)
        self.things: dict[str, Any] = {
            "collaborative": ces,
            "course": self.course,
            "venue": make.venue(collaborative=ces),
            **{
                str(state): make.course_session(
                    course=self.course, presenters=[presenter], state=state
                )
                for state in SessionState
            },
        }
        self.people: dict[str, Actor] = {
            "visitor": NOBODY,
            "educator": make.person(employer=district),
            "presenter": presenter,
            "other presenter": make.role(RoleKind.PRESENTER, ces),
            "coordinator": make.coordinator(ces),
            "other coordinator": make.coordinator(make.collaborative()),
            "board member": make.role(RoleKind.BOARD_MEMBER, ces),
            "district administrator": make.role(RoleKind.DISTRICT_ADMINISTRATOR, district),
            "platform administrator": make.platform_administrator(),
            "system": SYSTEM,
        }

    def allowed(self, rule: Any, thing: str) -> set[str]:
        return {name for name, who in self.people.items() if rule(who, self.things[thing])}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("rule", "thing", "expected"),
    [
        (policy.may_see, "draft", STAFF),
        (policy.may_teach, "published", STAFF),
        (policy.may_teach, "draft", STAFF),
        (policy.may_edit, "published", COORDINATORS),
        (policy.may_edit, "course", COORDINATORS),
        (policy.may_edit, "venue", COORDINATORS),
        (policy.may_offer, "collaborative", COORDINATORS),
    ],
)
def test_each_rule_lets_in_exactly_these(
    world: World, rule: Any, thing: str, expected: set[str]
) -> None:
    assert world.allowed(rule, thing) == expected


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_everybody_sees_what_was_published(world: World, state: str) -> None:
    assert world.allowed(policy.may_see, state) == set(world.people)
