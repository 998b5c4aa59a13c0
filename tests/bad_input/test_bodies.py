"""Bodies that are no forms, methods that nothing answers, and forms that nobody filled in here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.bad_input.reading import complaints
from tests.bad_input.site import AREAS, Site, taken_back
from tests.roles.conftest import writes

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n'
BODIES: dict[str, tuple[bytes, str]] = {
    "JSON": (b'{"name": ["Ada"]}', "application/json"),
    "broken JSON": (b"{", "application/json"),
    "XML": (b"<name/>", "text/xml"),
    "no type": (b"name=Ada", ""),
    "no boundary": (PART, "multipart/form-data"),
    "a part without an end": (PART + b"a,b", MULTIPART),
    "a part without a name": (b"--b\r\n\r\nx\r\n--b--\r\n", MULTIPART),
    "odd bytes": (b"\xff\xfe=%ED%A0%80&\xc3(=%ZZ&%&=&;&==", FORM),
    "an odd alphabet": (b"name=Ada", f"{FORM}; charset=klingon"),
    "many fields": (b"&".join(b"meetings-%d-day=x" % number for number in range(3000)), FORM),
    "many parts": (PART + (b"\r\n" + PART) * 1100 + b"\r\n--b--\r\n", MULTIPART),
    "three megabytes": (b"note=" + b"x" * 3_000_000, FORM),
}


@pytest.mark.parametrize("area", AREAS)
def test_what_is_no_form_is_refused_in_words(site: Site, area: str) -> None:
    problems, count = [], 0

    kinds = itertools.cycle(BODIES.items())
    for route, url in site.routes("POST", area):
        for what, (body, kind) in itertools.islice(kinds, 5):  # Each route gets other ones.
            count += 1
            with taken_back(), writes() as written:
                answer = site.be(site.who(route)).post(url, data=body, content_type=kind)
            if answer.status_code >= 500:
                problems.append(f"{url} answers {what} with {answer.status_code}")
            elif answer.status_code >= 400:
                problems += [f"{url} answers {what}: {each}" for each in complaints(answer)]
                problems += [f"{url} given {what} writes {each[:60]}" for each in written]

    assert count > 20
    assert not problems, "\n".join(problems)


@pytest.fixture
def guarded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for the token of each form, as outside tests."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("area", AREAS)
def test_a_form_without_our_token_changes_nothing(site: Site, area: str) -> None:
    problems = []

    for route, url in site.routes("POST", area):
        with writes() as written:
            answer = site.be(site.who(route)).post(url, data={"reason": "Some words"})
        if answer.status_code != 400:
            problems.append(f"{url} answers {answer.status_code}")
        problems += [f"{url} {each}" for each in complaints(answer)]
        problems += [f"{url} writes {each[:60]}" for each in written]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("area", AREAS)
def test_other_methods_are_not_allowed(site: Site, area: str) -> None:
    problems = []

    for method, url, headers in _other_ways(site, area):
        answer = site.be("administrator").open(url, method=method, headers=headers)
        if answer.status_code != 405 or "Allow" not in answer.headers:
            problems.append(f"{method} {url} answers {answer.status_code}")
        elif not headers:
            problems += [f"{method} {url} {each}" for each in complaints(answer)]

    assert not problems, "\n".join(problems)


def _other_ways(site: Site, area: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    answered: dict[str, set[str]] = {}
    for method in ("GET", "POST"):
        for _, url in site.routes(method, area):
            answered.setdefault(url, set()).add(method)
    for url, methods in answered.items():
        yield "PUT", url, {}
        yield "DELETE", url, {"HX-Request": "true"}
        yield from ((method, url, {}) for method in {"GET", "POST"} - methods)
