"""Tables as Excel workbooks: text stays text, days are dates, memory stays small.

XlsxWriter makes the frame, which is a whole workbook with one sample row; its rows are
then written here, straight into the file. docs/adr/0009-workbooks.md says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pdtrack.core.errors import DomainError
from pdtrack.core.tables.columns import IN_FILES, Column, Kind, Row
from pdtrack.core.tables.csv_files import KeptTexts

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_SHEET = "xl/worksheets/sheet1.xml"
_WORKBOOK = "xl/workbook.xml"  # Names the range of the filter, so it is written after the rows.
_MOST_ROWS = 1_048_576  # What Excel takes, with the headings.
_LONGEST_TEXT = 32_767  # Of one cell, in Excel.
_ROWS_AT_ONCE = 500
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel counts days of no zone from here.

_FORMATS: dict[Kind, str] = {
    "text": "@",
    "number": "General",
    "moment": "@",
    "date": "yyyy-mm-dd",
    "money": "$#,##0.00",
    "points": "0.0",
    "minutes": "0",
    "hours": "0.0#",
}
_WIDTHS: dict[Kind, int] = {"text": 18, "moment": 26, "date": 12}
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class TooManyRows(DomainError):
    """A sheet of Excel cannot hold this many rows."""


def xlsx_file(columns: Sequence[Column[Row]], rows: Iterable[Row], *, title: str) -> IO[bytes]:
    """Write rows as a workbook into a temporary file, open at its beginning.

    The headings stay in view and filter, and nothing becomes a formula or a link. Moments
    are written as in CSV, for dates of Excel know no zone. The file goes away when closed.
    Raises `TooManyRows` beyond what Excel can open.
    """
    file = TemporaryFile()  # noqa: SIM115 - whoever asked for it reads and closes it.
    try:
        _write(file, columns, rows, title)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write(
    file: IO[bytes], columns: Sequence[Column[Row]], rows: Iterable[Row], title: str
) -> None:
    frame = _frame(columns, title=title, last_row=2)
    head, sample, _ = _around_sample(frame[_SHEET])
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in frame.items():
            if name not in {_SHEET, _WORKBOOK}:
                archive.writestr(_entry(name), content)
        last_row = 2
        with archive.open(_entry(_SHEET), "w") as sheet:
            sheet.write(head.encode())
            for last_row, text in _row_texts(columns, rows, styles=_styles(sample)):  # noqa: B007
                sheet.write(text.encode())
            frame = _frame(columns, title=title, last_row=last_row)
            sheet.write(_around_sample(frame[_SHEET])[2].encode())
        archive.writestr(_entry(_WORKBOOK), frame[_WORKBOOK])


def _frame(columns: Sequence[Column[Any]], *, title: str, last_row: int) -> dict[str, str]:
    """Return the parts of a workbook with headings and one sample row."""
    from xlsxwriter import Workbook

    content = BytesIO()
    workbook = Workbook(content, {"constant_memory": True, "in_memory": True})
    # The date is fixed: the same rows give the same file.
    workbook.set_properties({"title": title, "created": _DAY_ZERO.replace(year=2000)})
    sheet = workbook.add_worksheet(_sheet_name(title))
    bold = workbook.add_format({"bold": True})
    for number, column in enumerate(columns):
        look = workbook.add_format({"num_format": _FORMATS[column.kind]})
        sheet.set_column(number, number, column.width or _width(column), look)
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column.key, bold)
    for number, column in enumerate(columns):
        look = workbook.add_format({"num_format": _FORMATS[column.kind]})
        sheet.write_number(1, number, 0, look)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last_row - 1, len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    workbook.close()
    with ZipFile(content) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _around_sample(sheet: str) -> tuple[str, str, str]:
    """Split a sheet into what stands before, in and after its sample row."""
    # What follows the sheet's data depends on the number of rows, and so would its dimension.
    sheet = re.sub(r"<dimension [^>]*/>", "", sheet)
    before, row, rest = sheet.partition('<row r="2"')
    sample, end, after = rest.partition("</row>")
    assert row
    assert end
    return before, row + sample + end, after


def _styles(sample: str) -> list[str]:
    """Read from the sample row how XlsxWriter numbered the format of each column."""
    return [
        found[0] if (found := re.search(r' s="\d+"', cell)) else ""
        for cell in re.findall(r"<c ([^>]*)>", sample)
    ]


def _row_texts(
    columns: Sequence[Column[Row]], rows: Iterable[Row], *, styles: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield the XML of some rows at a time, with the number of the last one."""
    from xlsxwriter.utility import xl_col_to_name

    writers = [
        (column.reader, KeptTexts(_cell_writer(column, style)))
        for column, style in zip(columns, styles, strict=True)
    ]
    letters = [xl_col_to_name(number) for number in range(len(columns))]
    pattern = '<row r="#">' + "".join(f'<c r="{letter}#"%s' for letter in letters) + "</row>"
    last = 1  # The headings.
    remaining = iter(rows)
    while some := list(islice(remaining, _ROWS_AT_ONCE)):
        cells = [map(kept.__getitem__, map(read, some)) for read, kept in writers]
        numbers = range(last + 1, last + 1 + len(some))
        last = numbers[-1]
        if last > _MOST_ROWS:
            raise TooManyRows(
                "A workbook cannot hold this many rows. Choose fewer, or take the CSV file."
            )
        yield (
            last,
            "".join(
                pattern.replace("#", str(number)) % row
                for number, row in zip(numbers, zip(*cells, strict=True), strict=True)
            ),
        )


def _cell_writer(column: Column[Any], style: str) -> Callable[[Any], str]:
    if column.kind in {"text", "moment"}:
        say = IN_FILES[column.kind]
        return lambda value: _text_cell(say(value), style)
    write = _serial_date if column.kind == "date" else IN_FILES[column.kind]
    return lambda value: f"{style}/>" if value is None else f"{style}><v>{write(value)}</v></c>"


def _text_cell(text: str, style: str) -> str:
    if not text:
        return f"{style}/>"
    # Excel reads _x0041_ as "A"; a text that looks like that must say that it is none.
    text = _LOOKS_ESCAPED.sub("_x005F_", text[:_LONGEST_TEXT])
    text = _NOT_IN_XML.sub("", text.replace("\r\n", "\n"))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _serial_date(day: date) -> str:
    return str((day - _DAY_ZERO.date()).days)


def _width(column: Column[Any]) -> int:
    return max(_WIDTHS.get(column.kind, 10), len(column.key) + 4)  # 4 for the filter's button.


def _sheet_name(title: str) -> str:
    """Make a name that Excel takes for a sheet: short, without some characters."""
    return _NOT_IN_SHEET_NAMES.sub(" ", title)[:31].strip(" '") or "Table"


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry
