"""All that the demo's people find on their pages, to compare one installation with another."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from pdtrack.accounts.models import Person
from pdtrack.core.db import db
from pdtrack.demo import queries
from tests import make

OF_ONE_SHAPE = 2
# About the machine, not about what it keeps; and what changes something when it is looked at.
LEFT_OUT = ("operations.show", "demo.", "static", "accounts.sign_out")
_LINK = re.compile(r'href="([^"#]+)')
# A token is made anew for each answer.
_CHANGING = re.compile(rb'name="csrf_token"\s+value="[^"]+"|"X-CSRFToken": "[^"]+"')
Found = dict[tuple[str, str], tuple[str, str, bytes]]


def all_pages(app: Flask) -> Found:
    """Follow every link as each of the demo's people, and as nobody; return what is there."""
    found: Found = {}
    for who in ("", *queries.PEOPLE):
        client = _signed_in(app, who)
        waiting, known, shapes = ["/", "/my", "/verify"], set[str](), Counter[str]()
        while waiting:
            path = waiting.pop(0)
            if path in known or not _is_wanted(app, path, shapes):
                continue
            known.add(path)
            found[who, path] = visit(client, path)
            waiting += _links(path, found[who, path])
    return found


def again(app: Flask, before: Found) -> Found:
    """Look at the same addresses as the same people."""
    clients = {who: _signed_in(app, who) for who, _ in before}
    return {(who, path): visit(clients[who], path) for who, path in before}


def visit(client: FlaskClient, path: str) -> tuple[str, str, bytes]:
    """Return the status, the kind and the body of an answer, or where it leads."""
    with client.get(path) as answer:
        body = answer.data
        if answer.mimetype == "text/html":
            body = _CHANGING.sub(b"", body)
        return answer.status, answer.headers.get("Location", answer.mimetype or ""), body


def _signed_in(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    if not who:
        return client
    with app.app_context():
        person = select(Person).where(Person.addresses.any(address=who))
        return make.sign_in(client, db.session.scalars(person).one())


def _is_wanted(app: Flask, path: str, shapes: Counter[str]) -> bool:
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path)
    except HTTPException:
        return False
    if endpoint.startswith(LEFT_OUT):
        return False
    shapes[endpoint] += 1
    return shapes[endpoint] <= OF_ONE_SHAPE


def _links(path: str, found: tuple[str, str, bytes]) -> list[str]:
    if found[1] != "text/html":
        return []
    links = (urljoin(path, each.replace("&amp;", "&")) for each in _LINK.findall(found[2].decode()))
    return [each for each in links if each.startswith("/")]
