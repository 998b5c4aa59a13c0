"""A browser reduced to its sockets, and many of them at once."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
_COOKIE = re.compile(rb"\r\nSet-Cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nLocation: ([^\r]+)", re.IGNORECASE)


@dataclass
class Answer:
    """What a server said."""

    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        """Where it leads."""
        found = _LOCATION.search(self.head)
        return found[1].decode() if found else ""

    @property
    def csrf_token(self) -> str:
        """The token of its form."""
        found = _TOKEN.search(self.body)
        return found[1].decode() if found else ""


@dataclass
class Client:
    """One browser: it keeps cookies and follows nothing by itself."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._send("GET", path, b"")

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """Send a form."""
        return self._send("POST", path, urlencode(form).encode())

    def _send(self, method: str, path: str, body: bytes) -> Answer:
        host = urlsplit(self.base)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {host.netloc}",
            "Connection: close",
            f"Cookie: {cookies}",
            f"Referer: {self.base}{path}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        with socket.create_connection((host.hostname, host.port or 80), timeout=60) as wire:
            wire.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            pieces = []
            while piece := wire.recv(65536):
                pieces.append(piece)
        head, _, content = b"".join(pieces).partition(b"\r\n\r\n")
        for name, value in _COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        return Answer(int(head[9:12] or 0), head, content)


def at_once(
    work: Sequence[Callable[[], object]], *, clients: int, seconds: float | None = None
) -> float:
    """Do pieces of work with so many clients, and return the seconds it took.

    With `seconds` no new piece begins after them, and the rate is what counts.
    """
    started = time.perf_counter()
    until = started + seconds if seconds else float("inf")

    def do(piece: Callable[[], object]) -> None:
        if time.perf_counter() < until:
            piece()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(do, work))
    return time.perf_counter() - started
