"""What can be said about people and roles without a database."""

from __future__ import annotations

from datetime import date

import pytest

from pdtrack.accounts import rules
from pdtrack.accounts.models import OtherEmployer
from pdtrack.accounts.rules import Workplace
from pdtrack.core.authz import RoleKind
from pdtrack.organizations.models import OrganizationKind


def test_the_old_job_ends_the_day_before_the_new_one() -> None:
    assert rules.last_day_before(date(2026, 9, 1), from_on=date(2020, 9, 1)) == date(2026, 8, 31)
    assert rules.last_day_before(date(2026, 9, 1), from_on=date(2026, 9, 1)) == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("workplace", "needs_name"),
    [
        (Workplace(organization_id=1), False),
        (Workplace(other_kind=OtherEmployer.NONE), False),
        (Workplace(other_kind=OtherEmployer.PRIVATE_SCHOOL), True),
        (Workplace(other_kind=OtherEmployer.OUT_OF_STATE), True),
    ],
)
def test_an_employer_on_no_list_needs_a_name(workplace: Workplace, needs_name: bool) -> None:
    assert workplace.needs_name == needs_name


@pytest.mark.parametrize(
    ("kind", "others", "by_platform", "may_be_ended"),
    [
        (RoleKind.COORDINATOR, 1, False, True),
        (RoleKind.COORDINATOR, 0, False, False),
        (RoleKind.COORDINATOR, 0, True, True),
        (RoleKind.DISTRICT_ADMINISTRATOR, 0, False, False),
        (RoleKind.DISTRICT_ADMINISTRATOR, 0, True, True),
        (RoleKind.PRESENTER, 0, False, True),
        (RoleKind.BOARD_MEMBER, 0, False, True),
        (RoleKind.PLATFORM_ADMINISTRATOR, 1, True, True),
        (RoleKind.PLATFORM_ADMINISTRATOR, 0, True, False),
    ],
)
def test_somebody_who_can_invite_others_always_stays(
    kind: RoleKind, others: int, by_platform: bool, may_be_ended: bool
) -> None:
    assert rules.may_be_ended(kind, others=others, by_platform=by_platform) == may_be_ended


def test_each_organization_gives_its_own_roles_and_each_role_is_explained() -> None:
    given = [
        *rules.kinds_in(OrganizationKind.COLLABORATIVE),
        *rules.kinds_in(OrganizationKind.DISTRICT),
        *rules.kinds_in(None),
    ]

    assert sorted(given) == sorted(RoleKind)
    assert set(rules.WHAT_ROLES_DO) == set(RoleKind)
    assert rules.role_name(RoleKind.BOARD_MEMBER) == "board member"
