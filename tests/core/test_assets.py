"""Static files carry a fingerprint and are kept for good."""

from __future__ import annotations

from flask import Flask, url_for
from flask.testing import FlaskClient


def test_an_address_carries_the_fingerprint_of_its_file(app: Flask) -> None:
    with app.test_request_context():
        sheet = url_for("static", filename="css/tokens.css")
        other = url_for("static", filename="css/base.css")

    assert "?v=" in sheet
    assert sheet.partition("?v=")[2] != other.partition("?v=")[2]


def test_a_file_that_is_not_there_has_no_fingerprint(app: Flask) -> None:
    with app.test_request_context():
        assert url_for("static", filename="css/none.css") == "/static/css/none.css"


def test_only_an_address_with_a_fingerprint_is_kept_for_good(
    app: Flask, client: FlaskClient
) -> None:
    with app.test_request_context():
        address = url_for("static", filename="css/tokens.css")

    with client.get(address) as kept:
        assert kept.cache_control.immutable
        assert kept.cache_control.max_age == 31_536_000
    with client.get("/static/css/tokens.css") as asked_again:
        assert not asked_again.cache_control.immutable
