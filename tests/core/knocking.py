"""A program that counts many attempts, and tells how many were within the limit."""

from __future__ import annotations

import sys
from pathlib import Path

from pdtrack.app import create_app
from pdtrack.core import security
from tests.conftest import settings


def main(url: str, folder: str, times: int, limit: int) -> None:
    """Wait for the word, then knock."""
    app = create_app(settings(Path(folder), PDTRACK_LIMITS_URL=url))
    with app.app_context():
        print("ready", flush=True)  # noqa: T201 - another process reads it.
        sys.stdin.readline()
        print(sum(security.hit("test", "door", limit, 3600) for _ in range(times)))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
