"""Tables as CSV (RFC 4180): streamed, and harmless when a spreadsheet opens them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pdtrack.core.tables.columns import IN_FILES, Column, Row

_BYTE_ORDER_MARK = "\ufeff"  # Excel reads UTF-8 only when a file begins with it.
_ROWS_AT_ONCE = 500
_MOST_KEPT = 4096
# Some spreadsheets part cells at semicolons or tabs as well.
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]')
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_chunks(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> Iterator[bytes]:
    """Write rows as UTF-8 CSV, some hundred at a time, however many there are.

    A text that a spreadsheet would run as a formula gets an apostrophe in front;
    numbers stay numbers.
    """
    headings = ",".join(_quoted(column.key) for column in columns)
    yield f"{_BYTE_ORDER_MARK}{headings}\r\n".encode()
    writers = [(column.reader, KeptTexts(_cell_writer(column))) for column in columns]
    remaining = iter(rows)
    while some := list(islice(remaining, _ROWS_AT_ONCE)):
        # Column by column, so that the loops run inside the interpreter: this is what makes
        # it as quick as csv.writer, which would still have to be given the cells.
        cells = [map(kept.__getitem__, map(read, some)) for read, kept in writers]
        lines = "\r\n".join(map(",".join, zip(*cells, strict=True)))
        yield lines.encode(errors="replace") + b"\r\n"


class KeptTexts(dict[Any, str]):
    """What values were written as; reports say the same few things again and again."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        text = self[value] = self._write(value)
        return text


def _cell_writer(column: Column[Any]) -> Callable[[Any], str]:
    write = IN_FILES[column.kind]
    if column.kind != "text":
        return write
    return lambda value: _quoted(_harmless(write(value)))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _quoted(text: str) -> str:
    if not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'
