"""Who may see people, speak for employers and give roles: every rule with every role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pdtrack.accounts import policy
from pdtrack.core import clock
from pdtrack.core.authz import NOBODY, Actor, RoleKind
from tests import make

pytestmark = pytest.mark.usefixtures("app")


class World:
    """An aide without an account in a member district, and everybody around."""

    def __init__(self) -> None:
        self.place = make.collaborative()
        self.district = make.district(member_of=self.place)
        self.former = make.district()
        self.aide = make.person(email=None, employer=self.district)
        self.employment = self.aide.employments[0]
        make.employment(person=self.aide, organization=self.former, to_on=date(2021, 6, 30))
        self.people: dict[str, Actor] = {
            "nobody": NOBODY,
            "stranger": make.person(),
            "colleague": make.person(employer=self.district),
            "the person": self.aide,
            "coordinator": make.coordinator(self.place),
            "coordinator elsewhere": make.coordinator(make.collaborative()),
            "presenter": make.role(RoleKind.PRESENTER, self.place),
            "board member": make.role(RoleKind.BOARD_MEMBER, self.place),
            "district": make.role(RoleKind.DISTRICT_ADMINISTRATOR, self.district),
            "former district": make.role(RoleKind.DISTRICT_ADMINISTRATOR, self.former),
            "district elsewhere": make.role(RoleKind.DISTRICT_ADMINISTRATOR, make.district()),
            "platform": make.platform_administrator(),
        }

    def allowed(self, rule: Callable[[Any, Any], bool], thing: object) -> set[str]:
        """Return who may."""
        return {name for name, actor in self.people.items() if rule(actor, thing)}


def test_who_may_see_a_person() -> None:
    world = World()

    assert world.allowed(policy.may_see_person, world.aide) == {
        "the person",
        "coordinator",
        "district",
        "former district",
        "platform",
    }


def test_who_may_correct_the_name_of_somebody_without_an_account() -> None:
    world = World()

    assert world.allowed(policy.may_rename, world.aide) == {"coordinator", "district", "platform"}


def test_nobody_else_corrects_the_name_of_somebody_with_an_account() -> None:
    world = World()
    world.aide.last_signed_in_at = clock.now()
    make.saved(world.aide)

    assert world.allowed(policy.may_rename, world.aide) == set()
    assert world.allowed(policy.may_change_employment, world.employment) == {
        "district",
        "platform",
    }


def test_who_speaks_for_an_employer() -> None:
    world = World()

    assert world.allowed(policy.may_confirm, world.employment) == {"district", "platform"}
    assert world.allowed(policy.may_change_employment, world.employment) == {
        "coordinator",
        "district",
        "platform",
    }


def test_a_collaborative_speaks_for_its_own_staff() -> None:
    world = World()
    own = make.person(employer=world.place).employments[0]

    assert world.allowed(policy.may_confirm, own) == {"coordinator", "platform"}


def test_nobody_speaks_for_an_employer_that_is_on_no_list() -> None:
    world = World()
    world.employment.organization_id = None
    world.employment.other_kind = "private_school"  # type: ignore[assignment]

    assert world.allowed(policy.may_confirm, world.employment) == set()


def test_who_may_give_roles() -> None:
    world = World()

    assert world.allowed(policy.may_give_roles, world.place) == {"coordinator", "platform"}
    assert world.allowed(policy.may_give_roles, world.district) == {"district", "platform"}
    assert world.allowed(policy.may_give_roles, None) == {"platform"}


def test_a_collaborative_no_longer_knows_whose_district_has_left() -> None:
    world = World()
    membership = make.membership(
        collaborative=make.collaborative(), district=world.former, valid_from=date(2020, 7, 1)
    )
    gone = make.person(employer=world.former)
    coordinator = make.coordinator(membership.collaborative)
    assert policy.may_see_person(coordinator, gone)

    membership.valid_to = clock.today() - timedelta(days=1)
    make.saved(membership)

    assert not policy.may_see_person(coordinator, gone)


def test_whoever_registered_stays_known_to_the_collaborative() -> None:
    place = make.collaborative()
    stranger = make.person(employer=make.district())
    coordinator = make.coordinator(place)
    assert not policy.may_see_person(coordinator, stranger)

    make.registration(course_session=make.course_session(collaborative=place), person=stranger)

    assert policy.may_see_person(coordinator, stranger)
