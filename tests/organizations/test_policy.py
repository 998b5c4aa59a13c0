"""Who may act for organizations: every rule with every role."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pdtrack.core.authz import NOBODY, SYSTEM, Actor, RoleKind
from pdtrack.organizations import policy
from pdtrack.organizations.models import Collaborative, District
from tests import make

pytestmark = pytest.mark.usefixtures("app")

FOR_COLLABORATIVE = {
    policy.may_coordinate: {"coordinator", "platform", "system"},
    policy.may_enter_desk: {"coordinator", "presenter", "board member", "platform", "system"},
    policy.may_read_figures: {"coordinator", "board member", "platform", "system"},
    policy.may_administer_platform: {"platform", "system"},
}


def cast() -> tuple[dict[str, Actor], Collaborative, District]:
    place, district = make.collaborative(), make.district()
    ended = make.coordinator(place)
    ended.roles[0].ended_at = ended.roles[0].given_at
    make.saved(ended.roles[0])
    people: dict[str, Actor] = {
        "nobody": NOBODY,
        "system": SYSTEM,
        "educator": make.person(employer=district),
        "coordinator": make.coordinator(place),
        "ended coordinator": ended,
        "coordinator elsewhere": make.coordinator(make.collaborative()),
        "presenter": make.role(RoleKind.PRESENTER, place),
        "board member": make.role(RoleKind.BOARD_MEMBER, place),
        "district": make.role(RoleKind.DISTRICT_ADMINISTRATOR, district),
        "district elsewhere": make.role(RoleKind.DISTRICT_ADMINISTRATOR, make.district()),
        "platform": make.platform_administrator(),
    }
    return people, place, district


@pytest.mark.parametrize("rule", FOR_COLLABORATIVE)
def test_who_may_act_for_a_collaborative(rule: Callable[..., bool]) -> None:
    people, place, _ = cast()

    allowed = {name for name, actor in people.items() if rule(actor, place)}

    assert allowed == FOR_COLLABORATIVE[rule]


def test_who_may_administer_a_district() -> None:
    people, _, district = cast()

    allowed = {
        name for name, actor in people.items() if policy.may_administer_district(actor, district)
    }

    assert allowed == {"district", "platform", "system"}
