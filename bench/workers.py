"""What a web worker weighs, and how soon it answers."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from bench import data
from bench.client import Client, at_once
from bench.figures import Figures
from bench.servers import environment, free_port, gunicorn

MOST_MEGABYTES = 120
READY_SECONDS = 2.0


def measure(figures: Figures) -> None:
    """Start a server with two workers, let them work, and weigh them."""
    figures.section("A web worker (2 sync workers, after 400 pages)")
    with tempfile.TemporaryDirectory() as root:
        folder, port = Path(root), free_port()
        app = data.application(folder, port)
        with app.app_context():
            data.organizations()
            data.sessions(100)
        with gunicorn(
            "wsgi:app",
            workers=2,
            environ=environment(folder, port),
            port=port,
            probe="/healthz",
        ) as server:
            pages = ["/", "/sessions", "/sessions/1", "/sign-in"] * 100
            at_once([partial(Client(server.base).get, path) for path in pages], clients=8)
            megabytes = server.worker_megabytes
    figures.show(
        "resident",
        f"{megabytes:.0f} MB",
        bound=f"at most {MOST_MEGABYTES} MB",
        holds=megabytes <= MOST_MEGABYTES,
    )
    figures.show(
        "ready after",
        f"{server.ready_seconds:.1f} s",
        bound="within 2 s",
        holds=server.ready_seconds <= READY_SECONDS,
    )
