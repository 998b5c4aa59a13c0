"""Who may take attendance, and who may say that it is wrong."""

from __future__ import annotations

import pytest

from pdtrack.attendance.models import Objection
from pdtrack.attendance.policy import may_mark, may_see_own, may_see_unposted, may_settle
from pdtrack.core import clock
from pdtrack.core.authz import NOBODY, Actor, RoleKind
from pdtrack.registration.models import Registration
from tests import make

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def registration() -> Registration:
    return make.registration(course_session=make.course_session(presenters=[make.person()]))


def cast(registration: Registration) -> dict[str, Actor]:
    place = registration.course_session.collaborative
    return {
        "educator": registration.person,
        "coordinator": make.coordinator(place),
        "its presenter": registration.course_session.presenters[0],
        "other presenter": make.role(RoleKind.PRESENTER, place),
        "board member": make.role(RoleKind.BOARD_MEMBER, place),
        "other coordinator": make.coordinator(make.collaborative()),
        "platform": make.platform_administrator(),
        "nobody": NOBODY,
    }


def test_who_may_mark(registration: Registration) -> None:
    session = registration.course_session
    allowed = {name for name, actor in cast(registration).items() if may_mark(actor, session)}
    assert allowed == {"coordinator", "its presenter", "platform"}


def test_who_may_see_unposted(registration: Registration) -> None:
    place = registration.course_session.collaborative
    allowed = {n for n, actor in cast(registration).items() if may_see_unposted(actor, place)}
    assert allowed == {"coordinator", "other presenter", "platform"}


def test_who_may_settle(registration: Registration) -> None:
    objection = Objection(registration=registration, text="No.", raised_at=clock.now())
    allowed = {n for n, actor in cast(registration).items() if may_settle(actor, objection)}
    assert allowed == {"coordinator", "platform"}


def test_who_may_see_own(registration: Registration) -> None:
    allowed = {n for n, actor in cast(registration).items() if may_see_own(actor, registration)}
    assert allowed == {"educator"}
