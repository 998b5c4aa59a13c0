"""Tables: columns are described once for the screen, CSV, workbooks and paper; and read back."""

from __future__ import annotations

from pdtrack.core.tables.columns import Cell, Column, Kind, ScreenCell, screen_rows
from pdtrack.core.tables.csv_files import csv_chunks
from pdtrack.core.tables.sheets import Limits, Sheet, SheetRow, UnreadableFile, read_rows
from pdtrack.core.tables.workbooks import MEDIA_TYPE, TooManyRows, xlsx_file

__all__ = [
    "MEDIA_TYPE",
    "Cell",
    "Column",
    "Kind",
    "Limits",
    "ScreenCell",
    "Sheet",
    "SheetRow",
    "TooManyRows",
    "UnreadableFile",
    "csv_chunks",
    "read_rows",
    "screen_rows",
    "xlsx_file",
]
