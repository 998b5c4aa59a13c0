"""Reading the tables that people upload: CSV as any program writes it, and Excel workbooks.

Every cell comes back as text, as the person would read it, so that codes keep their
zeros and both kinds of files are handled alike.
"""

from __future__ import annotations

import codecs
import csv
import lzma
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook

from pdtrack.core import incoming
from pdtrack.core.errors import DomainError
from pdtrack.core.tables.columns import plain_number

_ZIP = b"PK\x03\x04"  # How workbooks begin (.xlsx, .ods).
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # Workbooks from before 2007, and those with a password.
_DELIMITERS = ",;\t"
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]{1,7})["']""")
# What the libraries raise for archives that are damaged, encrypted or packed in ways they cannot.
_BROKEN = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
)
_UNPACKED_TIMES = 20  # A workbook that grows more than this is no table that a person typed.


class UnreadableFile(DomainError):
    """A file that is no table, or not one that can be taken; the message says what to do."""


@dataclass(frozen=True)
class Limits:
    """How much one file may hold."""

    megabytes: int = 8
    rows: int = 50_000
    columns: int = 100


@dataclass(frozen=True)
class SheetRow:
    """One row below the headings, with the line on which the person finds it.

    The fault, if there is one, says why the cells may stand under wrong headings.
    """

    line: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table as it was uploaded; empty rows are left out."""

    headers: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def read_rows(filename: str, stream: IO[bytes], *, limits: Limits | None = None) -> Sheet:
    """Read an uploaded table; its kind is seen from what is in it, not from its name.

    The first row that is not empty holds the headings. Of a workbook the first
    sheet is read. Raises `UnreadableFile`.
    """
    limits = limits or Limits()
    content = stream.read(limits.megabytes * 1024 * 1024 + 1)
    if len(content) > limits.megabytes * 1024 * 1024:
        raise UnreadableFile(
            f"“{filename}” is larger than {limits.megabytes} MB. Split it into several files."
        )
    if content.startswith(_OLE):
        raise UnreadableFile(
            f"“{filename}” is an old Excel file or has a password. Save it as .xlsx "
            "without a password, or as CSV."
        )
    if content.startswith(_ZIP):
        lines = _workbook_lines(filename, content, limits)
    else:
        lines = _csv_lines(filename, content)
    return _sheet(filename, lines, limits)


def _sheet(filename: str, lines: Iterable[tuple[int, Sequence[str]]], limits: Limits) -> Sheet:
    """Take the headings from the first line that has any, and name the cells of the others."""
    filled = ((line, cells) for line, cells in lines if any(cells))
    _, first = next(filled, (0, ()))
    if not first:
        raise UnreadableFile(f"“{filename}” is empty.")
    headers = _headers(filename, first, limits)
    rows: list[SheetRow] = []
    for line, cells in filled:
        if len(rows) == limits.rows:
            raise UnreadableFile(
                f"“{filename}” has more than {limits.rows:,} rows. Split it into several files."
            )
        rows.append(_row(line, cells, headers))
    if not rows:
        raise UnreadableFile(f"“{filename}” has headings, but no rows below them.")
    return Sheet(headers=headers, rows=tuple(rows))


def _headers(filename: str, cells: Sequence[str], limits: Limits) -> tuple[str, ...]:
    headers = list(cells)
    while not headers[-1]:
        headers.pop()
    if len(headers) > limits.columns:
        raise UnreadableFile(f"“{filename}” has more than {limits.columns} columns.")
    if "" in headers:
        number = headers.index("") + 1
        raise UnreadableFile(
            f"Column {number} of “{filename}” has no heading. Give it one, or delete the column."
        )
    twice = [name for name, times in Counter(map(str.casefold, headers)).items() if times > 1]
    if twice:
        name = next(header for header in headers if header.casefold() == twice[0])
        raise UnreadableFile(f"“{filename}” has two columns that are called “{name}”.")
    return tuple(headers)


def _row(line: int, cells: Sequence[str], headers: tuple[str, ...]) -> SheetRow:
    extra = any(cells[len(headers) :])
    padded = [*cells[: len(headers)], *[""] * (len(headers) - len(cells))]
    return SheetRow(
        line=line,
        cells=dict(zip(headers, padded, strict=True)),
        fault="This line has more cells than there are headings." if extra else "",
    )


def _csv_lines(filename: str, content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    text = _decoded(filename, content)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, [_tidy(cell) for cell in cells]
            line = reader.line_num + 1  # A cell in quotes may run over several lines.
    except csv.Error as error:
        raise UnreadableFile(
            f"Line {line} of “{filename}” cannot be read: a quotation mark is missing or too many."
        ) from error


def _decoded(filename: str, content: bytes) -> str:
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile(
        f"“{filename}” is not a table. Save it as CSV (UTF-8) or as an Excel workbook (.xlsx)."
    )


def _encodings(content: bytes) -> Sequence[str]:
    """Name the encodings to try: what the file says of itself, else UTF-8, else Windows."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if content[1:2] == b"\0":
        return ("utf-16-le",)
    return ("utf-8-sig", "cp1252")


def _delimiter(text: str) -> str:
    """Return the character that splits the headings into the most cells."""
    headings = next((line for line in text.splitlines() if line.strip()), "")
    counts = {
        delimiter: len(next(csv.reader([headings], delimiter=delimiter), []))
        for delimiter in _DELIMITERS
    }
    return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])


def _workbook_lines(
    filename: str, content: bytes, limits: Limits
) -> Iterator[tuple[int, Sequence[str]]]:
    unreadable = f"“{filename}” is no workbook that can be read. Save it as .xlsx, or as CSV."
    try:
        _check_unpacked(filename, content, limits)
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except _BROKEN as error:
        raise UnreadableFile(unreadable) from error
    for line, cells in enumerate(rows, start=1):
        yield line, [_cell_text(cell) for cell in cells]


def _check_unpacked(filename: str, content: bytes, limits: Limits) -> None:
    """Refuse a workbook whose few bytes would fill the memory.

    Raises `KeyError` for archives that are no workbooks.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        archive.getinfo("xl/workbook.xml")
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        if sum(sizes.values()) > limits.megabytes * 1024 * 1024 * _UNPACKED_TIMES:
            raise UnreadableFile(f"“{filename}” is too large. Split it into several files.")
        sheets = [name for name in sizes if name.startswith("xl/worksheets/")]
        for name in sheets:
            # The reader lays out every cell between the first and the last that is used.
            with archive.open(name) as sheet:
                if _area(sheet) > limits.rows * limits.columns:
                    raise UnreadableFile(
                        f"“{filename}” has cells far away from its table. "
                        "Copy the table into a new workbook, or save it as CSV."
                    )


def _area(sheet: IO[bytes]) -> int:
    """Return how many cells lie between the corner of a sheet and its last row and column."""
    rows = columns = 1
    rest = b""
    while piece := sheet.read(1024 * 1024):
        for letters, digits in set(_REFERENCE.findall(rest + piece)):
            rows = max(rows, int(digits))
            columns = max(columns, _column_number(letters))
        rest = piece[-32:]  # A reference may lie across two pieces.
    return rows * columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell_text(value: object) -> str:
    """Write a cell of a workbook as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return _tidy(str(value))


def _tidy(text: str) -> str:
    """Remove what nobody sees: spaces around a cell, hard spaces, the mark that makes it text."""
    return incoming.clean(text).replace("\xa0", " ").replace("\ufeff", "").strip()
