"""Reading the demo's mail in the browser."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.core import delivery
from pdtrack.core.post import Folder
from tests import make

ENTRY = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "PDTRACK_INSTANCE", str(tmp_path))
    return delivery.mail_folder()


def keep(folder: Path, name: str, *, subject: str = "You are registered", text: str = "Hi") -> None:
    """Keep a mail as delivery does."""
    message = EmailMessage()
    message["Subject"], message["To"] = subject, "Ana Brandão <educator@demo.example>"
    message["From"], message["Date"] = "pdtrack@demo.example", "Thu, 15 Oct 2026 18:30:00 +0000"
    message.set_content(text)
    message.add_alternative("<p>Hi</p>", subtype="html")
    message.add_alternative(ENTRY.replace("\r\n", "\n"), subtype="calendar")
    Folder(folder).send(message, name=name)


def test_mail_is_listed_the_newest_first(client: FlaskClient, folder: Path) -> None:
    keep(folder, "00000001", subject="The older one")
    keep(folder, "00000002", subject="The newer one")

    page = client.get("/demo/mail").text
    assert page.index("The newer one") < page.index("The older one")
    assert "Ana Brandão" in page


def test_the_list_has_pages(client: FlaskClient, folder: Path) -> None:
    for number in range(1, 53):
        keep(folder, f"{number:08}", subject=f"Letter {number}.")

    assert "Letter 1." not in client.get("/demo/mail").text
    assert "Letter 1." in client.get("/demo/mail?page=2").text
    assert "Letter 1." in client.get("/demo/mail?page=99").text


def test_a_machine_without_mail_says_so(client: FlaskClient, folder: Path) -> None:
    assert not folder.exists()
    assert "No mail yet" in client.get("/demo/mail").text


def test_links_of_a_mail_work_and_nothing_else_does(client: FlaskClient, folder: Path) -> None:
    keep(folder, "00000001", text="Go to http://localhost/sessions/1 <script>alert(1)</script>")

    page = client.get("/demo/mail/00000001").text
    assert '<a href="http://localhost/sessions/1"' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_calendar_entry_is_a_download(client: FlaskClient, folder: Path) -> None:
    keep(folder, "00000001")

    response = client.get("/demo/mail/00000001/session.ics")
    assert response.mimetype == "text/calendar"
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.text.startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    "name", ["00000009", "x", "..", "%2e%2e", "..%2fsecret", "1%00", "-1", "²", "00000001.eml"]
)
def test_only_numbers_of_kept_mail_are_looked_up(
    client: FlaskClient, folder: Path, name: str
) -> None:
    keep(folder, "00000001")
    (folder.parent / "secret.eml").write_text("Subject: Secret\n\nNobody's business")

    assert client.get(f"/demo/mail/{name}").status_code == 404
    assert client.get(f"/demo/mail/{name}/session.ics").status_code == 404


@pytest.mark.parametrize(
    "path", ["/demo/mail", "/demo/mail/00000001", "/demo/mail/00000001/session.ics"]
)
def test_nobody_elsewhere_reads_it(client: FlaskClient, folder: Path, path: str) -> None:
    keep(folder, "00000001")
    somebody = make.sign_in(client, make.platform_administrator())

    assert client.get(path).status_code == 200
    assert somebody.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404


@pytest.mark.parametrize("name", ["PDTRACK_ENV", "PDTRACK_URL"])
def test_nobody_reads_it_in_production_or_on_a_public_site(
    app: Flask, client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    keep(folder, "00000001")
    value = {"PDTRACK_ENV": "production", "PDTRACK_URL": "http://pd.example"}[name]
    monkeypatch.setitem(app.config, name, value)

    assert client.get("/demo/mail", base_url=app.config["PDTRACK_URL"]).status_code == 404
    assert client.get("/demo/mail/00000001", base_url=app.config["PDTRACK_URL"]).status_code == 404


def test_the_footer_leads_there_from_this_machine_only(client: FlaskClient) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    assert 'href="/demo/mail"' in client.get("/sign-in").text
    assert "/demo/mail" not in client.get("/sign-in", environ_base=elsewhere).text
