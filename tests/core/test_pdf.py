"""PDFs are tagged, carry their fonts, and load nothing but the product's own files."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from pdtrack.core import pdf

MADE_AT = datetime(2026, 12, 8, 20, 30, tzinfo=UTC)
STYLE = """
  @font-face { font-family: Sans; src: url(vendor/fonts/PublicSans-Regular.ttf) }
  @page { margin: 2cm }
  html { font: 11pt Sans }
  img { width: 3cm; image-rendering: crisp-edges }
"""


def page(body: str, *, style: str = STYLE) -> str:
    return f'<!doctype html><html lang="en"><style>{style}</style><body>{body}</body></html>'


def certificate(name: str = "Zoë Łukaszewski") -> str:
    code = pdf.qr_code("https://pd.example/verify/K7QX-9PLM")
    return page(
        f"<h1>Certificate of attendance</h1><p>{name}</p>"
        f'<img src="{code}" alt="Opens the verification page">'
    )


def printed(html: str, **more: object) -> pikepdf.Pdf:
    content = pdf.render(html, stylesheets=[], title="A certificate", **more)  # type: ignore[arg-type]
    return pikepdf.open(BytesIO(content))


def test_a_pdf_is_tagged_for_screen_readers_and_says_its_title_and_language() -> None:
    document = printed(certificate(), language="en-US")

    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "en-US"
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert str(document.docinfo["/Title"]) == "A certificate"
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "A certificate"


def test_text_is_real_text_in_embedded_fonts(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(pdf.render(certificate(), stylesheets=[], title="A certificate"))

    text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)
    fonts = subprocess.run(["pdffonts", file], check=True, capture_output=True, text=True)

    assert "Zoë Łukaszewski" in text.stdout
    rows = fonts.stdout.splitlines()[2:]
    assert rows
    for row in rows:
        embedded, subset, unicode = row.split()[-5:-2]
        assert (embedded, subset, unicode) == ("yes", "yes", "yes"), row


def test_the_qr_code_can_be_read_from_the_printed_page(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(pdf.render(certificate(), stylesheets=[], title="A certificate"))
    subprocess.run(["pdftoppm", "-r", "150", "-png", file, tmp_path / "page"], check=True)

    read = subprocess.run(
        ["zbarimg", "-q", "--raw", *tmp_path.glob("page*.png")],
        check=True,
        capture_output=True,
        text=True,
    )

    assert read.stdout.strip() == "https://pd.example/verify/K7QX-9PLM"


@pytest.mark.parametrize(
    ("paper", "size"),
    [
        (pdf.Paper.LETTER, (612, 792)),
        (pdf.Paper.LETTER_LANDSCAPE, (792, 612)),
        (pdf.Paper.A4_LANDSCAPE, (841.89, 595.28)),
    ],
)
def test_the_paper_is_chosen_by_the_caller(paper: pdf.Paper, size: tuple[float, float]) -> None:
    assert measured(printed(page("<p>Hello"), paper=paper)) == pytest.approx(size, abs=0.1)


def test_a_document_may_name_its_own_paper() -> None:
    document = printed(page("<p>Hello", style="@page { size: A5 }"))

    assert measured(document) == pytest.approx((419.53, 595.28), abs=0.1)


@pytest.mark.parametrize(
    ("lines", "wanted", "count"),
    [((1, 1), 0, 1), ((90, 1), 1, 1), ((500, 90, 1), 2, 1), ((500, 40), 1, 2), ((40, 40), 0, 2)],
)
def test_of_several_versions_the_first_that_fits_is_printed_or_the_shortest(
    tmp_path: Path, lines: tuple[int, ...], wanted: int, count: int
) -> None:
    versions = (
        page(f"<h1>Version {number}</h1>" + "<p>Line</p>" * length)
        for number, length in enumerate(lines)
    )
    file = tmp_path / "one.pdf"

    file.write_bytes(pdf.render(versions, stylesheets=[], title="One"))

    read = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)
    assert f"Version {wanted}" in read.stdout
    assert len(pikepdf.open(file).pages) == count


def test_the_same_arguments_give_the_same_bytes_in_another_process() -> None:
    program = (
        "import sys; from datetime import UTC, datetime; from pdtrack.core import pdf;"
        "sys.stdout.buffer.write(pdf.render(sys.stdin.read(), stylesheets=[], title='One',"
        "made_at=datetime(2026, 12, 8, 20, 30, tzinfo=UTC)))"
    )
    here = pdf.render(certificate(), stylesheets=[], title="One", made_at=MADE_AT)

    there = subprocess.run(
        [sys.executable, "-c", program],
        input=certificate().encode(),
        check=True,
        capture_output=True,
    )

    assert there.stdout == here
    assert _info(here)["/CreationDate"] == "D:20261208203000Z"


def test_no_moment_is_written_unless_given() -> None:
    assert "/CreationDate" not in _info(pdf.render(page("<p>x"), stylesheets=[], title="One"))


def test_fonts_and_stylesheets_are_read_once_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    load = pdf.asset

    def count(address: str) -> tuple[bytes, str]:
        loaded.append(address)
        return load(address)

    monkeypatch.setattr(pdf, "asset", count)

    def twice() -> list[int]:
        counts = []
        for _ in range(2):
            loaded.clear()
            pdf.render(certificate(), stylesheets=[], title="One")
            counts.append(sum("PublicSans" in address for address in loaded))
        return counts

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(twice).result() == [1, 0]


def test_many_threads_print_at_once() -> None:
    names = [f"Person {number}" for number in range(12)]

    with ThreadPoolExecutor(3) as pool:
        files = list(pool.map(lambda n: pdf.render(certificate(n), stylesheets=[], title=n), names))

    assert [_info(file)["/Title"] for file in files] == names


@pytest.mark.parametrize(
    "body",
    [
        '<link rel="attachment" href="file:///etc/passwd">',
        '<link rel="attachment" href="../pyproject.toml">',
        '<link rel="stylesheet" href="https://example.com/x.css">',
        '<img src="file:///etc/hostname" alt="">',
        '<img src="http://127.0.0.1:1/x.png" alt="">',
        '<img src="ftp://127.0.0.1/x.png" alt="">',
        '<img src="../config.py" alt="">',
        '<img src="%2e%2e/config.py" alt="">',
        '<img src="img/..%2f..%2fconfig.py" alt="">',
        '<img src="https://assets.invalid/config.py" alt="">',
        '<img src="no/such/picture.png" alt="">',
        '<img src="data:image/svg+xml,%3Csvg/%3E" alt="">',
        '<img src="data:image/png;base64,not base64" alt="">',
        '<img src="data:image/png;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" alt="">',
        '<p style="background: url(file:///etc/hostname)">x',
        "<style>@import url(file:///etc/hostname);</style>",
        "<style>@font-face { font-family: X; src: url(file:///etc/hostname) }</style>",
    ],
)
def test_nothing_but_our_own_files_is_loaded(body: str) -> None:
    with pytest.raises(pdf.AssetRefused):
        pdf.render(page(body), stylesheets=[], title="Curious")


def test_a_picture_inside_the_document_must_be_small() -> None:
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(70_000)).decode()

    with pytest.raises(pdf.AssetRefused, match="small PNG"):
        pdf.asset(f"data:image/png;base64,{picture}")


@pytest.mark.parametrize("sheet", ["css/no-such-sheet.css", "../config.py", "/etc/hostname"])
def test_a_stylesheet_must_be_ours(sheet: str) -> None:
    with pytest.raises(pdf.AssetRefused):
        pdf.render(page("<p>x"), stylesheets=[sheet], title="x")


def test_a_stylesheet_that_changed_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "STATIC", tmp_path)
    widths = []
    for number, size in enumerate(["A5", "A6"]):
        sheet = tmp_path / "paper.css"
        sheet.write_text(f"@page {{ size: {size} }}")
        os.utime(sheet, (number, number))
        content = pdf.render("<p>x", stylesheets=["paper.css"], title="x")
        widths.append(round(measured(pikepdf.open(BytesIO(content)))[0]))

    assert widths == [420, 298]


def test_a_refusal_does_not_spoil_the_next_document() -> None:
    with pytest.raises(pdf.AssetRefused):
        printed(page('<img src="file:///etc/hostname" alt="">'))

    assert len(printed(certificate()).pages) == 1


def test_the_web_does_not_load_the_renderer() -> None:
    program = "import sys, pdtrack.core.pdf; sys.exit('weasyprint' in sys.modules)"

    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_qr_code_is_a_small_picture() -> None:
    code = pdf.qr_code("https://pd.example/verify/K7QX-9PLM")

    assert re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/=]+", code)
    assert len(code) < 2000
    assert pdf.asset(code)[1] == "image/png"


def measured(document: pikepdf.Pdf) -> tuple[float, float]:
    _, _, width, height = (float(side) for side in document.pages[0].mediabox.as_list())
    return width, height


def _info(content: bytes) -> dict[str, str]:
    with pikepdf.open(BytesIO(content)) as document:
        return {key: str(value) for key, value in document.docinfo.items()}


def test_a_document_that_is_xml_prints_as_it_does_otherwise(tmp_path: Path) -> None:
    body = '<h1>A &amp; B</h1><p lang="pl">Łódź<br />two</p><div><p>é</p></div><p>·</p>'
    as_xml = f'<!DOCTYPE html><html lang="en"><style>{STYLE}</style><body>{body}</body></html>'
    as_html = as_xml.replace("<!DOCTYPE", "<!doctype")  # Which no reader of XML takes.
    file, seen = tmp_path / "one.pdf", []

    for each in (as_xml, as_html):
        file.write_bytes(pdf.render(each, stylesheets=[], title="One"))
        says = ["pdfinfo", "-struct-text", str(file)]
        seen.append(subprocess.run(says, check=True, capture_output=True, text=True).stdout)

    assert seen[0] == seen[1]
    assert "A & B" in seen[0]


def test_what_no_document_may_hold_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "odd.pdf"
    text = "<html><body><p>A\x00d\x0ba\ufffe \ud800Able \U0001f642</p></body></html>"
    file.write_bytes(pdf.render(text, stylesheets=[], title="One"))

    read = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)

    assert "Ada Able" in read.stdout
