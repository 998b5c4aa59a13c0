"""Who may read which report."""

from __future__ import annotations

import pytest

from pdtrack.core.authz import NOBODY, Actor, RoleKind
from pdtrack.reports.policy import may_read_attendance, may_read_district_attendance, may_read_year
from tests import make

pytestmark = pytest.mark.usefixtures("app")


def test_who_may_read_what() -> None:
    place, district = make.collaborative(), make.district()
    cast: dict[str, Actor] = {
        "coordinator": make.coordinator(place),
        "presenter": make.role(RoleKind.PRESENTER, place),
        "board member": make.role(RoleKind.BOARD_MEMBER, place),
        "district": make.role(RoleKind.DISTRICT_ADMINISTRATOR, district),
        "other district": make.role(RoleKind.DISTRICT_ADMINISTRATOR, make.district()),
        "other coordinator": make.coordinator(make.collaborative()),
        "staff of the district": make.person(employer=district),
        "platform": make.platform_administrator(),
        "nobody": NOBODY,
    }

    def allowed(rule: object, thing: object) -> set[str]:
        return {name for name, actor in cast.items() if rule(actor, thing)}  # type: ignore[operator]

    assert allowed(may_read_attendance, place) == {"coordinator", "platform"}
    assert allowed(may_read_district_attendance, district) == {"district", "platform"}
    assert allowed(may_read_year, place) == {"coordinator", "board member", "platform"}
