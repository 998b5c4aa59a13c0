"""How a feed is dated for readers that know no more of it than a date."""

from __future__ import annotations

from datetime import datetime, timedelta

_SECOND = timedelta(seconds=1)


def tells_changes_apart(changed_at: datetime, *, read_at: datetime) -> bool:
    """Whether the date of the last change says which text somebody has.

    A header counts whole seconds (RFC 9110, 8.8.2): while the second of a change lasts,
    another may follow under the same date.
    """
    return _second(changed_at) < _second(read_at)


def dated(changed_at: datetime, *, read_at: datetime) -> datetime:
    """Return since when a feed is as it is; a second early while another change may follow.

    Whoever has that date is told of both once the second is over.
    """
    if tells_changes_apart(changed_at, read_at=read_at):
        return _second(changed_at)
    return _second(read_at) - _SECOND


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
