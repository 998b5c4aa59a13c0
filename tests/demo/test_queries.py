"""What pages ask of the database, each as somebody who may read it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from pdtrack.core import clock
from pdtrack.demo.queries import PASSWORD, PEOPLE
from tests.demo.conftest import THURSDAY, Loading
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.slow

OF_ONE_SHAPE = 2
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')


@pytest.fixture
def site(loading: Loading) -> Iterator[Flask]:
    """The small demo with every request in a context of its own, as it is outside of tests."""
    app = loading(THURSDAY)
    with clock.frozen(THURSDAY):
        yield app


def shape(app: Flask, path: str) -> str:
    """Return which view answers an address, and whether it is asked for something special."""
    plain, has_more, _ = path.partition("?")
    try:
        endpoint, _ = app.url_map.bind("localhost").match(plain)
    except HTTPException as failure:
        message = f"{path} leads nowhere"
        raise AssertionError(message) from failure
    return f"{endpoint}{has_more}"


def pages(app: Flask, client: FlaskClient) -> Iterator[tuple[str, int]]:
    """Follow every link, and yield each address with how often it asked the database."""
    waiting, known, shapes = ["/", "/my"], set[str](), Counter[str]()
    while waiting:
        path = waiting.pop()
        shapes[shape(app, path)] += 0 if path in known else 1
        if path in known or shapes[shape(app, path)] > OF_ONE_SHAPE:
            continue
        known.add(path)
        with app.app_context(), count_queries() as statements:
            answer = client.get(path, buffered=True)
        yield path, len(statements)
        if answer.mimetype == "text/html":
            waiting += [unescape(each) for each in LINK.findall(answer.text)]


@pytest.mark.parametrize("address", ["", *PEOPLE])
def test_no_page_asks_often_however_much_there_is(site: Flask, address: str) -> None:
    client = site.test_client()
    if address:
        client.post("/sign-in", data={"email": address, "password": PASSWORD})

    asked = dict(pages(site, client))

    assert len(asked) > 15
    assert {path: count for path, count in asked.items() if count > MOST} == {}
