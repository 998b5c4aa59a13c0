"""What comes in, without what nothing can keep."""

from __future__ import annotations

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from pdtrack.core import incoming
from pdtrack.core.authz import public


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("O’Brien\tשלם 👩‍👩‍👧‍👦\r\nñ", "O’Brien\tשלם 👩‍👩‍👧‍👦\r\nñ"),
        ("be\x00fore\x07\x1b\x7f", "before"),
        ("one\x0btwo\x0cthree", "one two three"),
        ("half a pair: \ud83d, none: \uffff", "half a pair: , none: "),
    ],
)
def test_only_what_nobody_sees_is_taken_out(text: str, kept: str) -> None:
    assert incoming.clean(text) == kept


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("2147483647", 2**31 - 1),
        ("2147483648", None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("١٢", None),
    ],
)
def test_the_number_of_a_row_is_one_that_every_database_counts_to(
    text: str, number: int | None
) -> None:
    assert incoming.row_number(text) == number


@pytest.fixture
def echo() -> FlaskClient:
    """An application that says what reached it."""
    app = Flask("echo")
    incoming.init_app(app)

    @app.route("/words/<word>/<int:number>", methods=["GET", "POST"])
    @public
    def say(word: str, number: int) -> dict[str, object]:
        sent = {name: len(file.read()) for name, file in request.files.items()}
        return {"at": [word, number], "args": request.args, "form": request.form, "files": sent}

    return app.test_client()


def test_questions_and_forms_arrive_clean(echo: FlaskClient) -> None:
    answer = echo.post(
        "/words/a%20b/7?q=x%00y&q=z&n%00=1", data=b"name=A%00da&bad=%FF%FE%ED%A0%80&name="
    )
    form = echo.post(
        "/words/a/7",
        data=b"name=A%00da&name=Ben&bad=%ED%A0%80x",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.json is not None
    assert answer.json["at"] == ["a b", 7]
    assert answer.json["args"] == {"q": "xy", "n": "1"}
    assert form.json is not None
    assert form.json["form"]["name"] == "Ada"
    assert form.json["form"]["bad"].isprintable()


def test_files_arrive_as_they_are(echo: FlaskClient) -> None:
    answer = echo.post(
        "/words/a/7",
        data=b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\na\0b\r\n--b--',
        content_type="multipart/form-data; boundary=b",
    )

    assert answer.json is not None
    assert answer.json["files"] == {"f": 3}


@pytest.mark.parametrize(
    "path",
    [
        "/words/a%00b/7",
        "/words/%07/7",
        "/words/a/2147483648",
        f"/words/a/{10**30}",
        f"/words/a/{'9' * 5000}",
        "/words/a/%D9%A1",
        "/words/a/-1",
        "/words/a/1.5",
    ],
)
def test_an_address_that_can_name_nothing_leads_nowhere(echo: FlaskClient, path: str) -> None:
    assert echo.get(path).status_code == 404


def test_the_last_number_that_a_database_counts_to_is_one(echo: FlaskClient) -> None:
    assert echo.get("/words/a/2147483647").status_code == 200
    assert echo.get("/words/a/0000000000000007").status_code == 200
