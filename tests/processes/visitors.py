"""People in front of a browser whose server may go away under their hands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from bench.client import Client
from pdtrack.accounts.models import Person
from tests.servers import PATIENCE, Site

Answered = TypeVar("Answered", str, int)


@dataclass
class Visitors:
    """People who register for one session, and press again when no answer comes."""

    site: Site
    path: str
    answered: int = 0
    cut_off: int = 0  # How many answers never came, because the process had died.
    statuses: list[int] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def register(self, people: Iterable[Person], *, at_once: int) -> None:
        """Let everybody register, so many at the same time."""
        cookies = [self.site.cookie(person) for person in people]
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(self._register, cookies))

    def _register(self, cookies: dict[str, str]) -> None:
        client = Client(self.site.base, cookies)
        token = self._insist(lambda: client.get(self.path).csrf_token)
        status = self._insist(lambda: client.post(self.path, {"csrf_token": token}).status)
        with self._lock:
            self.answered += 1
            self.statuses.append(status)

    def _insist(self, ask: Callable[[], Answered]) -> Answered:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = ask()
            except OSError:
                answer = None
            if answer:
                return answer
            with self._lock:
                self.cut_off += 1
            time.sleep(0.05)
        raise AssertionError(self.site.said())
