"""PDFs from HTML: tagged for screen readers, fonts inside, made only from our own files."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import segno

STATIC = Path(__file__).resolve().parents[2] / "static"

# Where relative addresses in documents and stylesheets point to. Nobody can own a name under
# .invalid (RFC 2606), so that an address which slipped through leads nowhere.
_BASE = "https://assets.invalid/static/"
_ELEMENTS = "css/paper.css"
_PNG = "data:image/png;base64,"
# XML 1.0, 2.2: what no document may hold, and nobody sees.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_PICTURE = 64 * 1024  # A QR code has about one kilobyte.

_thread = threading.local()


class Paper(StrEnum):
    """A sheet of paper, as CSS names it."""

    LETTER = "letter"
    LETTER_LANDSCAPE = "letter landscape"
    A4 = "A4"
    A4_LANDSCAPE = "A4 landscape"


class AssetRefused(Exception):
    """A document asked for something that is not one of the product's own files."""


def render(
    html: str | Iterable[str],
    *,
    stylesheets: Sequence[str],
    title: str,
    language: str = "en",
    made_at: datetime | None = None,
    paper: Paper = Paper.LETTER,
) -> bytes:
    """Print an HTML document as a tagged PDF (PDF/UA-1) with its fonts inside.

    Given several versions of it, from roomy to tight, the first that fits on one page
    is printed, or else one of those that need the fewest.

    A document that is well-formed XML as well prints faster than other HTML.

    Stylesheets are named below `static/` ("css/certificate.css"), and relative
    addresses in the document and the stylesheets start there too. The paper is the
    default; a stylesheet with its own `@page { size }` is stronger.

    The same arguments give the same bytes: a moment of making appears only when
    given. The first call in a thread loads the renderer and the fonts, which takes
    a second; the later ones share them. What a page costs grows with its boxes:
    blocks, floats and positions are cheap, grids, flex boxes and tables are not.

    Raises `AssetRefused` when the document asks for anything outside `static/`, or
    for a file that is not there.
    """
    press: _Press | None = getattr(_thread, "press", None)
    if press is None:
        press = _thread.press = _Press()
    return press.print(
        (html,) if isinstance(html, str) else html,
        sheets=[f"@page {{ size: {paper} }}", *stylesheets],
        title=title,
        language=language,
        made_at=made_at,
    )


def qr_code(text: str) -> str:
    """Draw a QR code as the address (`data:`) of a small picture for an `img`.

    Give the `img` the rule `image-rendering: crisp-edges`. Each square is two pixels wide: at
    one, programs that smooth pictures blur it beyond reading on a screen.
    """
    # Trying all eight masks for the prettiest takes three times as long; every mask can be read.
    code = segno.make(text, error="m", mask=2, micro=False, boost_error=False)
    return code.png_data_uri(scale=2, border=4)


def asset(address: str) -> tuple[bytes, str]:
    """Return the content and media type of what a document may load.

    Raises `AssetRefused` for everything but files below `static/` and small PNG
    pictures inside the document, which is how QR codes come.
    """
    if address.startswith("data:"):
        return _picture(address), "image/png"
    parts = urlsplit(address)
    if not address.startswith(_BASE):
        raise AssetRefused(f"A PDF may not load {address[:200]!r}.")
    path = (STATIC / unquote(parts.path.removeprefix("/static/"))).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        raise AssetRefused(f"There is no file {parts.path!r} for a PDF.")
    return path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _picture(address: str) -> bytes:
    if not address.startswith(_PNG) or len(address) > _LONGEST_PICTURE:
        raise AssetRefused("Inside a PDF only small PNG pictures are allowed.")
    try:
        content = base64.b64decode(address.removeprefix(_PNG), validate=True)
    except binascii.Error as error:
        raise AssetRefused("This picture cannot be read.") from error
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise AssetRefused("Inside a PDF only small PNG pictures are allowed.")
    return content


class _Press:
    """The renderer of one thread, with the fonts and stylesheets it has read.

    Pango's font maps may not be shared among threads, and reading fonts and
    stylesheets again for each document takes most of the time.
    """

    def __init__(self) -> None:
        # Loading WeasyPrint takes half a second and 40 MB, which web workers never need.
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

        class Document(weasyprint.HTML):
            """A document of our own, read as XML: that takes a seventh off printing it."""

            paper: Any = None  # The stylesheet of its elements.

            def __init__(self, text: str, fetcher: Fetcher, paper: Callable[[], Any]) -> None:
                try:
                    # From our own templates, in which everything else is escaped.
                    root = ET.fromstring(_NOT_IN_XML.sub("", text))  # noqa: S314
                except ET.ParseError:
                    super().__init__(string=text, base_url=_BASE, url_fetcher=fetcher)
                    return
                self.base_url, self.url_fetcher, self.media_type = _BASE, fetcher, "print"
                self.etree_element, self.paper = root, paper()
                self.wrapper_element = weasyprint.cssselect2.ElementWrapper.from_html_root(
                    root, content_language=None
                )

            def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
                return [self.paper] if self.paper else super()._ua_stylesheets(forms)

        class Fetcher(URLFetcher):
            """Loads the product's own files and nothing else."""

            def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ARG002
                content, kind = asset(url)
                return URLFetcherResponse(url, content, {"Content-Type": kind})

        self._weasyprint = weasyprint
        self._document = Document
        self._refused = FatalURLFetchingError
        self._fetcher = Fetcher(fail_on_errors=True)
        self._fonts = FontConfiguration()
        self._sheets: dict[tuple[str, int], Any] = {}

    def print(
        self,
        versions: Iterable[str],
        *,
        sheets: Sequence[str],
        title: str,
        language: str,
        made_at: datetime | None,
    ) -> bytes:
        try:
            document = self._shortest(versions, sheets)
            metadata = document.metadata
            metadata.title, metadata.lang, metadata.generator = title, language, "pdtrack"
            if made_at is not None:
                written = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                metadata.created = metadata.modified = written
            # Without an identifier, which is optional: for it everything is written twice.
            content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
        except self._refused as error:
            raise error.__cause__ or AssetRefused(str(error)) from None
        return content

    def _shortest(self, versions: Iterable[str], sheets: Sequence[str]) -> Any:
        """Lay out one version after the other until one fits on a page."""
        shortest: Any = None
        elements = partial(self._sheet, _ELEMENTS)
        for html in versions:
            document = self._document(html, self._fetcher, elements).render(
                font_config=self._fonts,
                stylesheets=[self._sheet(sheet) for sheet in sheets],
                pdf_variant="pdf/ua-1",
            )
            if shortest is None or len(document.pages) < len(shortest.pages):
                shortest = document
            if len(document.pages) == 1:
                break
        assert shortest, "There is nothing to print."
        return shortest

    def _sheet(self, sheet: str) -> Any:
        """Return a parsed stylesheet; one whose file changed is read again."""
        is_rule = sheet.startswith("@page")
        path = STATIC / sheet
        key = (sheet, 0 if is_rule or not path.is_file() else path.stat().st_mtime_ns)
        if key not in self._sheets:
            source = {"string": sheet} if is_rule else {"url": f"{_BASE}{sheet}"}
            self._sheets[key] = self._weasyprint.CSS(
                **source, url_fetcher=self._fetcher, font_config=self._fonts
            )
        return self._sheets[key]
