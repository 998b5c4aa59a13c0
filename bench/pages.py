"""Pages and registrations over HTTP, beside the yardstick."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from bench import data, reference
from bench.client import Client, at_once
from bench.figures import Figures
from bench.servers import Server, environment, free_port, gunicorn

CLIENTS = 16
WORKERS = 2
PAGES = 1500
ROUNDS = 3
SHARE = 0.25
SAME = 0.20


def rate(server: Server, paths: list[str]) -> float:
    """Return how many of these pages a server answers in a second."""

    def fetch(path: str) -> None:
        answer = Client(server.base).get(path)
        if answer.status != 200:  # noqa: PLR2004
            message = f"{path} answered {answer.status}"
            raise RuntimeError(message)

    asked = list(itertools.islice(itertools.cycle(paths), PAGES))
    for path in paths[:20]:
        fetch(path)
    seconds = at_once([partial(fetch, path) for path in asked], clients=CLIENTS)
    return PAGES / seconds


def reference_server(folder: Path, *, sessions: int = 1000) -> tuple[dict[str, str], int]:
    """Prepare the yardstick and return its environment and port."""
    path = str(folder / "reference.db")
    reference.prepare(path, sessions=sessions)
    port = free_port()
    return {**environment(folder, port), "REFERENCE_DB": path}, port


def measure(figures: Figures) -> None:
    """Compare the catalog and session pages, small and large, with the yardstick in turn."""
    figures.section(f"Pages a second ({WORKERS} workers, {CLIENTS} clients, median of {ROUNDS})")
    with tempfile.TemporaryDirectory() as root:
        folders = {name: Path(root, name) for name in ("reference", "100", "10000")}
        for folder in folders.values():
            folder.mkdir()
        environ, port = reference_server(folders["reference"])
        paths = {"small": 100, "large": 10_000}
        ports = {"small": free_port(), "large": free_port()}
        for name, count in paths.items():
            app = data.application(folders[str(count)], ports[name])
            with app.app_context():
                data.organizations()
                data.sessions(count)
        with (
            gunicorn(
                "bench.reference:app", workers=WORKERS, environ=environ, port=port, probe="/page"
            ) as yardstick,
            _pdtrack(folders["100"], ports["small"]) as small,
            _pdtrack(folders["10000"], ports["large"]) as large,
        ):
            _compare(figures, yardstick, small, large)


def _pdtrack(folder: Path, port: int) -> AbstractContextManager[Server]:
    return gunicorn(
        "wsgi:app",
        workers=WORKERS,
        environ=environment(folder, port),
        port=port,
        probe="/healthz",
    )


def _compare(figures: Figures, yardstick: Server, small: Server, large: Server) -> None:
    catalog = ["/sessions", "/sessions?q=restraint", "/sessions?format=in_person&page=2"]
    cases: dict[str, Callable[[], float]] = {
        "reference page": lambda: rate(yardstick, ["/page"]),
        "catalog, 100 sessions": lambda: rate(small, catalog),
        "catalog, 10,000 sessions": lambda: rate(large, catalog),
        "session page, 100 sessions": lambda: rate(small, [f"/sessions/{n}" for n in range(1, 90)]),
        "session page, 10,000 sessions": lambda: rate(
            large, [f"/sessions/{n}" for n in range(1, 10_000, 113)]
        ),
    }
    rates: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):  # In turn, so that a slow moment of the machine meets all alike.
        for name, run in cases.items():
            rates[name].append(run())
    medians = {name: sorted(values)[ROUNDS // 2] for name, values in rates.items()}
    whole = medians["reference page"]
    figures.show("reference page", f"{whole:.0f}/s")
    for name, value in list(medians.items())[1:]:
        figures.show(
            name,
            f"{value:.0f}/s  {value / whole:.2f}",
            bound="at least a quarter of the reference",
            holds=value >= SHARE * whole,
        )
    for page in ("catalog", "session page"):
        few, many = medians[f"{page}, 100 sessions"], medians[f"{page}, 10,000 sessions"]
        figures.show(
            f"{page}: 10,000 sessions against 100",
            f"{many / few:.2f}",
            bound="within 20 %",
            holds=many >= few * (1 - SAME),
        )
