"""A site to send nonsense to."""

from __future__ import annotations

import pytest
from flask import Flask

from pdtrack.operations import schema
from tests.bad_input.site import Site


@pytest.fixture
def site(app: Flask, alone: None) -> Site:
    """Everybody of one world, each in a browser, beside another world."""
    assert alone is None
    return Site.build(app)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no page look for migrations, which are not there."""
    monkeypatch.setattr(schema, "current", lambda: "tables")
    monkeypatch.setattr(schema, "wanted", lambda: "tables")
