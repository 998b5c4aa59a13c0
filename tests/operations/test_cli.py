"""The commands of whoever runs the installation."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy.exc import OperationalError

from pdtrack.app import create_app
from pdtrack.catalog import search
from pdtrack.certificates.models import Award, AwardKind, Certificate, CertificateFile, Paper
from pdtrack.core import audit, clock, delivery, filters, jobs, security
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import action, db
from pdtrack.core.files import FileStore
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.operations import backups, checkup, schema
from tests import make
from tests.conftest import prepare, settings
from tests.servers import free_port


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskCliRunner]:
    """Type commands at an installation of its own, whose tables are of the wanted version."""
    monkeypatch.setattr(schema, "current", lambda: "abc")
    monkeypatch.setattr(schema, "wanted", lambda: "abc")
    app = create_app(settings(tmp_path / "instance"))
    with app.app_context():
        prepare()
        with db.engine.begin() as connection:
            search.create_index(connection)
        yield app.test_cli_runner()
        db.session.remove()
        db.engine.dispose()
    jobs.close(app)
    security.close(app)


def write_mail(state: MailState, minutes_ago: int = 0) -> None:
    moment = clock.now() - timedelta(minutes=minutes_ago)
    make.saved(
        OutgoingEmail(
            to_address="ada@people.example",
            to_name="Ada",
            subject="Hello",
            text="Hello",
            html="Hello",
            message_id=f"<{state}-{minutes_ago}@pd.example>",
            state=state,
            created_at=moment,
            not_before_at=moment,
        )
    )


def test_the_outbox_tells_how_it_stands(runner: FlaskCliRunner) -> None:
    write_mail(MailState.WAITING, minutes_ago=90)
    write_mail(MailState.FAILED)

    result = runner.invoke(args=["outbox", "status"])

    assert "1 message waiting, 1 given up." in result.output
    assert "has been waiting since" in result.output
    assert "No worker is at work" in result.output


def test_a_server_that_is_down_for_hours_raises_the_alarm(runner: FlaskCliRunner) -> None:
    # customcert #710: mail silently stopped. Every failed attempt puts the mail off, to a moment
    # that is to come; it has been waiting all the same.
    runner.app.config["PDTRACK_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    written_at = clock.now()
    write_mail(MailState.WAITING)
    for minutes in (0, 2, 10, 30, 100):
        with clock.frozen(written_at + timedelta(minutes=minutes)):
            delivery.send_due()

    with clock.frozen(written_at + timedelta(minutes=125)):
        status = runner.invoke(args=["outbox", "status"])
        findings = [each.sentence for each in checkup.examine(is_deep=False) if not each.is_good]

    assert f"has been waiting since {filters.when(written_at)}." in status.output
    assert "What keeps it: The mail server cannot be used" in status.output
    assert any("Mail has been waiting for 2 hours" in each for each in findings)


def test_mail_to_many_that_may_still_be_undone_raises_no_alarm(runner: FlaskCliRunner) -> None:
    write_mail(MailState.WAITING, minutes_ago=-4)

    result = runner.invoke(args=["outbox", "status"])

    assert "1 message waiting, 0 given up." in result.output
    assert "has been waiting since" not in result.output


def test_the_doctor_finds_a_healthy_installation_healthy(runner: FlaskCliRunner) -> None:
    make.platform_administrator()
    jobs.beat()

    result = runner.invoke(args=["doctor"])

    assert result.exit_code == 0, result.output
    assert "WRONG" not in result.output
    for words in ("SQLite", "whole", "administrator", "at work", "leaves in time", "clock"):
        assert words in result.output


def test_the_doctor_finds_what_is_wrong(runner: FlaskCliRunner) -> None:
    app: Flask = runner.app
    write_mail(MailState.WAITING, minutes_ago=90)
    write_mail(MailState.FAILED)
    make.person(email="educator@demo.example")
    with clock.frozen(clock.now() + timedelta(days=1)):
        action(lambda: audit.record(SYSTEM, "test", make.topic()))()
    with clock.frozen(clock.now() - timedelta(hours=3)):
        jobs.beat()
    app.config.update(
        PDTRACK_ENV="production",
        PDTRACK_MAIL_FROM="pdtrack@demo.example",
        PDTRACK_SMTP_URL="smtp://127.0.0.1:1",
    )

    result = runner.invoke(args=["doctor"])

    assert result.exit_code == 1
    for words in (
        "demo address",
        "PDTRACK_PROXIES",
        "no platform administrator",
        "demo accounts",
        "heard of for 3 hours",
        "waiting for 1 hour",
        "could not be delivered",
        "No mail can leave",
        "The clock is wrong",
    ):
        assert words in result.output, result.output


def test_the_doctor_finds_folders_in_which_nothing_can_be_kept(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        """A disk without room."""

        def __init__(self, **_options: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", Full)
    monkeypatch.setattr("os.access", lambda path, _mode: not str(path).endswith("jobs.db"))
    jobs.beat()

    result = runner.invoke(args=["doctor"])

    folder = runner.app.config["PDTRACK_INSTANCE"]
    assert result.exit_code == 1
    assert f"Nothing can be written into {folder} (No space left on device)" in result.output
    assert f"{folder}/jobs.db cannot be written: give it to whom" in result.output


@pytest.mark.usefixtures("broken_calls")
def test_the_doctor_finds_that_the_worker_cannot_be_called(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "The worker cannot be called (disk I/O error): see PDTRACK_JOBS_URL." in result.output
    assert "The clock says" in result.output  # Everything else is examined all the same.


def test_the_doctor_finds_that_attempts_cannot_be_counted(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_more: object) -> bool:
        raise OperationalError("INSERT", {}, Exception("attempt to write a readonly database"))

    monkeypatch.setattr(security, "hit", fail)

    result = runner.invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "attempts cannot be counted" in result.output


def test_the_doctor_names_commands_as_they_are_typed_here(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "start `flask --app wsgi jobs work`." in runner.invoke(args=["doctor"]).output

    monkeypatch.setitem(runner.app.config, "PDTRACK_ENV", "production")
    output = runner.invoke(args=["doctor"]).output

    assert "start the service pdtrack-worker." in output
    assert "run `pdtrack accounts create-administrator`." in output


def test_the_doctor_misses_a_kept_file(runner: FlaskCliRunner) -> None:
    store = FileStore(runner.app.config["PDTRACK_FILES"])
    digest = store.save(b"%PDF a certificate")
    _keep(digest)
    assert "All 1 kept files are here" in runner.invoke(args=["doctor"]).output

    store.path(digest).write_bytes(b"something else")

    assert "1 of 1 kept files are missing or damaged" in runner.invoke(args=["doctor"]).output


def _keep(digest: str) -> None:
    registration = make.registration(course_session=make.course_session())
    award = make.saved(
        Award(
            registration_id=registration.id,
            person_id=registration.person_id,
            kind=AwardKind.HOURS,
            minutes=360,
            topic_id=registration.course_session.topic_id,
            decided_at=clock.now(),
        )
    )
    certificate = make.saved(
        Certificate(
            award_id=award.id,
            person_id=award.person_id,
            serial="COL-2027-000001",
            code="code",
            snapshot={},
            issued_at=clock.now(),
        )
    )
    make.saved(
        CertificateFile(
            certificate_id=certificate.id,
            paper=Paper.LETTER,
            wanted_at=clock.now(),
            digest=digest,
        )
    )


def test_the_doctor_stops_at_tables_of_another_version(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "current", lambda: None)

    result = runner.invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "db upgrade" in result.output.splitlines()[-1]


def test_a_backup_comes_back(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar"

    made = runner.invoke(args=["backup", str(path)])
    restored = runner.invoke(args=["restore", str(path)])

    assert f"Everything is in {path}" in made.output
    assert "Restored" in restored.output, restored.output


def test_what_cannot_be_restored_is_said_in_a_sentence(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = tmp_path / "backup.tar"
    runner.invoke(args=["backup", str(path)])
    make.collaborative()

    onto_something = runner.invoke(args=["restore", str(path)])
    nowhere = runner.invoke(args=["backup", str(tmp_path / "no" / "backup.tar")])

    assert onto_something.exit_code == nowhere.exit_code == 1
    assert "not empty" in onto_something.output
    assert "There is no folder" in nowhere.output


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OperationalError("SELECT", {}, Exception("it is away")), "database does not answer"),
    ],
)
def test_a_backup_that_cannot_be_made_says_so_in_a_sentence_and_leaves_nothing(
    runner: FlaskCliRunner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
    words: str,
) -> None:
    def fail(*_arguments: object) -> None:
        raise trouble

    monkeypatch.setattr(backups, "_write_table", fail)

    result = runner.invoke(args=["backup", str(tmp_path)])

    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
    assert [each.name for each in tmp_path.iterdir()] == ["instance"]
