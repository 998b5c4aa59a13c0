"""Everything here runs on each kind of database."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture
def app(on_either: Flask) -> Flask:
    """Run the application on each kind of database, in a transaction that is taken back."""
    return on_either
