"""What a mark means, decided without a database."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pdtrack.attendance import rules
from pdtrack.attendance.models import Presence


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    id: int
    undoes_id: int | None = None


@pytest.mark.parametrize(
    ("presence", "minutes", "credited"),
    [
        (Presence.PRESENT, None, 360),
        (Presence.PRESENT, 5, 360),
        (Presence.PARTIAL, 1, 1),
        (Presence.PARTIAL, 360, 360),
        (Presence.ABSENT, 200, 0),
        (Presence.UNMARKED, None, 0),
    ],
)
def test_a_mark_is_worth(presence: Presence, minutes: int | None, credited: int) -> None:
    assert rules.minutes_for(presence, minutes=minutes, credited=360) == credited


@pytest.mark.parametrize("minutes", [None, 0, -5, 361])
def test_partial_needs_minutes_within_the_meeting(minutes: int | None) -> None:
    with pytest.raises(rules.MinutesOutOfRange) as refusal:
        rules.minutes_for(Presence.PARTIAL, minutes=minutes, credited=360)

    assert refusal.value.field == "minutes"
    assert "from 1 to 360" in refusal.value.message


def test_undoing_goes_back_one_mark_at_a_time() -> None:
    first, second = Line(1), Line(2)

    assert rules.undoing([first, second]) == (second, first)
    assert rules.undoing([first, second, Line(3, undoes_id=2)]) == (first, None)


def test_a_mark_after_an_undo_is_undone_first() -> None:
    log = [Line(1), Line(2), Line(3, undoes_id=2), Line(4)]

    assert rules.undoing(log) == (log[3], log[0])


def test_nothing_is_left_to_undo() -> None:
    with pytest.raises(rules.NothingToUndo):
        rules.undoing([Line(1), Line(2, undoes_id=1)])
