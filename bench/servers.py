"""Starting what is measured: gunicorn with a number of workers, on a port of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECRET = "a secret of the benchmarks, known to everybody"  # noqa: S105 - nothing real is behind it.
ROOT = Path(__file__).parent.parent


@dataclass
class Server:
    """A running server."""

    base: str
    process: subprocess.Popen[bytes]
    log: Path
    ready_seconds: float

    @property
    def worker_megabytes(self) -> float:
        """What the largest worker keeps in memory."""
        main = self.process.pid
        workers = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return max(_resident_kilobytes(Path(f"/proc/{worker}/status")) for worker in workers) / 1024


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, port: int, database: str | None = None) -> dict[str, str]:
    """Return the settings under which pdtrack is measured."""
    return {
        **os.environ,
        "PDTRACK_INSTANCE": str(folder),
        "PDTRACK_SECRET_KEY": SECRET,
        "PDTRACK_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database or f"sqlite:///{folder}/pdtrack.db",
    }


@contextmanager
def gunicorn(
    application: str, *, workers: int, environ: dict[str, str], port: int, probe: str
) -> Iterator[Server]:
    """Run an application until the block ends."""
    log = Path(environ.get("PDTRACK_INSTANCE", ROOT / "instance")) / f"bench-{port}.log"
    program = shutil.which("gunicorn") or str(Path(sys.executable).parent / "gunicorn")
    command = [program, application, "--workers", str(workers), "--bind", f"127.0.0.1:{port}"]
    command += ["--no-control-socket", "--log-level", "warning", "--backlog", "2048"]
    if application == "wsgi:app":
        command += ["--config", "deploy/gunicorn.conf.py"]  # As it is shipped.
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own program.
            command, cwd=ROOT, env=environ, stdout=out, stderr=out
        )
    try:
        seconds = _wait(process, port, probe)
        yield Server(f"http://127.0.0.1:{port}", process, log, seconds)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _resident_kilobytes(status: Path) -> int:
    [line] = [each for each in status.read_text().splitlines() if each.startswith("VmRSS:")]
    return int(line.split()[1])


def _wait(process: subprocess.Popen[bytes], port: int, probe: str) -> float:
    started = time.perf_counter()
    while process.poll() is None and time.perf_counter() - started < 60:  # noqa: PLR2004
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as wire:
                request = f"GET {probe} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n"
                wire.sendall(request.encode())
                if b" 200 " in wire.recv(64):
                    return time.perf_counter() - started
        except OSError:
            time.sleep(0.02)
    message = f"The server on port {port} did not start."
    raise RuntimeError(message)
