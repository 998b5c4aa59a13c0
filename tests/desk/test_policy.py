"""Who may work at a collaborative's desk: every rule with every role."""

from __future__ import annotations

from typing import Any

import pytest

from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core.authz import NOBODY, Actor, RoleKind
from pdtrack.desk.policy import may_change, may_plan_meetings, may_see_session, may_work_here
from tests import make

pytestmark = pytest.mark.usefixtures("app")

COORDINATORS = {"coordinator", "platform administrator"}


def world() -> tuple[CourseSession, dict[str, Actor]]:
    presenter = make.person()
    session = make.course_session(presenters=[presenter])
    place = session.collaborative
    make.role(RoleKind.PRESENTER, place, person=presenter)
    district = make.district(member_of=place)
    return session, {
        "visitor": NOBODY,
        "educator": make.person(employer=district),
        "its presenter": presenter,
        "other presenter": make.role(RoleKind.PRESENTER, place),
        "coordinator": make.coordinator(place),
        "other coordinator": make.coordinator(make.collaborative()),
        "board member": make.role(RoleKind.BOARD_MEMBER, place),
        "district administrator": make.role(RoleKind.DISTRICT_ADMINISTRATOR, district),
        "platform administrator": make.platform_administrator(),
    }


def allowed(rule: Any, thing: Any, people: dict[str, Actor]) -> set[str]:
    return {name for name, who in people.items() if rule(who, thing)}


def test_staff_work_at_their_own_desk() -> None:
    session, people = world()

    assert allowed(may_work_here, session.collaborative, people) == COORDINATORS | {
        "its presenter",
        "other presenter",
    }


def test_a_presenter_sees_only_own_sessions() -> None:
    session, people = world()

    assert allowed(may_see_session, session, people) == COORDINATORS | {"its presenter"}


@pytest.mark.parametrize("rule", [may_change, may_plan_meetings])
def test_coordinators_change_what_is_not_cancelled(rule: Any) -> None:
    session, people = world()
    assert allowed(rule, session, people) == COORDINATORS

    session.state = SessionState.CANCELLED

    assert allowed(rule, session, people) == set()


def test_self_paced_work_has_no_meetings_to_plan() -> None:
    session, people = world()

    session.format = Format.SELF_PACED

    assert allowed(may_plan_meetings, session, people) == set()
    assert allowed(may_change, session, people) == COORDINATORS
