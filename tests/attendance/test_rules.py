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


ON_THE_SHEET = [*range(1, 13), 15, 18]  # 13, 14, 16 and 17 left.


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1-12, 15, 18", ON_THE_SHEET),
        ("3", [3]),
        (" 3,4 ;5\n6 ", [3, 4, 5, 6]),
        ("1 - 3", [1, 2, 3]),
        ("1–3, 5—6", [1, 2, 3, 5, 6]),
        ("3-1", [1, 2, 3]),
        ("3-3, 3, 003", [3]),
        ("12-18", [12, 15, 18]),
    ],
)
def test_numbers_mean_rows(typed: str, meant: list[int]) -> None:
    assert rules.rows_meant(typed, known=ON_THE_SHEET) == set(meant)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("1, 13", "number 13."),
        ("13-16", "number 13 or 16."),
        ("0, 1", "number 0."),
        ("1, 19, 20, 21", "number 19, 20 or 21."),
        ("1-99999999999999999999", "number 99999999999999999999."),
        ("30 31 32 33 34 35 36 37 38 39 40 41", "39 and 2 more."),
    ],
)
def test_numbers_of_nobody_are_named(typed: str, named: str) -> None:
    with pytest.raises(rules.NumbersUnknown) as refusal:
        rules.rows_meant(typed, known=ON_THE_SHEET)

    assert named in refusal.value.message
    assert refusal.value.field == "numbers"


@pytest.mark.parametrize("typed", ["", " , ", "all", "1, x2", "-3", "1-2-3", "1.5", "²", "٣"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(rules.NumbersUnclear, match="like 1-12, 15, 18"):
        rules.rows_meant(typed, known=ON_THE_SHEET)


def test_those_who_were_there_say_nothing_of_others_and_those_absent_do() -> None:
    there = rules.presences("1-2", known=[1, 2, 4], were=Presence.PRESENT)
    absent = rules.presences("1-2", known=[1, 2, 4], were=Presence.ABSENT)

    assert there == {1: Presence.PRESENT, 2: Presence.PRESENT}
    assert absent == {1: Presence.ABSENT, 2: Presence.ABSENT, 4: Presence.PRESENT}


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
