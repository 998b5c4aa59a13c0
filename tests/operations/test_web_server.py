"""The web server as it is deployed: several processes, one sum of what they did."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from pdtrack.app import create_app
from pdtrack.core.db import db
from tests.conftest import prepare, settings

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-prometheus"
pytestmark = pytest.mark.slow


@pytest.fixture
def web(tmp_path: Path) -> Iterator[int]:
    """Start gunicorn with the settings that ship, and return its port."""
    app = create_app(settings(tmp_path))
    with app.app_context():
        prepare()
        db.engine.dispose()
    metrics = tmp_path / "metrics"
    metrics.mkdir()
    (metrics / "counter_1.db").write_bytes(b"left by a former start")
    environ = {
        **os.environ,
        "PDTRACK_INSTANCE": str(tmp_path),
        "PDTRACK_URL": "http://localhost",
        "PDTRACK_BIND": "127.0.0.1:0",
        "PDTRACK_METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "WEB_CONCURRENCY": "2",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    server = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    port = 0
    for line in server.stderr:
        if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line):
            port = int(found[1])
            break
    yield port
    server.terminate()
    server.communicate(timeout=60)
    assert server.returncode == 0


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": "localhost", **headers})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_figures_are_summed_over_processes_from_the_start(web: int) -> None:
    for _ in range(40):
        assert get(web, "/healthz") == (200, "alive\n")

    status, figures = get(web, "/metrics", Authorization=f"Bearer {TOKEN}")

    assert status == 200
    counted = re.findall(r'pdtrack_requests_total\{endpoint="operations.healthz".*\} (.+)', figures)
    assert [float(each) for each in counted] == [40]
    assert get(web, "/metrics")[0] == 404
