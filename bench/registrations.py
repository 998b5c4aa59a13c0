"""Registering over HTTP: how many a second, and a race for the last places."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bench import data
from bench.client import Client, at_once
from bench.figures import Figures
from bench.pages import CLIENTS, SHARE, WORKERS, reference_server
from bench.servers import Server, environment, free_port, gunicorn
from pdtrack.core.db import db
from pdtrack.registration.models import Registration, Status
from tests.postgresql import postgresql_url

PEOPLE = 600
ROUNDS = 3
RACERS = 400
PLACES = 100
LAST_PLACE_SECONDS = 5.0


def register(client: Client, session_id: int) -> None:
    """Register as a browser does: the form, then the form sent, then the page it leads to."""
    path = f"/sessions/{session_id}/register"
    page = client.get(path)
    answer = client.post(path, {"csrf_token": page.csrf_token})
    if answer.status not in {302, 303}:
        message = f"{path} answered {answer.status}: {answer.body[:300]!r}"
        raise RuntimeError(message)
    client.get(answer.location.removeprefix(client.base))


def measure(figures: Figures) -> None:
    """Compare registrations a second with the yardstick's, in turn."""
    figures.section(f"Registrations a second ({WORKERS} workers, {CLIENTS} clients, SQLite)")
    with tempfile.TemporaryDirectory() as root:
        folder, other = Path(root, "pdtrack"), Path(root, "reference")
        folder.mkdir()
        other.mkdir()
        port = free_port()
        app = data.application(folder, port)
        with app.app_context():
            data.organizations()
            data.sessions(20)
            people = data.people(PEOPLE * ROUNDS)
            cookies = [data.cookie(app, person) for person in people]
        environ, reference_port = reference_server(other)
        with (
            gunicorn(
                "bench.reference:app",
                workers=WORKERS,
                environ=environ,
                port=reference_port,
                probe="/page",
            ) as yardstick,
            gunicorn(
                "wsgi:app",
                workers=WORKERS,
                environ=environment(folder, port),
                port=port,
                probe="/healthz",
            ) as server,
        ):
            rates: dict[str, list[float]] = {"reference": [], "pdtrack": []}
            for number in range(ROUNDS):
                rates["reference"].append(_reference_rate(yardstick))
                some = cookies[number * PEOPLE : (number + 1) * PEOPLE]
                rates["pdtrack"].append(_rate(server, some))
    medians = {name: sorted(values)[ROUNDS // 2] for name, values in rates.items()}
    ratio = medians["pdtrack"] / medians["reference"]
    figures.show("reference: form, then update and two inserts", f"{medians['reference']:.0f}/s")
    figures.show(
        "pdtrack: form, registration, its page (3 requests)",
        f"{medians['pdtrack']:.0f}/s  {ratio:.2f}",
        bound="at least a quarter of the reference",
        holds=ratio >= SHARE,
    )


def _rate(server: Server, cookies: list[dict[str, str]]) -> float:
    work = [
        lambda number=number, cookie=cookie: register(
            Client(server.base, dict(cookie)), number % 20 + 1
        )
        for number, cookie in enumerate(cookies)
    ]
    return len(work) / at_once(work, clients=CLIENTS)


def _reference_rate(server: Server) -> float:
    def one(number: int) -> None:
        client = Client(server.base)
        path = f"/register/{number % 20 + 1}"
        client.get(path)
        if client.post(path, {"person": f"Person {number}"}).status != 302:  # noqa: PLR2004
            message = "The reference refused."
            raise RuntimeError(message)

    work = [lambda number=number: one(number) for number in range(PEOPLE)]
    return PEOPLE / at_once(work, clients=CLIENTS)


def race(figures: Figures) -> None:
    """Let 400 people race for 100 places, with 2 and 6 workers, on both databases."""
    figures.section(f"{RACERS} people race for {PLACES} places over HTTP, all at once")
    for database in ("SQLite", "PostgreSQL"):
        for workers in (2, 6):
            url = postgresql_url(f"race{workers}") if database == "PostgreSQL" else None
            _race(figures, f"{database}, {workers} workers", workers, url)


def _race(figures: Figures, name: str, workers: int, database: str | None) -> None:
    with tempfile.TemporaryDirectory() as root:
        folder, port = Path(root), free_port()
        app = data.application(folder, port, database)
        with app.app_context():
            data.organizations()
            data.sessions(1, capacity=PLACES)
            people = data.people(RACERS)
            cookies = [data.cookie(app, person) for person in people]
        with gunicorn(
            "wsgi:app",
            workers=workers,
            environ=environment(folder, port, database),
            port=port,
            probe="/healthz",
        ) as server:
            statuses, answered = _run(server, dict(zip(people, cookies, strict=True)))
            log = server.log.read_text()
        with app.app_context():
            rows = list(db.session.scalars(select(Registration).order_by(Registration.id)))
            db.session.remove()
            db.engine.dispose()
    _judge(figures, name, rows, statuses, answered, log)


def _run(
    server: Server, cookies: dict[int, dict[str, str]]
) -> tuple[Counter[int], dict[int, float]]:
    """Let everybody open the form, and then send it at the same moment.

    Returns how often each status was answered, and after how many seconds each person was.
    """
    clients = {person: Client(server.base, dict(cookie)) for person, cookie in cookies.items()}
    tokens = {
        person: client.get("/sessions/1/register").csrf_token for person, client in clients.items()
    }
    statuses: Counter[int] = Counter()
    answered: dict[int, float] = {}
    started = time.perf_counter()

    def one(person: int) -> None:
        answer = clients[person].post("/sessions/1/register", {"csrf_token": tokens[person]})
        answered[person] = time.perf_counter() - started
        statuses[answer.status] += 1

    at_once([partial(one, person) for person in clients], clients=RACERS)
    return statuses, answered


def _judge(
    figures: Figures,
    name: str,
    rows: list[Registration],
    statuses: Counter[int],
    answered: dict[int, float],
    log: str,
) -> None:
    # Ids and moments are given under the lock, so both say in which order it was taken.
    moments = [row.registered_at for row in rows]
    expected = [Status.REGISTERED] * PLACES + [Status.WAITLISTED] * (RACERS - PLACES)
    in_order = [row.status for row in rows] == expected and moments == sorted(moments)
    counted = Counter(row.status for row in rows)
    figures.show(
        f"{name}: places / waiting, in the order of the lock",
        f"{counted[Status.REGISTERED]} / {counted[Status.WAITLISTED]}",
        bound="exactly 100 / 300",
        holds=in_order,
    )
    errors = sum(count for status, count in statuses.items() if status not in {302, 303})
    figures.show(f"{name}: errors", f"{errors}", bound="none", holds=errors == 0)
    last = max(answered[row.person_id] for row in rows if row.status == Status.REGISTERED)
    figures.show(
        f"{name}: everybody with a place answered, then all",
        f"{last:.1f} s, {max(answered.values()):.1f} s",
        bound="the last place within 5 s",
        holds=last <= LAST_PLACE_SECONDS,
    )
    waits = log.count("waited_for_lock")
    figures.show(
        f"{name}: waits for the lock of over a second", f"{waits}", bound="none", holds=waits == 0
    )
