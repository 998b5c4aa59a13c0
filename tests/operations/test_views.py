"""Health, figures, mail and the audit log, as machines and people see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from pdtrack.core import audit, clock, jobs
from pdtrack.core.db import action, db
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.operations import checkup, schema
from pdtrack.organizations.models import Collaborative
from tests import make

TOKEN = "a-token-for-prometheus"


def email(**values: object) -> OutgoingEmail:
    """Write a mail into the outbox as it is."""
    now = clock.now()
    return make.saved(
        OutgoingEmail(
            **{
                "to_address": "ada@people.example",
                "to_name": "Ada",
                "subject": "Your certificate",
                "text": "It is ready: [private link]\n",
                "html": "<p>It is ready</p>",
                "message_id": f"<{now.timestamp()}-{next(make._numbers)}@pd.example>",  # noqa: SLF001
                "state": MailState.WAITING,
                "created_at": now,
                "not_before_at": now,
                **values,
            }
        )
    )


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tables be of the wanted version."""
    monkeypatch.setattr(schema, "current", lambda: "abc")
    monkeypatch.setattr(schema, "wanted", lambda: "abc")


@pytest.fixture
def administrator(client: FlaskClient) -> FlaskClient:
    """Sign somebody in who runs the installation."""
    return make.sign_in(client, make.platform_administrator())


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """Write down every query."""
    seen: list[str] = []

    def write(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    assert app.testing
    event.listen(db.engine, "before_cursor_execute", write)
    yield seen
    event.remove(db.engine, "before_cursor_execute", write)


def test_a_living_process_says_so(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "alive\n")


@pytest.mark.usefixtures("migrated")
def test_ready_tells_of_worker_and_mail(client: FlaskClient) -> None:
    email(not_before_at=clock.now() - timedelta(minutes=3))
    email(state=MailState.FAILED)
    jobs.beat()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    body = answer.get_json()
    assert body["ready"] is True
    assert 0 <= body["worker_seconds"] < 60
    assert body["outbox"]["waiting"] == body["outbox"]["failed"] == 1
    assert 180 <= body["outbox"]["oldest_seconds"] < 240


@pytest.mark.usefixtures("app")
def test_tables_of_another_version_are_not_ready(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "wanted", lambda: "another")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json()["ready"] is False


def test_a_database_that_is_away_is_not_ready(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup, "database_trouble", lambda: "it is away")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    # Where the database is and who asks it is nobody else's business.
    assert answer.get_json() == {"ready": False, "reason": "The database does not answer."}


@pytest.mark.usefixtures("migrated", "broken_calls")
def test_calls_that_cannot_be_read_are_no_reason_to_fail(app: Flask, client: FlaskClient) -> None:
    app.config["PDTRACK_METRICS_TOKEN"] = TOKEN
    try:
        figures = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    finally:
        app.config["PDTRACK_METRICS_TOKEN"] = ""
    answer = client.get("/readyz")

    assert (answer.status_code, answer.get_json()["worker_seconds"]) == (200, None)
    assert "pdtrack_jobs_waiting -1.0" in figures.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}],
)
def test_figures_are_for_whoever_knows_the_token(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    app.config["PDTRACK_METRICS_TOKEN"] = TOKEN
    try:
        assert client.get("/metrics", headers=headers).status_code == 404
    finally:
        app.config["PDTRACK_METRICS_TOKEN"] = ""
    # Without a token set there are no figures, not even for an empty token.
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_count_requests_by_endpoint(app: Flask, client: FlaskClient) -> None:
    app.config["PDTRACK_METRICS_TOKEN"] = TOKEN
    email()
    try:
        before = _counted(client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text)
        client.get("/healthz")
        client.get("/nowhere/at/all")
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    finally:
        app.config["PDTRACK_METRICS_TOKEN"] = ""

    assert answer.content_type.startswith("text/plain")
    after = _counted(answer.text)
    healthz = 'method="GET",status="200"'
    assert (
        after["operations.healthz", healthz] - before.get(("operations.healthz", healthz), 0) == 1
    )
    assert ("none", 'method="GET",status="404"') in after
    assert "pdtrack_outbox_waiting 1.0" in answer.text
    assert 'pdtrack_request_seconds_bucket{endpoint="operations.healthz"' in answer.text
    assert "pdtrack_worker_seconds" in answer.text


def _counted(exposition: str) -> dict[tuple[str, str], float]:
    found = re.findall(r'pdtrack_requests_total\{endpoint="([^"]*)",([^}]*)\} ([\d.]+)', exposition)
    return {(endpoint, labels): float(count) for endpoint, labels, count in found}


@pytest.mark.usefixtures("migrated")
def test_the_health_page_says_what_is_wrong(administrator: FlaskClient) -> None:
    email(state=MailState.FAILED, last_error="550 No such user", subject="A lost letter")

    page = administrator.get("/platform/").text

    assert "Needs you" in page
    assert "1 message could not be delivered" in page
    assert "A lost letter" in page
    assert page.count("<h1") == 1


def test_the_health_page_leaves_reading_the_whole_database_to_the_doctor(
    administrator: FlaskClient, queries: list[str]
) -> None:
    assert administrator.get("/platform/").status_code == 200

    assert not [each for each in queries if "quick_check" in each]


def test_stuck_mail_is_sent_anew_or_given_up(administrator: FlaskClient) -> None:
    stuck = email(state=MailState.FAILED, attempts=9, last_error="550 No such user")
    other = email()

    again = administrator.post(f"/platform/mail/{stuck.id}/retry", follow_redirects=True)
    never = administrator.post(f"/platform/mail/{other.id}/discard", follow_redirects=True)

    assert "leaves with the next delivery" in again.text
    assert "will not be sent" in never.text
    assert (stuck.state, stuck.attempts) == (MailState.WAITING, 0)
    assert other.state == MailState.UNDONE
    assert {"mail.retried", "mail.discarded"} <= set(
        db.session.scalars(db.select(audit.AuditEntry.event))
    )


@pytest.mark.parametrize("what", ["retry", "discard"])
@pytest.mark.parametrize(
    "values",
    [
        {"state": MailState.SENT},
        {"state": MailState.UNDONE},
        {"leased_until_at": clock.now() + timedelta(hours=1)},
    ],
)
def test_mail_that_left_is_left_alone(
    administrator: FlaskClient, what: str, values: dict[str, object]
) -> None:
    gone = email(**values)
    before = gone.state

    answer = administrator.post(f"/platform/mail/{gone.id}/{what}", follow_redirects=True)

    assert "left meanwhile" in answer.text
    assert gone.state == before


def test_mail_is_found_by_state_and_address(administrator: FlaskClient) -> None:
    email(subject="To Ada")
    email(subject="To Ben", to_address="ben@people.example", state=MailState.SENT)

    page = administrator.get("/platform/mail?state=sent&address=Ben@people.example").text
    odd = administrator.get("/platform/mail?state=nonsense&page=-1&address=%00")

    assert "To Ben" in page
    assert "To Ada" not in page
    assert odd.status_code == 200


def test_one_mail_shows_no_secret(administrator: FlaskClient) -> None:
    written = email(secret="accounts.reset_password:1", last_error="451 <b>later</b>")

    page = administrator.get(f"/platform/mail/{written.id}").text

    assert "[private link]" in page
    assert "&lt;b&gt;later" in page
    assert administrator.get("/platform/mail/999999").status_code == 404


@pytest.fixture
def collaborative(app: Flask) -> Collaborative:
    """Make a collaborative with one mail of its own and one of another's."""
    assert app.testing
    here, there = make.collaborative(), make.collaborative()
    email(subject="From here", organization_id=here.id)
    email(subject="From there", organization_id=there.id)
    return here


def test_a_coordinator_reads_the_mail_of_the_own_collaborative(
    client: FlaskClient, collaborative: Collaborative
) -> None:
    make.sign_in(client, make.coordinator(collaborative))
    base = f"/manage/{collaborative.slug}/mail"

    page = client.get(base).text
    ids = list(db.session.scalars(text("SELECT id FROM outgoing_emails ORDER BY id")))

    assert "From here" in page
    assert "From there" not in page
    assert client.get(f"{base}/{ids[0]}").status_code == 200
    assert client.get(f"{base}/{ids[1]}").status_code == 404


def test_a_coordinator_of_another_collaborative_finds_nothing(
    client: FlaskClient, collaborative: Collaborative
) -> None:
    make.sign_in(client, make.coordinator(make.collaborative()))

    assert client.get(f"/manage/{collaborative.slug}/mail").status_code == 404


def test_the_audit_log_is_filtered(administrator: FlaskClient) -> None:
    here, ada = make.collaborative(name="Valley Collaborative"), make.person(first_name="Adelaide")

    @action
    def record(what: str, **values: object) -> None:
        audit.record(ada, what, here, organization_id=here.id, after=dict(values))

    record("registration.created", status="registered <b>")
    with clock.frozen(clock.now() - timedelta(days=90)):
        record("course.created")

    everything = administrator.get("/platform/audit").text
    assert "registration.created" in everything
    assert "registered &lt;b&gt;" in everything
    assert "Adelaide" in everything
    assert "Valley Collaborative" in everything
    assert "course.created" not in everything  # Three months ago.
    for query, is_there in {
        f"event=registration.&person={ada.id}": True,
        f"person={ada.email}": True,
        f"organization={here.org_code}&subject=organizations:{here.id}": True,
        f"from={clock.today()}&to={clock.today()}": True,
        "event=course.": False,
        "person=999999": False,
        "subject=people": False,
        "to=2020-01-01": False,
    }.items():
        page = administrator.get(f"/platform/audit?{query}").text
        assert ("registration.created</" in page) == is_there, query


@pytest.mark.parametrize(
    "query",
    [
        "person=x",
        "person=9999999999999999",
        "organization=x",
        "subject=%25",
        "from=x&to=2",
        "page=x",
    ],
)
def test_an_odd_question_is_answered(administrator: FlaskClient, query: str) -> None:
    assert administrator.get(f"/platform/audit?{query}").status_code == 200


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("path", ["/platform/", "/platform/mail", "/platform/audit"])
def test_a_page_costs_the_same_however_much_there_is(
    administrator: FlaskClient, queries: list[str], path: str
) -> None:
    def cost() -> int:
        queries.clear()
        assert administrator.get(path).status_code == 200
        return len(queries)

    administrator.get(path)
    somebody, organization = make.person(), make.collaborative()
    email(state=MailState.FAILED)
    few = cost()
    for _ in range(20):
        email(state=MailState.FAILED, organization_id=organization.id)
        action(lambda: audit.record(somebody, "test", organization))()

    assert cost() == few <= 12
