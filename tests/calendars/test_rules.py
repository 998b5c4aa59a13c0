"""How a feed is dated, decided without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pdtrack.calendars import rules

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("changed", "read", "dated"),
    [
        (0.2, 0.9, -1),
        (0.2, 1, 0),
        (0.9, 1.1, 0),
        (0.2, 3600, 0),
        (7, 0.5, -1),  # Another machine's clock is ahead.
    ],
)
def test_a_change_is_dated_by_its_second_once_that_is_over(
    changed: float, read: float, dated: float
) -> None:
    assert rules.dated(at(changed), read_at=at(read)) == at(dated)
    assert rules.tells_changes_apart(at(changed), read_at=at(read)) == (dated == 0)


def test_what_follows_is_dated_later_however_soon_it_comes() -> None:
    for tenths in range(30):
        told = rules.dated(at(0.1), read_at=at(0.1 + tenths / 10))
        following = at(0.15 + tenths / 10)

        assert rules.dated(following, read_at=following + timedelta(seconds=1)) > told
