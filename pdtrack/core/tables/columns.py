"""What a column is called, where its cells come from, and how they are written for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar

from pdtrack.core import clock, money, points

Cell = str | int | float | Decimal | date | None
Kind = Literal["text", "number", "moment", "date", "money", "points", "minutes", "hours"]

Row = TypeVar("Row")

_FIGURES: frozenset[Kind] = frozenset({"number", "money", "points", "minutes", "hours"})


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a table on screen, in CSV, in a workbook and on paper.

    The key heads the column in files, the label on screen. The value of a row is
    its attribute of that name unless a function is given. Kinds say what a value
    is: money is whole cents, points are whole tenths, and minutes and hours are
    both whole minutes (hours are written as decimals, "6.5").
    """

    key: str
    label: str
    value: Callable[[Row], Any] | None = None
    kind: Kind = "text"
    width: int | None = None

    @property
    def is_figure(self) -> bool:
        """Whether cells stand at the right, in digits of equal width."""
        return self.kind in _FIGURES

    @property
    def reader(self) -> Callable[[Row], Any]:
        """The function that takes this column's value from a row."""
        return self.value or attrgetter(self.key)


@dataclass(frozen=True)
class ScreenCell:
    """One cell as a page shows it; `machine` is what it says to programs, such as an ISO date."""

    text: str
    machine: str
    column: Column[Any]


def screen_rows(
    columns: Iterable[Column[Row]], rows: Iterable[Row]
) -> Iterator[tuple[ScreenCell, ...]]:
    """Write rows for a page: dates, money and lengths as people say them."""
    readers = [
        (column, column.reader, _ON_SCREEN[column.kind], IN_FILES[column.kind])
        for column in columns
    ]
    for row in rows:
        yield tuple(
            ScreenCell(on_screen(value), in_file(value), column)
            for column, value, on_screen, in_file in (
                (column, read(row), on_screen, in_file)
                for column, read, on_screen, in_file in readers
            )
        )


def plain_number(value: float | Decimal | None) -> str:
    """Write a number so that equal numbers look alike: 2, 2.0 and Decimal("2.00") are "2"."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else str(value)


def hours(minutes: int) -> str:
    """Write whole minutes as decimal hours with at most two places: "6.5", "0.33"."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def _optional(write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None else write(value)


def _say_number(value: float | Decimal) -> str:
    return f"{value:,}"


def _say_moment(moment: datetime) -> str:
    local = clock.local(moment)
    half = "AM" if local.hour < 12 else "PM"  # noqa: PLR2004 - noon
    return f"{_say_date(local)}, {local.hour % 12 or 12}:{local:%M} {half}"


def _say_date(day: date) -> str:
    return f"{day:%a}, {day:%b} {day.day}, {day.year}"


def _say_minutes(minutes: int) -> str:
    whole, rest = divmod(minutes, 60)
    return " ".join([f"{whole} h"] * bool(whole) + [f"{rest} min"] * bool(rest or not whole))


# How values are written in files: in one way for one value, so that texts can be kept by value.
IN_FILES: dict[Kind, Callable[[Any], str]] = {
    "text": _optional(str),
    "number": plain_number,
    "moment": _optional(lambda moment: clock.local(moment).isoformat(timespec="seconds")),
    "date": _optional(date.isoformat),
    "money": _optional(money.plain),
    "points": _optional(points.plain),
    "minutes": _optional(str),
    "hours": _optional(hours),
}

_ON_SCREEN: dict[Kind, Callable[[Any], str]] = {
    "text": _optional(str),
    "number": _optional(_say_number),
    "moment": _optional(_say_moment),
    "date": _optional(_say_date),
    "money": _optional(money.dollars),
    "points": _optional(points.plain),
    "minutes": _optional(_say_minutes),
    "hours": _optional(hours),
}
