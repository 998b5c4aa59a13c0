"""Who may read the demo's mail: whoever sits at the machine, in whatever role."""

from __future__ import annotations

import pytest
from flask import Flask

from pdtrack.core.authz import NOBODY, RoleKind
from pdtrack.demo import policy
from tests import make

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.7"


@pytest.mark.parametrize(
    ("settings", "address", "may"),
    [
        ({}, HERE, True),
        ({}, "::1", True),
        ({"PDTRACK_URL": "http://127.0.0.1:8000"}, HERE, True),
        ({"PDTRACK_URL": "http://[::1]:8000"}, HERE, True),
        ({}, ELSEWHERE, False),
        ({}, "", False),
        ({"PDTRACK_URL": "https://pd.example"}, HERE, False),
        ({"PDTRACK_URL": "http://127.0.0.1.pd.example"}, HERE, False),
        ({"PDTRACK_URL": "http://0.0.0.0:8000"}, HERE, False),
        ({"PDTRACK_PROXIES": 1}, HERE, False),
        ({"PDTRACK_ENV": "production"}, HERE, False),
    ],
)
def test_may_read_mail(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, object],
    address: str,
    may: bool,
) -> None:
    for name, value in settings.items():
        monkeypatch.setitem(app.config, name, value)
    actors = [NOBODY, make.person(), make.platform_administrator()]
    actors += [make.role(kind, make.collaborative()) for kind in RoleKind]

    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert {policy.may_read_mail(actor, None) for actor in actors} == {may}
