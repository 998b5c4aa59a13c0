"""When something goes wrong, a person gets a sentence and a way on, whatever went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import abort, g, render_template_string, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from pdtrack.app import create_app
from pdtrack.core import errors, jobs, logs, security
from pdtrack.core.authz import public
from pdtrack.core.db import db
from tests import make
from tests.conftest import prepare, settings

HTMX = {"HX-Request": "true"}
FROM_HERE = {"Origin": "http://localhost"}
FORM = {"title": "Ünïcode & <b>", "org_code": "01110000", "password": "secret", "kind": ["a", "b"]}


@public
def break_down(kind: str) -> str:
    """Go wrong in many ways."""
    raise {
        "domain": errors.DomainError("The session is full."),
        "stale": errors.Stale("This no longer exists."),
        "data": StaleDataError(),
        "database": OperationalError("SELECT secret", {}, Exception("locked")),
        "bug": ZeroDivisionError("secret"),
    }[kind]


@public
def show_token() -> str:
    """Give a token, as every form does."""
    return render_template_string("{{ csrf_token() }}")


@public
def take_form() -> str:
    """Take a form, and say what was in it."""
    return "&".join(f"{name}={value}" for name, value in request.form.items(multi=True))


def keep_to_persons() -> str:
    """Take a form of somebody who is signed in."""
    g.is_decided = True
    return take_form()


@public
def refuse_in_words() -> str:
    """Refuse in words of our own."""
    abort(429, "Wait five minutes.")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Browse an application that goes wrong on purpose, as it would in production."""
    folder: Path = tmp_path_factory.mktemp("errors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "configure", lambda **_: None)  # The log is pytest's.
        app = create_app(settings(folder, TESTING=False, WTF_CSRF_ENABLED=True))
    app.add_url_rule("/break/<kind>", "break_down", break_down)
    app.add_url_rule("/token", "show_token", show_token)
    app.add_url_rule("/form", "take_form", take_form, methods=["GET", "POST"])
    app.add_url_rule("/persons", "keep_to_persons", keep_to_persons, methods=["GET", "POST"])
    app.add_url_rule("/words", "refuse_in_words", refuse_in_words)
    with app.app_context():
        prepare()
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()
    jobs.close(app)
    security.close(app)


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/nowhere", 404, "There is no page here"),
        ("/words", 429, "Wait five minutes."),
        ("/break/domain", 422, "The session is full."),
        ("/break/stale", 409, "This no longer exists."),
        ("/break/data", 409, "Somebody else changed this"),
        ("/break/database", 503, "very busy"),
        ("/break/bug", 500, "Something broke on our side"),
    ],
)
def test_what_went_wrong_is_said_in_words(
    client: FlaskClient, path: str, code: int, words: str
) -> None:
    answer = client.get(path)

    assert answer.status_code == code
    assert words in answer.text
    assert answer.text.count("<h1") == 1
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("path", "code"), [("/break/domain", 422), ("/break/stale", 422), ("/nowhere", 404)]
)
def test_a_part_of_a_page_gets_a_notice(client: FlaskClient, path: str, code: int) -> None:
    answer = client.get(path, headers=HTMX)

    assert answer.status_code == code
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text
    assert answer.headers["HX-Retarget"] == "#flashes"


def test_a_refusal_leads_back_to_where_one_was_and_to_no_other_site(client: FlaskClient) -> None:
    here = client.get("/break/domain", headers={"Referer": "http://localhost/sessions?q=a&page=2"})
    elsewhere = client.get("/break/domain", headers={"Referer": "http://evil.example/x"})

    assert 'href="/sessions?q=a&amp;page=2"' in here.text
    assert "evil.example" not in elsewhere.text


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.delete("/words")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_too_large_a_form_is_refused(client: FlaskClient) -> None:
    answer = client.post("/form", data={"title": "x" * (9 << 20)})

    assert answer.status_code == 413
    assert "too large" in answer.text
    assert "Files may have up to 8 MB." in answer.text


def test_a_form_that_was_open_too_long_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/form?step=2", data=FORM, headers=FROM_HERE)

    assert answer.status_code == 400
    assert "This page was open too long" in answer.text
    assert 'action="/form?step=2"' in answer.text
    assert "asked for them again" in answer.text
    fields = re.findall(r'type="hidden" name="(\w+)"\s+value="([^"]*)"', answer.text)
    assert [name for name, _ in fields] == ["csrf_token", "title", "org_code", "kind", "kind"]
    assert ("title", "Ünïcode &amp; &lt;b&gt;") in fields
    assert "secret" not in answer.text


def test_what_was_typed_can_be_sent_again_with_one_button(client: FlaskClient) -> None:
    expired = client.post("/form", data=FORM, headers=FROM_HERE)
    token = re.search(r'name="csrf_token"\s+value="([^"]*)"', expired.text)
    assert token

    answer = client.post("/form", data={**FORM, "csrf_token": token[1]})

    assert answer.status_code == 200
    assert "title=Ünïcode" in answer.text


def test_who_was_signed_out_signs_in_beside_the_form_and_sends_it_then(client: FlaskClient) -> None:
    with client.application.app_context():
        person = make.person()
        db.session.commit()
        ticket = person.get_id()
    sent = {name: value for name, value in FORM.items() if name != "password"}

    for _ in range(2):  # Sending it too early loses nothing.
        signed_out = client.post("/persons", data=sent, headers=FROM_HERE)
        assert signed_out.status_code == 400
        assert "Sign in, then send it" in signed_out.text
        assert 'href="/sign-in?next=/sign-in/done"' in signed_out.text
        assert 'name="title" value="Ünïcode &amp; &lt;b&gt;"' in " ".join(signed_out.text.split())
    assert client.get("/sign-in/done").location == "/sign-in?next=/sign-in/done"
    try:
        with client.session_transaction() as session:
            session["_user_id"] = ticket
        assert "You can close this tab" in client.get("/sign-in/done").text
        again = client.post("/persons", data=sent, headers=FROM_HERE)
        token = re.search(r'name="csrf_token"\s+value="([^"]*)"', again.text.partition("<h1>")[2])
        assert token
        answer = client.post("/persons", data={**sent, "csrf_token": token[1]})
    finally:
        client.delete_cookie("pdtrack")

    assert answer.status_code == 200
    assert "title=Ünïcode" in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_what_another_site_typed_is_not_offered(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.post("/form", data=FORM, headers=headers)

    assert answer.status_code == 400
    assert "Send it now" not in answer.text
    assert "01110000" not in answer.text


def test_a_part_of_a_page_that_was_open_too_long_says_so(client: FlaskClient) -> None:
    answer = client.post("/form", data=FORM, headers={**FROM_HERE, **HTMX})

    assert answer.status_code == 400
    assert "Reload it" in answer.text


def test_an_error_page_needs_no_database(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        db.engine.dispose()
    path = Path(app.config["PDTRACK_INSTANCE"]) / "pdtrack.db"
    hidden = path.rename(path.with_suffix(".away"))
    path.mkdir()
    try:
        with client.session_transaction() as session:
            session["_user_id"] = "1:1"
        answer = client.get("/nowhere")
    finally:
        path.rmdir()
        hidden.rename(path)
        client.delete_cookie("pdtrack")

    assert answer.status_code in {404, 503}
    assert answer.text.count("<h1") == 1
