"""The paper itself, read back: every item, for every name, on one page, for everybody's eyes."""

from __future__ import annotations

import logging
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from flask import Flask

from pdtrack.certificates import documents
from pdtrack.certificates.models import Certificate, Paper
from pdtrack.core import pdf


@pytest.fixture(autouse=True)
def _in_the_application(application: Flask) -> Iterator[None]:
    """Paper is printed from what it says; no database is asked."""
    with application.app_context():
        yield


SAYS: dict[str, Any] = {
    "form": 1,
    "kind": "attendance",
    "provider": "Collaborative for Educational Services, Inc.",
    "provider_number": "0512",
    "signer_name": "Karen Executive",
    "signer_title": "Executive Director",
    "name": "Ada Able",
    "title": "Physical restraint, basic",
    "topic": "Restraint",
    "categories": ["Pedagogy", "Students with disabilities or diverse learners"],
    "minutes": 450,
    "offered_minutes": 720,
    "attended": [
        {"on": "2026-10-08", "minutes": 360},
        {"on": "2026-10-15", "minutes": 30},
        {"on": None, "minutes": 60},
    ],
    "format": "In person",
    "presenter": "Pat Presenter",
    "goals": "Keep everybody safe.\nSee trouble coming.",
    "assessment": "A quiz of twenty questions.",
    "mastery": "80 percent right.",
    "reasons": ["Attended 7.5 of 12 hours offered.", "Hours are saved toward PDPs."],
}
NAMES = {
    "Vietnamese": "Nguyễn Thị Phương Ánh",
    "Polish": "Łucja Źdźbło-Gżegżółka",
    "Turkish": "İbrahim Çağrı Işık",  # noqa: RUF001 - Turkish has two letters i.
    "Hebrew": "דוד בן־גוריון",
    "Arabic": "فاطمة الزهراء بنت محمد",
    "Chinese": "王小明",
    "Japanese": "田中 さくら",
    "Korean": "김철수",
    "apostrophes": 'O\'Brien "Bob" <b> & Söhne',
    "emoji": "Zoë 👩🏽‍🏫 Star",
}
LONG = {
    "words": ("Maximiliana " * 17)[:200].strip(),
    "letters": "W" * 200,
    "Arabic letters": "محمد" * 50,
    "Chinese letters": "王" * 200,
}


def printed(paper: Paper = Paper.LETTER, **says: Any) -> bytes:
    certificate = Certificate(
        serial="CES-2027-000123",
        code="K7QF2M9XABCD",
        snapshot={**SAYS, **says},
        issued_at=datetime(2026, 10, 9, 15, tzinfo=UTC),
    )
    return documents.certificate_pdf(certificate, paper)


def pages(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as document:
        return len(document.pages)


def read(folder: Path, content: bytes, *command: str) -> str:
    """Return what a program says of a PDF."""
    file = folder / "certificate.pdf"
    file.write_bytes(content)
    program, *options = command
    arguments = [program, *options, str(file), *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def letters(text: str) -> str:
    """Return what of a text is there however it is broken into lines and shaped."""
    shown = unicodedata.normalize("NFKC", text)
    return "".join(sorted(each for each in shown if unicodedata.category(each)[0] in "LNS"))


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("paper", list(Paper))
def test_the_paper_shows_every_item(tmp_path: Path, paper: Paper) -> None:
    text = squeezed(read(tmp_path, printed(paper), "pdftotext", "-layout"))

    for item in (
        *("Collaborative for Educational Services, Inc.", "Provider number 0512", "Ada Able"),
        *("Physical restraint, basic", "7.5 hours of professional development", "Restraint:"),
        *("Pedagogy; Students with disabilities or diverse learners", "Keep everybody safe."),
        *("See trouble coming.", "A quiz of twenty questions.", "80 percent right."),
        *("October 8, 2026: 6 hours", "October 15, 2026: 30 minutes"),
        *("Work outside meetings: 1 hour", "In person · Pat Presenter", "Karen Executive"),
        *("Executive Director, Collaborative for", "CES-2027-000123", "K7QF-2M9X-ABCD"),
        *("Issued October 9, 2026", "http://localhost/verify/K7QF-2M9X-ABCD"),
        "Hours are saved toward PDPs.",
    ):
        assert squeezed(item) in text or set(item.split()) <= set(text.split()), item


def test_the_paper_is_xml_which_prints_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def see(versions: Iterable[str], **_more: object) -> bytes:
        seen.extend(versions)
        return b""

    monkeypatch.setattr(pdf, "render", see)

    printed(name="O'Brien <b> & Söhne", attended=[{"on": None, "minutes": 60}] * 9)

    assert seen
    for document in seen:
        ET.fromstring(document)  # noqa: S314 - our own template filled it in.


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_has_holes_and_all_fit_on_one_page(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, paper: Paper
) -> None:
    with caplog.at_level(logging.WARNING):
        content = printed(paper, name=name)

    assert not caplog.records  # What no font has is drawn as an empty box, with a warning.
    assert pages(content) == 1
    assert set(letters(name)) <= set(letters(read(tmp_path, content, "pdftotext")))
    for row in read(tmp_path, content, "pdffonts").splitlines()[2:]:
        assert row.split()[-5:-2] == ["yes", "yes", "yes"], row  # Embedded, subset, searchable.


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("name", LONG.values(), ids=LONG)
def test_two_hundred_letters_and_a_long_year_still_fit_inside_the_frame(
    tmp_path: Path, name: str, paper: Paper
) -> None:
    content = printed(
        paper,
        name=name,
        title=("Sheltered English Immersion for all teachers " * 5)[:200],
        goals="By the end participants can explain and use what was taught. " * 12,
        attended=[{"on": f"2026-{9 + week // 4:02}-{3 + 7 * (week % 4):02}", "minutes": 90}
                  for week in range(16)],
    )  # fmt: skip

    assert pages(content) == 1
    [page] = re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', boxes(tmp_path, content))
    words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"',
                       boxes(tmp_path, content))  # fmt: skip
    frame = 0.4 * 72
    for left, top, right, bottom in words:
        assert frame < float(left) < float(right) < float(page[0]) - frame
        assert frame < float(top) < float(bottom) < float(page[1]) - frame


def boxes(folder: Path, content: bytes) -> str:
    return read(folder, content, "pdftotext", "-bbox")


def test_goals_that_fit_on_no_page_go_on_to_a_second_in_full(tmp_path: Path) -> None:
    content = printed(goals="By the end participants can use what was taught. " * 90)

    assert pages(content) == 2
    text = read(tmp_path, content, "pdftotext")
    assert len(re.findall(r"participants\s+can", text)) == 90
    assert "K7QF-2M9X-ABCD" in text


@pytest.mark.parametrize("paper", list(Paper))
def test_a_screen_reader_hears_headings_lists_and_what_the_picture_is(
    tmp_path: Path, paper: Paper
) -> None:
    content = printed(paper)
    with pikepdf.open(BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Certificate of attendance: Physical restraint, basic"

    structure = read(tmp_path, content, "pdfinfo", "-struct")
    kinds = re.findall(r"^ *(\w+)", structure, re.MULTILINE)
    assert kinds.count("H1") == 1
    assert kinds.count("H2") >= 5
    assert kinds.index("H1") < kinds.index("H2")
    assert {"P", "L", "LI", "Figure"} <= set(kinds)
    assert "QR code of the verification address" in alternatives(content)


def alternatives(content: bytes) -> list[str]:
    """Return what stands in for pictures."""
    with pikepdf.open(BytesIO(content)) as document:
        return [
            str(each.Alt)
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and "/Alt" in each
        ]


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("resolution", [100, 300])
def test_the_code_is_read_from_a_screen_and_from_paper(
    tmp_path: Path, paper: Paper, resolution: int
) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(printed(paper))
    picture = tmp_path / "page"
    subprocess.run(
        ["pdftoppm", "-r", str(resolution), "-png", "-singlefile", file, picture], check=True
    )

    code = subprocess.run(
        ["zbarimg", "-q", "--raw", f"{picture}.png"], check=True, capture_output=True, text=True
    )

    assert code.stdout.strip() == "http://localhost/verify/K7QF-2M9X-ABCD"


def test_printing_it_again_gives_the_same_file() -> None:
    assert printed(name=LONG["words"]) == printed(name=LONG["words"])
