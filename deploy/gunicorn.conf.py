"""How gunicorn runs pdtrack: gunicorn -c deploy/gunicorn.conf.py wsgi:app."""  # noqa: INP001 - no package.

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

bind = os.environ.get("PDTRACK_BIND", "127.0.0.1:8000")
# An answer takes milliseconds of processor time, which threads of one process would only share;
# the proxy in front waits for slow browsers. So: processes, each with one request at a time.
worker_class = "sync"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2 * (os.cpu_count() or 1))
# Loaded once and shared: the workers start at once, and need less memory.
preload_app = True
# A worker is replaced now and then, so that no slow leak ever matters.
max_requests = 10_000
max_requests_jitter = 1_000
timeout = 60
graceful_timeout = 30
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - never on a disk.
control_socket_disable = True
# The application logs each request itself, without what is secret in its address.
accesslog = None
forwarded_allow_ips = "127.0.0.1,::1"


def _empty_metrics() -> None:
    """Begin with empty counters, once for each start and not when settings are read again."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder or os.environ.get("PDTRACK_METRICS_EMPTIED") == str(os.getpid()):
        return
    os.environ["PDTRACK_METRICS_EMPTIED"] = str(os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir(parents=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that ended; what it counted stays."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess  # noqa: PLC0415 - only where it is used.

        multiprocess.mark_process_dead(worker.pid)


_empty_metrics()
