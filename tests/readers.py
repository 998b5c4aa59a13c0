"""Reading back what the product hands out, with the programs that people use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

READER = Path(__file__).parent / "calendars" / "read_ical.mjs"
KHAL_SETTINGS = """
[calendars]
[[feed]]
path = {folder}
[locale]
local_timezone = UTC
default_timezone = UTC
longdatetimeformat = %Y-%m-%dT%H:%MZ
datetimeformat = %m-%d %H:%M
"""


def events_by_ical_js(feed: bytes) -> list[dict[str, Any]]:
    """Return the events of a feed as ical.js reads them."""
    beside_python = Path(sys.executable).with_name("node")
    node = beside_python if beside_python.exists() else shutil.which("node")
    assert node, "The tests need Node; run script/setup."
    read = subprocess.run([node, READER], input=feed, check=True, capture_output=True)
    events: list[dict[str, Any]] = json.loads(read.stdout)
    return events


def starts_by_khal(feed: bytes, folder: Path) -> list[datetime]:
    """Return when the events of a feed start as khal reads them."""
    settings, file = folder / "khal", folder / "feed.ics"
    settings.write_text(KHAL_SETTINGS.format(folder=folder))
    file.write_bytes(feed)
    read = subprocess.run(
        ["khal", "-c", settings, "printics", "--format", "{start-long-full}", file],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )
    return [datetime.fromisoformat(line) for line in read.stdout.splitlines()[1:]]


def text_of_pdf(file: Path) -> str:
    """Return the words of a PDF."""
    read = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)
    return read.stdout


def codes_on_pdf(file: Path) -> list[str]:
    """Return what the QR codes on a PDF's pages say, read from a picture of them."""
    subprocess.run(["pdftoppm", "-r", "300", "-png", file, file.with_suffix("")], check=True)
    pictures = list(file.parent.glob(f"{file.stem}-*.png"))
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", *pictures], check=True, capture_output=True, text=True
    )
    return read.stdout.split()


def page_count(file: Path) -> int:
    """Return how many pages a PDF has."""
    read = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True)
    return int(read.stdout.partition("Pages:")[2].split()[0])
