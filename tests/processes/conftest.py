"""An installation on each database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import postgresql_url
from tests.servers import Site, installation

_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """An installation of which nothing runs yet but its mail server."""
    is_sqlite = request.param == "sqlite"
    database = None if is_sqlite else postgresql_url(f"processes{next(_numbers)}")
    with installation(tmp_path, database) as made:
        yield made
