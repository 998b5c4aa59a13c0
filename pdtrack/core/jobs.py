"""Work in the background: rows are the truth, a job only wakes whoever looks at them."""

from __future__ import annotations

from collections.abc import Callable

_workers: dict[str, Callable[[], object]] = {}


def add(name: str, work: Callable[[], object]) -> None:
    """Register what the worker does when it is woken by this name, and at every sweep."""
    _workers[name] = work


def wake(name: str) -> None:
    """Tell the worker that there is something to do; harmless if nobody listens."""
