"""Who may look behind the scenes: every rule with every role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from pdtrack.core.authz import NOBODY, SYSTEM, Actor, RoleKind
from pdtrack.operations import policy
from pdtrack.organizations.models import Collaborative
from tests import make

Rule = Callable[[Any, Any], bool]


@pytest.fixture
def here(app: Flask) -> Collaborative:
    """Return the collaborative whose mail it is about."""
    assert app.testing
    return make.collaborative()


def holder(kind: str, here: Collaborative) -> Actor:
    """Return somebody of each kind, here or elsewhere."""
    if kind == "stranger":
        return NOBODY
    if kind == "system":
        return SYSTEM
    if kind == "nobody in particular":
        return make.person()
    name, _, where = kind.partition(" ")
    organization = here if where == "here" else make.collaborative() if where else None
    return make.role(RoleKind(name), organization)


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("stranger", set()),
        ("nobody in particular", set()),
        ("system", {policy.may_operate, policy.may_read_mail}),
        ("platform_administrator", {policy.may_operate, policy.may_read_mail}),
        ("coordinator here", {policy.may_read_mail}),
        ("coordinator elsewhere", set()),
        ("presenter here", set()),
        ("board_member here", set()),
        ("district_administrator elsewhere", set()),
    ],
)
@pytest.mark.parametrize("rule", [policy.may_operate, policy.may_read_mail])
def test_who_may_what(here: Collaborative, kind: str, allowed: set[Rule], rule: Rule) -> None:
    assert rule(holder(kind, here), here) == (rule in allowed)
