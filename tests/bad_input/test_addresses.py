"""Addresses that nobody of ours wrote: odd names, numbers and questions."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.bad_input.reading import complaints
from tests.bad_input.site import AREAS, Site
from tests.bad_input.values import DIGITS, ODD
from tests.roles.conftest import writes
from tests.roles.routes import Route

pytestmark = pytest.mark.slow

NAMES = ("a%00b", "%FF%FE%ED%A0%80", "..%2F..%2Fpasswd", "'%20OR%201=1%0D%0A", "x" * 3000)
NUMBERS = (str(2**31), "9" * 5000, "-1", "0", "%D9%A1", "%00")
# Whatever a page asks of its address; each page gets them all.
QUESTIONS = (
    "act", "address", "code", "collaborative", "course", "email", "event", "format", "from", "kind",
    "meeting", "next", "open", "organization", "page", "paper", "person", "q", "sort", "standing",
    "state", "subject", "text", "to", "topic", "year",
)  # fmt: skip
ANSWERS = (
    "",
    "-1",
    DIGITS,
    f"²a\x00b {ODD}",
    "0001-01-01",
    "9999-12-31",
    "//evil.example/",
    "people:99999999999999999999",
)


@pytest.mark.parametrize("area", AREAS)
def test_an_address_that_names_nothing_leads_nowhere(site: Site, area: str) -> None:
    problems, count = [], 0

    for route, url in _ways(site, area):
        count += 1
        with writes() as written:
            answer = site.be(site.who(route)).open(url, method=route.method)
        if not 400 <= answer.status_code < 500 and not _is_sent_elsewhere(route, answer):
            problems.append(f"{route.method} {url[:90]} answers {answer.status_code}")
        elif route.rule.endpoint not in PLAIN and answer.status_code >= 400:
            problems += [f"{route.method} {url[:90]} {each}" for each in complaints(answer)]
        if written:
            problems.append(f"{route.method} {url[:90]} writes {written[0][:60]}")

    assert count > 20
    assert not problems, "\n".join(problems)


# Programs read these.
PLAIN = {"demo.letter", "demo.calendar"}


def _is_sent_elsewhere(route: Route, answer: TestResponse) -> bool:
    """Whether a batch of mail that is none is answered with a word on the session's page."""
    return route.rule.endpoint == "desk.undo_mail" and answer.status_code == 302


def _ways(site: Site, area: str) -> Iterator[tuple[Route, str]]:
    """Yield each route with one of its names or numbers replaced by nonsense."""
    seen = set()
    for method in ("GET", "POST"):
        for route, url in site.routes(method, area):
            if route.rule.rule in seen:
                continue
            seen.add(route.rule.rule)
            for name in route.parameters:
                number = f"<int:{name}>" in route.rule.rule
                for odd in NUMBERS if number else NAMES:
                    yield route, site.url_with(route, name, odd)
            del url


@pytest.mark.parametrize("area", AREAS)
def test_a_question_that_makes_no_sense_is_answered(site: Site, area: str) -> None:
    problems, count = [], 0

    for route, url in site.routes("GET", area):
        for odd in ANSWERS:
            count += 1
            asked = dict.fromkeys(QUESTIONS, odd)
            with writes() as written:
                answer = site.be(site.who(route)).get(url, query_string=asked)
                answer.get_data()
            leads = urlsplit(answer.location or "").netloc
            if answer.status_code >= 500 or leads not in {"", "localhost"}:
                problems.append(f"{url} with {odd[:20]!r} answers {answer.status_code}")
            problems += [f"{url} with {odd[:20]!r} writes {each[:60]}" for each in written]

    assert count > 20
    assert not problems, "\n".join(problems)
