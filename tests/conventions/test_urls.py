"""Addresses look alike, and none answers before somebody decided who may see it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import LoginManager, UserMixin

from pdtrack.core import authz
from pdtrack.core.authz import authorize, public, signed_in

WORDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")
PARAMETER = re.compile(r"<(?:[^<>:]+:)?(?P<name>[^<>]+)>")


def test_addresses_are_written_in_lower_case_words_and_hyphens(application: Flask) -> None:
    odd = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in application.url_map.iter_rules()
        if rule.endpoint != "static" and not _is_plain(rule.rule)
    ]

    assert not odd, "\n".join(["Write these like /manage/<short_name>/who-has-not:", *odd])


def test_parameters_are_named_like_variables(application: Flask) -> None:
    odd = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in application.url_map.iter_rules()
        for name in PARAMETER.findall(rule.rule)
        if not (name.isidentifier() and name == name.lower())
    ]

    assert not odd, "\n".join(["Name the parameters of these in_lower_case:", *odd])


def test_an_answer_without_a_decision_is_refused(client_of_somebody: FlaskClient) -> None:
    with pytest.raises(RuntimeError, match=r"authorize\(\), @signed_in or @public"):
        client_of_somebody.get("/undecided")


@pytest.mark.parametrize("path", ["/decided", "/public", "/own"])
def test_an_answer_after_a_decision_is_given(client_of_somebody: FlaskClient, path: str) -> None:
    assert client_of_somebody.get(path).status_code == 200


def test_a_refusal_tells_a_stranger_nothing(client_of_somebody: FlaskClient) -> None:
    assert client_of_somebody.get("/refused").status_code == 404


@pytest.fixture
def client_of_somebody() -> FlaskClient:
    """Somebody signed in, in front of an application with a view of each kind."""
    app = Flask("views of each kind")
    app.config.update(TESTING=True, SECRET_KEY="made up")
    LoginManager(app).request_loader(lambda _request: UserMixin())
    authz.init_app(app)

    def decided() -> str:
        authorize(lambda _actor, _thing: True)
        return "decided"

    def refused() -> str:
        authorize(lambda _actor, _thing: False)
        return "never seen"

    app.add_url_rule("/undecided", "undecided", lambda: "never seen")
    app.add_url_rule("/decided", "decided", decided)
    app.add_url_rule("/refused", "refused", refused)
    app.add_url_rule("/public", "public", public(lambda: "public"))
    app.add_url_rule("/own", "own", signed_in(lambda: "own"))
    return app.test_client()


def _is_plain(rule: str) -> bool:
    words = (PARAMETER.sub("x", part) for part in rule.split("/"))
    return all(WORDS.fullmatch(word) for word in words if word)
