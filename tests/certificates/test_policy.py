"""Who may issue, change and see certificates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.attendance.models import Presence
from pdtrack.certificates import actions
from pdtrack.certificates.models import Certificate
from pdtrack.certificates.policy import may_change, may_issue, may_see
from pdtrack.core import clock
from pdtrack.core.authz import NOBODY, SYSTEM, Actor, RoleKind
from tests import make

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def certificate() -> Certificate:
    place = make.collaborative()
    district = make.district(member_of=place)
    course_session = make.course_session(
        collaborative=place, starts_at=clock.now() - timedelta(days=2)
    )
    ada = make.registration(course_session=course_session, person=make.person(employer=district))
    [part] = attendance_queries.parts(course_session)
    attendance.mark(registration=ada, part=part, presence=Presence.PRESENT, actor=SYSTEM)
    [issued] = actions.issue(course_session=course_session, registration_ids=[ada.id], actor=SYSTEM)
    return issued


def cast(certificate: Certificate) -> dict[str, Actor]:
    registration = certificate.award.registration
    employment = registration.employment
    assert employment is not None
    place = registration.course_session.collaborative
    return {
        "holder": registration.person,
        "coordinator": make.coordinator(place),
        "presenter": make.role(RoleKind.PRESENTER, place),
        "board member": make.role(RoleKind.BOARD_MEMBER, place),
        "district": make.role(RoleKind.DISTRICT_ADMINISTRATOR, employment.organization),
        "other district": make.role(RoleKind.DISTRICT_ADMINISTRATOR, make.district()),
        "other coordinator": make.coordinator(make.collaborative()),
        "platform": make.platform_administrator(),
        "stranger": make.person(),
        "nobody": NOBODY,
    }


def test_who_may_issue(certificate: Certificate) -> None:
    course_session = certificate.award.registration.course_session
    allowed = {n for n, a in cast(certificate).items() if may_issue(a, course_session)}
    assert allowed == {"coordinator", "platform"}


def test_who_may_change(certificate: Certificate) -> None:
    allowed = {n for n, a in cast(certificate).items() if may_change(a, certificate)}
    assert allowed == {"coordinator", "platform"}


def test_who_may_see(certificate: Certificate) -> None:
    allowed = {n for n, a in cast(certificate).items() if may_see(a, certificate)}
    assert allowed == {"holder", "coordinator", "district", "platform"}
