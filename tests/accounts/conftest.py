"""What the tests of accounts share."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _no_attempts_yet(application: Flask) -> None:
    """Begin each test with no attempt counted: counters live outside the test's transaction."""
    with application.app_context():
        application.extensions["counters"].reset()
