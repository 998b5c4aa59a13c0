"""Tables leave as CSV and workbooks that open rightly and run nothing."""

from __future__ import annotations

import csv
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pdtrack.core import tables
from pdtrack.core.tables import Column, workbooks

WINTER = datetime(2026, 12, 8, 14, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 13, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    org_code: str | None = "01230000"
    name: str | None = "Łukasz"
    starts_at: datetime | None = WINTER
    due_on: date | None = date(2027, 1, 31)
    price: int | None = 1250_50
    points: int | None = 225
    minutes: int | None = 390
    session_hours: int | None = 390
    count: float | Decimal | None = -7


COLUMNS: list[Column[Line]] = [
    Column("org_code", "Code"),
    Column("name", "Name"),
    Column("starts_at", "Starts", kind="moment"),
    Column("due_on", "Due", kind="date"),
    Column("price", "Price", kind="money"),
    Column("points", "PDPs", kind="points"),
    Column("minutes", "Minutes", kind="minutes"),
    Column("session_hours", "Hours", kind="hours"),
    Column("count", "Count", kind="number"),
]
EMPTY = Line(None, None, None, None, None, None, None, None, None)


def csv_text(lines: list[Line]) -> str:
    return b"".join(tables.csv_chunks(COLUMNS, lines)).decode()


def csv_rows(lines: list[Line]) -> list[list[str]]:
    return list(csv.reader(StringIO(csv_text(lines).removeprefix("\ufeff"), newline="")))


def xlsx_rows(lines: list[Line], *, title: str = "Report") -> list[list[Any]]:
    with tables.xlsx_file(COLUMNS, lines, title=title) as file:
        sheet = CalamineWorkbook.from_filelike(BytesIO(file.read())).get_sheet_by_index(0)
    return sheet.to_python()


def part(lines: list[Line], name: str, *, title: str = "Report") -> str:
    with (
        tables.xlsx_file(COLUMNS, lines, title=title) as file,
        zipfile.ZipFile(file) as archive,
    ):
        return archive.read(name).decode()


def xml(text: str | bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - written by ourselves.


def test_csv_writes_each_kind_so_that_programs_read_it() -> None:
    assert csv_rows([Line()]) == [
        [column.key for column in COLUMNS],
        [
            "01230000",
            "Łukasz",
            "2026-12-08T09:00:00-05:00",
            "2027-01-31",
            "1250.50",
            "22.5",
            "390",
            "6.5",
            "-7",
        ],
    ]


def test_csv_begins_with_a_byte_order_mark_and_ends_its_lines_with_crlf() -> None:
    text = csv_text([Line(), Line()])

    assert text.startswith("\ufefforg_code,")
    assert text.count("\r\n") == 3
    assert text.endswith("\r\n")


def test_moments_carry_the_offset_of_their_day() -> None:
    assert csv_rows([replace(Line(), starts_at=SUMMER)])[1][2] == "2026-07-01T09:30:00-04:00"


def test_what_is_missing_is_an_empty_cell() -> None:
    assert csv_rows([EMPTY])[1] == [""] * len(COLUMNS)
    assert xlsx_rows([EMPTY, Line()])[1] == [""] * len(COLUMNS)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "\uff20x", "=cmd|' /C x'!A0"],
)
def test_no_text_can_run_as_a_formula(text: str) -> None:
    line = replace(Line(), name=text)

    assert csv_rows([line])[1][1] == f"'{text}"
    assert "<f>" not in part([line], "xl/worksheets/sheet1.xml")
    assert xlsx_rows([line])[1][1].strip() == text.strip()


def test_no_text_begins_a_cell_of_its_own_where_semicolons_part_them() -> None:
    written = b"".join(tables.csv_chunks(COLUMNS, [replace(Line(), name="x;=1+1\t=2")])).decode()

    assert '"x;=1+1\t=2"' in written


@pytest.mark.parametrize(
    ("number", "written"),
    [(-7, "-7"), (-7.5, "-7.5"), (2.0, "2"), (Decimal("2.00"), "2"), (Decimal("0.25"), "0.25")],
)
def test_numbers_stay_numbers(number: float | Decimal, written: str) -> None:
    line = replace(Line(), count=number)

    assert csv_rows([line])[1][-1] == written
    assert xlsx_rows([line])[1][-1] == float(number)


def test_negative_money_stays_a_number() -> None:
    assert csv_rows([replace(Line(), price=-500)])[1][4] == "-5.00"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=5))
def test_csv_gives_every_text_back(texts: list[str]) -> None:
    rows = csv_rows([replace(Line(), name=text) for text in texts])[1:]

    read = [row[1] for row in rows]
    assert [cell.removeprefix("'") for cell in read] == [text.removeprefix("'") for text in texts]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in read)


@given(st.text(max_size=60))
def test_workbooks_give_every_text_back(text: str) -> None:
    with tables.xlsx_file([Column("t", "T", str)], [text], title="x") as file:
        sheet = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml")

    cells = xml(sheet).iter(f"{{{NAMESPACE}}}c")
    written = [cell.findtext(f".//{{{NAMESPACE}}}t") or "" for cell in cells][-1]
    assert written.replace("_x005F_", "_") == as_xml_can(text)


NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def as_xml_can(text: str) -> str:
    text = text.replace("\r\n", "\n")
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff")
    ).translate({0xFFFE: None, 0xFFFF: None})


def test_workbooks_hold_text_as_text_and_figures_as_figures() -> None:
    assert xlsx_rows([Line(), Line()])[1] == [
        "01230000",
        "Łukasz",
        "2026-12-08T09:00:00-05:00",  # Excel's own dates know no zone.
        date(2027, 1, 31),
        1250.5,
        22.5,
        390.0,
        6.5,
        -7.0,
    ]


def test_addresses_do_not_become_links() -> None:
    line = replace(Line(), name="https://pd.example/verify/K7QX")

    assert "hyperlink" not in part([line], "xl/worksheets/sheet1.xml")
    assert xlsx_rows([line])[1][1] == "https://pd.example/verify/K7QX"


def test_what_excel_would_unescape_is_escaped() -> None:
    assert "_x005F_x0041_" in part([replace(Line(), name="_x0041_")], "xl/worksheets/sheet1.xml")


def test_headings_stay_in_view_and_filter_all_rows() -> None:
    sheet = part([Line()] * 3, "xl/worksheets/sheet1.xml")

    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:I4"/>' in sheet
    assert "$A$1:$I$4" in part([Line()] * 3, "xl/workbook.xml")


def test_an_empty_table_still_opens() -> None:
    assert xlsx_rows([]) == [[column.key for column in COLUMNS]]
    assert csv_rows([]) == [[column.key for column in COLUMNS]]


def test_rows_are_numbered_across_pieces() -> None:
    lines = [replace(Line(), count=number) for number in range(1234)]
    sheet = xml(part(lines, "xl/worksheets/sheet1.xml"))

    numbers = [int(row.get("r", "")) for row in sheet.iter(f"{{{NAMESPACE}}}row")]
    assert numbers == list(range(1, 1236))
    assert [row[-1] for row in xlsx_rows(lines)[1:]] == [float(n) for n in range(1234)]
    assert [row[-1] for row in csv_rows(lines)[1:]] == [str(n) for n in range(1234)]


@pytest.mark.parametrize("title", ["a/b: [c]?*", "'quoted'", "x" * 80, "", "Attendance, Łódź"])
def test_any_title_makes_a_sheet(title: str) -> None:
    assert len(xlsx_rows([Line()], title=title)) == 2


def test_the_same_rows_give_the_same_workbook() -> None:
    with (
        tables.xlsx_file(COLUMNS, [Line()], title="Report") as first,
        tables.xlsx_file(COLUMNS, [Line()], title="Report") as second,
    ):
        assert first.read() == second.read()


def test_more_rows_than_excel_can_open_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_MOST_ROWS", 10)

    with pytest.raises(tables.TooManyRows, match="CSV"):
        tables.xlsx_file(COLUMNS, [Line()] * 10, title="Report")


def test_rows_are_taken_as_they_are_written() -> None:
    taken: list[int] = []

    def lines() -> Iterator[Line]:
        for number in range(10_000):
            taken.append(number)
            yield Line()

    chunks = tables.csv_chunks(COLUMNS, lines())
    next(chunks)
    next(chunks)

    assert 0 < len(taken) < 1_000


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        lines = (replace(Line(), name=f"Person {number}") for number in range(count))
        tracemalloc.start()
        with tables.xlsx_file(COLUMNS, lines, title="Report"):
            pass
        for _ in tables.csv_chunks(COLUMNS, (Line() for _ in range(count))):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(8_000) < peak(1_000) + 3_000_000


def test_the_screen_shows_what_people_say() -> None:
    (cells,) = tables.screen_rows(COLUMNS, [Line()])

    assert [cell.text for cell in cells] == [
        "01230000",
        "Łukasz",
        "Tue, Dec 8, 2026, 9:00 AM",
        "Sun, Jan 31, 2027",
        "$1,250.50",
        "22.5",
        "6 h 30 min",
        "6.5",
        "-7",
    ]
    assert cells[2].machine == "2026-12-08T09:00:00-05:00"
    assert [cell.column.is_figure for cell in cells] == [False] * 4 + [True] * 5


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (615, "10 h 15 min")]
)
def test_lengths_are_said_in_hours_and_minutes(minutes: int, said: str) -> None:
    (cells,) = tables.screen_rows(COLUMNS, [replace(Line(), minutes=minutes)])

    assert cells[6].text == said


@pytest.mark.parametrize(
    ("minutes", "written"), [(0, "0"), (20, "0.33"), (600, "10"), (390, "6.5")]
)
def test_hours_are_decimals(minutes: int, written: str) -> None:
    assert csv_rows([replace(Line(), session_hours=minutes)])[1][7] == written


def test_a_column_may_compute_its_value() -> None:
    columns = [Column[Line]("initial", "Initial", lambda line: (line.name or "?")[0])]

    assert b"".join(tables.csv_chunks(columns, [Line()])).decode() == "\ufeffinitial\r\nŁ\r\n"
