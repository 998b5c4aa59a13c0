"""Going wherever links lead, and looking at every page as its readers do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response
from werkzeug.exceptions import HTTPException

from tests.servers import Site

OF_ONE_SHAPE = 4
# The narrowest is what 400 % of the widest leaves; the last is the one that axe looks at next.
WIDTHS = (320, 360, 768, 1280)
FILES = (".csv", ".xlsx", ".pdf", ".ics", ".json", ".xml", ".txt")
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_LINKS = "[...document.querySelectorAll('a[href]')].map(a => a.href)"
_LOST = """[...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1))
  .filter(id => id && !document.getElementById(id))"""


@dataclass
class Crawler:
    """Follows the links of one site as one person, and writes down what is wrong."""

    site: Site
    page: Page
    start: tuple[str, ...] = ("/",)
    problems: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)
    _shapes: Counter[str] = field(default_factory=Counter)

    def crawl(self) -> None:
        """Look at everything that can be reached, at most four pages of one shape."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self._said.append(str(error)))
        waiting, known = [self.site.base + path for path in self.start], set[str]()
        while waiting:
            url = waiting.pop(0)
            if url in known or not self._is_wanted(url):
                continue
            known.add(url)
            waiting += self._look_at(url)

    def _is_wanted(self, url: str) -> bool:
        shape = self._shape(url)
        self._shapes[shape] += 1
        return self._shapes[shape] <= OF_ONE_SHAPE

    def _shape(self, url: str) -> str:
        """Return which view answers; an unknown address is a shape of its own."""
        parts = urlsplit(url)
        try:
            endpoint, _ = self.site.app.url_map.bind("localhost").match(parts.path)
        except HTTPException:
            endpoint = parts.path
        return f"{endpoint}{'?' if parts.query else ''}"

    def _look_at(self, url: str) -> list[str]:
        self.visited.append(url)
        if urlsplit(url).path.endswith(FILES):
            answer = self.page.request.get(url)
            if answer.status not in {200, 202}:
                self._complain(url, f"answers {answer.status}")
            return []
        response = self.page.goto(url)
        assert response is not None
        self._check(url, response)
        links = [each.partition("#")[0] for each in self.page.evaluate(_LINKS)]
        return [each for each in dict.fromkeys(links) if each.startswith(f"{self.site.base}/")]

    def _check(self, url: str, response: Response) -> None:
        if response.status >= 400:
            self._complain(url, f"answers {response.status}")
        if not self.page.title().partition(" – ")[0].strip():
            self._complain(url, "has no title")
        if (count := self.page.locator("h1").count()) != 1:
            self._complain(url, f"has {count} headings of the first order")
        for lost in self.page.evaluate(_LOST):
            self._complain(url, f"links to #{lost}, which is not there")
        self._check_access(url)
        self._check_widths(url)
        for said in self._said:
            self._complain(url, f"says in the console: {said}")
        self._said.clear()

    def _check_access(self, url: str) -> None:
        for violation in Axe().run(self.page).response["violations"]:
            nodes = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:2])
            self._complain(url, f"{violation['id']}: {violation['help']}: {nodes}")

    def _check_widths(self, url: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            if self.page.evaluate(OVERFLOWS):
                self._complain(url, f"scrolls sideways at {width} px")

    def _complain(self, url: str, what: str) -> None:
        self.problems.append(f"{url.removeprefix(self.site.base)} {what}")

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._said.append(message.text)
