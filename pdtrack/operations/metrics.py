"""Figures for Prometheus, summed over all processes of the web server."""

from __future__ import annotations

import time
from collections.abc import Iterable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MEDIA_TYPE = CONTENT_TYPE_LATEST
Figure = tuple[str, str, float]

_own = CollectorRegistry()
_requests = Counter(
    "pdtrack_requests_total", "Requests answered.", ["method", "endpoint", "status"], registry=_own
)
_seconds = Histogram(
    "pdtrack_request_seconds",
    "Time from a request to its answer.",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_own,
)


class _Now(Collector):
    """Figures that are looked up when somebody asks."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """Return each figure as a gauge."""
        for name, meaning, value in self._figures:
            yield GaugeMetricFamily(name, meaning, value=value)


def init_app(app: Flask) -> None:
    """Count every request, by its endpoint."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)


def exposition(figures: Iterable[Figure]) -> bytes:
    """Return all figures as Prometheus reads them, those of this moment included."""
    now = CollectorRegistry()
    now.register(_Now(figures))
    return generate_latest(_counted()) + generate_latest(now)


def _counted() -> CollectorRegistry:
    """Return what all processes counted, if they share a folder, else what this one did."""
    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:  # PROMETHEUS_MULTIPROC_DIR names none.
        return _own
    return registry


def _begin() -> None:
    g.counted_from = time.perf_counter()


def _end(response: Response) -> Response:
    # Addresses that lead nowhere share one name, or a scanner would fill the memory.
    endpoint = request.endpoint or "none"
    _requests.labels(request.method, endpoint, str(response.status_code)).inc()
    if "counted_from" in g:
        _seconds.labels(endpoint).observe(time.perf_counter() - g.counted_from)
    return response
