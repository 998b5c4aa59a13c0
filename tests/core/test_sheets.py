"""Uploaded tables are read whatever program wrote them, or refused with a sentence."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from pdtrack.core import tables
from pdtrack.core.tables import Column, Limits, Sheet, UnreadableFile


def read(content: bytes, *, limits: Limits | None = None) -> Sheet:
    return tables.read_rows("staff.csv", BytesIO(content), limits=limits)


def workbook(*rows: list[Any]) -> bytes:
    content = BytesIO()
    book = Workbook(content, {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            else:
                sheet.write(number, column, cell)
    book.close()
    return content.getvalue()


ROWS = "org_code,name\r\n01230000,Łukasz\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_unicode_encoding_is_read(encoding: str) -> None:
    sheet = read(ROWS.encode(encoding))

    assert sheet.headers == ("org_code", "name")
    assert sheet.rows[0].cells == {"org_code": "01230000", "name": "Łukasz"}


def test_what_old_windows_programs_wrote_is_read() -> None:
    assert read("name\nZoë – O’Brien\n".encode("cp1252")).rows[0].cells["name"] == "Zoë – O’Brien"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_the_delimiter_and_line_ends_are_found_out(delimiter: str, end: str) -> None:
    text = end.join([delimiter.join(["email", "name"]), delimiter.join(["a@b.example", '"L, A;"'])])

    assert read(text.encode()).rows[0].cells == {"email": "a@b.example", "name": "L, A;"}


def test_one_column_needs_no_delimiter() -> None:
    assert read(b"email\na@b.example\n").rows[0].cells == {"email": "a@b.example"}


def test_lines_are_counted_as_a_person_counts_them() -> None:
    sheet = read(b'\nname,note\nAda,"two\nlines"\n\n,\nBen,x\n')

    assert [(row.line, row.cells["name"]) for row in sheet.rows] == [(3, "Ada"), (7, "Ben")]
    assert sheet.rows[0].cells["note"] == "two\nlines"


def test_spaces_around_cells_and_headings_are_removed() -> None:
    sheet = read("\u00a0email , name\n a@b.example ,\u00a0Ada \n".encode())

    assert sheet.rows[0].cells == {"email": "a@b.example", "name": "Ada"}


def test_short_lines_are_filled_and_long_ones_have_a_fault() -> None:
    sheet = read(b"a,b,\n1\n1,2,\n1,2,3\n")

    assert [row.cells for row in sheet.rows] == [{"a": "1", "b": ""}] + [{"a": "1", "b": "2"}] * 2
    assert [bool(row.fault) for row in sheet.rows] == [False, False, True]


def test_a_workbook_gives_texts_as_the_person_sees_them() -> None:
    sheet = read(
        workbook(
            ["org_code", "hired_on", "number", "points", "full_time", "name"],
            ["01230000", datetime(2026, 9, 1), 4711, 22.5, True, " Łukasz "],  # noqa: DTZ001
        )
    )

    assert sheet.rows[0].line == 2
    assert sheet.rows[0].cells == {
        "org_code": "01230000",
        "hired_on": "2026-09-01",
        "number": "4711",
        "points": "22.5",
        "full_time": "TRUE",
        "name": "Łukasz",
    }


def test_rows_of_a_workbook_keep_their_numbers() -> None:
    sheet = read(workbook([], ["name"], [], ["Ada"]))

    assert [(row.line, row.cells["name"]) for row in sheet.rows] == [(4, "Ada")]


def test_our_own_exports_are_read_back() -> None:
    columns = [
        Column[tuple[str, datetime]]("code", "Code", lambda row: row[0]),
        Column[tuple[str, datetime]]("at", "At", lambda row: row[1], kind="moment"),
    ]
    rows = [("01230000", datetime(2026, 12, 8, 14, tzinfo=UTC))]

    with tables.xlsx_file(columns, rows, title="Codes") as file:
        assert tables.read_rows("x.xlsx", file).rows[0].cells == {
            "code": "01230000",
            "at": "2026-12-08T09:00:00-05:00",
        }
    content = b"".join(tables.csv_chunks(columns, rows))
    assert read(content).rows[0].cells["code"] == "01230000"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n , \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"name,email\n", "no rows below"),
        (b"name,,email\nAda,x,y\n", "Column 2"),
        (b"name,email,Name\nAda,x,y\n", "two columns that are called “name”"),
        (b'name\n"Ada\nBen\n', "Line 2"),
        (b'name,email\nx,y\n"Ada"x,y\n', "Line 3"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a table"),
        (bytes(range(256)) * 8, "not a table"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "password"),
        (b"PK\x03\x04 this is no archive", "no workbook"),
        (workbook(["name"], ["Ada"])[:3000], "no workbook"),
        (workbook(), "is empty"),
        (workbook(["a", "b", "a"], [1, 2, 3]), "called “a”"),
    ],
)
def test_a_file_that_cannot_be_taken_says_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says) as refusal:
        read(content)

    assert "“staff.csv”" in refusal.value.message


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("notes.txt", "hello")

    with pytest.raises(UnreadableFile, match="no workbook"):
        read(content.getvalue())


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (8, b"\x01\x00"),  # Encrypted,
        (8, b"\x41\x00"),  # and strongly so.
        (6, b"\xff\x00"),  # Made by a version that is not there yet.
        (10, b"\x0c\x00"),  # Packed as bzip2,
        (10, b"\x0e\x00"),  # as LZMA,
        (10, b"\x63\x00"),  # or in a way that nobody knows.
        (24, b"\x01\x00\x00\x00"),  # Larger than it says.
        (42, b"\xff\xff\xff\x7f"),  # Beyond the end of the file.
    ],
)
@pytest.mark.parametrize("name", [b"xl/worksheets/sheet1.xml", b"xl/sharedStrings.xml"])
def test_a_workbook_that_was_tampered_with_is_refused(name: bytes, where: int, what: bytes) -> None:
    content = bytearray(WORKBOOK)
    entry = content.rfind(name) - 46  # In the archive's table of contents.
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + where : entry + where + len(what)] = what
    try:
        sheet = read(bytes(content))
    except UnreadableFile:
        return
    assert sheet.rows[0].cells["name"] == "Ada"


def test_what_nobody_sees_in_a_workbook_is_taken_out() -> None:
    sheet = read(workbook(["name"], ["A\x00d\x07a"]))

    assert sheet.rows[0].cells == {"name": "Ada"}


def test_a_file_may_hold_so_much_and_no_more() -> None:
    with pytest.raises(UnreadableFile, match="larger than 1 MB"):
        read(b"name\n" + b"x" * 1_050_000, limits=Limits(megabytes=1))
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        read(b"name\n1\n2\n3\n", limits=Limits(rows=2))
    with pytest.raises(UnreadableFile, match="more than 2 columns"):
        read(b"a,b,c\n1,2,3\n", limits=Limits(columns=2))
    assert len(read(b"name\n1\n2\n", limits=Limits(rows=2)).rows) == 2


def test_a_workbook_of_few_bytes_does_not_fill_the_memory() -> None:
    far = BytesIO()
    book = Workbook(far)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "name")
    sheet.write(1_048_575, 16_383, "far away")
    book.close()
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(30_000_000))

    with pytest.raises(UnreadableFile, match="far away from its table"):
        read(far.getvalue())
    with pytest.raises(UnreadableFile, match="too large"):
        read(bomb.getvalue(), limits=Limits(megabytes=1))


def test_dates_times_and_lengths_are_written_plainly() -> None:
    sheet = read(workbook(["on", "at"], [date(2026, 9, 1), datetime(2026, 9, 1, 8, 30)]))  # noqa: DTZ001

    assert sheet.rows[0].cells == {"on": "2026-09-01", "at": "2026-09-01 08:30:00"}


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(content: bytes) -> None:
    try:
        sheet = read(content)
    except UnreadableFile:
        return
    assert sheet.rows


@given(st.binary(max_size=60), st.integers(0, 5000))
def test_no_broken_workbook_raises_anything_but_a_refusal(noise: bytes, where: int) -> None:
    whole = WORKBOOK
    try:
        sheet = read(whole[:where] + noise + whole[where + len(noise) :])
    except UnreadableFile:
        return
    assert sheet.headers


WORKBOOK = workbook(["name", "email"], ["Ada", "ada@0001.example"])
