"""Two worlds that have nothing to do with each other, and what a request writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from tests.queries import count_queries
from tests.roles.world import World, build


@pytest.fixture
def ours(app: Flask) -> World:
    """The world of whoever is signed in."""
    assert app.testing
    return build("Ours")


@pytest.fixture
def theirs(app: Flask) -> World:
    """A world that is none of their business."""
    assert app.testing
    return build("Zweitland")


@contextmanager
def writes() -> Iterator[list[str]]:
    """Collect the statements inside that change anything."""
    changed: list[str] = []
    with count_queries() as statements:
        yield changed
    changed += [each for each in statements if not each.lstrip().startswith(("SELECT", "WITH"))]
