"""A program that raises a counter many times, reading before it writes; several run at once."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import select

from pdtrack.app import create_app
from pdtrack.core.db import action, db, lock
from pdtrack.core.tokens import AccessToken
from tests.conftest import settings


@action
def count(token: AccessToken) -> None:
    """Raise the counter by one."""
    lock(token)
    token.subject_id = token.subject_id + 1


def main(url: str, folder: str, times: int) -> None:
    """Wait for the word, then count."""
    app = create_app(settings(Path(folder), SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        token = db.session.scalars(select(AccessToken)).one()
        print("ready", flush=True)  # noqa: T201 - another process reads it.
        sys.stdin.readline()
        for _ in range(times):
            db.session.scalars(select(AccessToken)).one()  # A view reads before its action.
            count(token)
        print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
