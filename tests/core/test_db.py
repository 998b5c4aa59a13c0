"""One way to write: all or nothing, alone or among others, on both databases."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, literal, null, select, text

from pdtrack.core import clock, errors
from pdtrack.core import db as database
from pdtrack.core.db import action, db, lock, write_row
from pdtrack.core.tokens import AccessToken
from tests.queries import count_queries


class Taken(errors.DomainError):
    """The digest is there already."""


errors.constraint("uq_access_tokens_digest", Taken, "This is taken.", "digest")


def _token(digest: str, subject_id: int = 0) -> AccessToken:
    now = clock.now()
    return AccessToken(
        digest=digest,
        purpose="test",
        subject_id=subject_id,
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )


@action
def add(digest: str) -> AccessToken:
    token = _token(digest)
    db.session.add(token)
    return token


@action
def add_and_fail(digest: str) -> None:
    db.session.add(_token(digest))
    db.session.flush()
    raise ZeroDivisionError


@action
def add_and_refuse(digest: str, called: list[str]) -> None:
    add(digest)
    database.after_commit(lambda: called.append("refused"))
    raise Taken("No.")


@action
def add_all(*digests: str) -> list[str]:
    refused = []
    for digest in digests:
        try:
            add(digest)
        except Taken as refusal:
            refused.append(refusal.message)
    return refused


def fail_to_call() -> None:
    raise ZeroDivisionError


def digests() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AccessToken.digest).order_by(AccessToken.digest)))


def test_an_action_is_kept(fresh_app: Flask) -> None:
    token = add("a")

    assert token.id
    assert digests() == ["a"]
    assert not fresh_app.debug


@pytest.mark.usefixtures("fresh_app")
def test_a_failure_takes_everything_back() -> None:
    with pytest.raises(ZeroDivisionError):
        add_and_fail("a")

    assert digests() == []


@pytest.mark.usefixtures("fresh_app")
def test_a_broken_constraint_is_a_refusal_with_its_field() -> None:
    add("a")

    with pytest.raises(Taken) as refusal:
        add("a")

    assert (refusal.value.message, refusal.value.field) == ("This is taken.", "digest")
    assert digests() == ["a"]


@pytest.mark.usefixtures("fresh_app")
def test_a_refusal_in_a_group_takes_back_only_its_own() -> None:
    add("b")

    refused = add_all("a", "b", "c")

    assert refused == ["This is taken."]
    assert digests() == ["a", "b", "c"]


@pytest.mark.usefixtures("fresh_app")
def test_a_group_that_fails_at_its_end_leaves_nothing() -> None:
    @action
    def group() -> None:
        add_all("a", "b")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        group()

    assert digests() == []


@pytest.mark.usefixtures("fresh_app")
def test_an_error_at_the_commit_takes_everything_back_and_calls_nobody() -> None:
    called: list[str] = []

    @action
    def act() -> None:
        db.session.add(_token("a"))
        database.after_commit(lambda: called.append("after"))

    def fail(_session: object) -> None:
        raise ZeroDivisionError

    session = db.session()
    event.listen(session, "before_commit", fail)
    session.info["in_action"] = False
    try:
        with pytest.raises(ZeroDivisionError):
            act()
    finally:
        event.remove(session, "before_commit", fail)

    assert called == []
    assert digests() == []
    add("b")
    assert called == []


@pytest.mark.usefixtures("fresh_app")
def test_calls_wait_for_the_outermost_commit_and_come_once() -> None:
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(digests())

    @action
    def inner() -> None:
        database.after_commit(look)
        database.after_commit(look)

    @action
    def outer() -> None:
        inner()
        add("a")
        assert seen == []

    outer()

    assert seen == [["a"]]


@pytest.mark.usefixtures("fresh_app")
def test_what_a_refused_part_wanted_to_call_is_not_called() -> None:
    called: list[str] = []

    @action
    def outer() -> None:
        database.after_commit(lambda: called.append("outer"))
        with pytest.raises(Taken):
            add_and_refuse("a", called)

    outer()

    assert called == ["outer"]
    assert digests() == []


@pytest.mark.usefixtures("fresh_app")
def test_a_call_that_fails_after_the_commit_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    called: list[str] = []

    @action
    def act() -> None:
        add("a")
        database.after_commit(fail_to_call)
        database.after_commit(lambda: called.append("second"))

    act()

    assert digests() == ["a"]
    assert called == ["second"]
    assert "after the commit" in caplog.text


@pytest.mark.usefixtures("fresh_app")
def test_a_lock_reads_anew_what_another_changed() -> None:
    token = add("a")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE access_tokens SET subject_id = 7"))

    @action
    def act() -> int:
        assert token.subject_id == 0
        lock(token)
        return token.subject_id

    assert act() == 7


@pytest.mark.usefixtures("fresh_app")
def test_only_an_action_locks() -> None:
    token = add("a")

    with pytest.raises(RuntimeError, match="Only an action"):
        lock(token)


@pytest.mark.usefixtures("fresh_app")
def test_only_an_action_writes_rows() -> None:
    with pytest.raises(RuntimeError, match="Only an action writes"):
        write_row(AccessToken, digest="stray")


@pytest.mark.usefixtures("fresh_app")
def test_many_rows_are_locked_by_one_statement() -> None:
    rows = [add(name) for name in "cba"]

    with count_queries() as statements:
        action(lambda: lock(*rows, rows[0]))()

    assert len([each for each in statements if each.startswith("SELECT")]) == 1


@pytest.mark.usefixtures("fresh_app")
def test_a_row_that_is_gone_cannot_be_locked() -> None:
    token = add("a")
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM access_tokens"))

    with pytest.raises(errors.Stale):
        action(lambda: lock(token))()


@pytest.mark.usefixtures("fresh_app")
def test_writing_outside_an_action_is_found_out() -> None:
    db.session.add(_token("stray"))

    with pytest.raises(RuntimeError, match="outside an action"):
        add("a")

    assert digests() == []


@pytest.mark.usefixtures("fresh_app")
def test_rows_read_before_an_action_stay_as_they_were() -> None:
    token = add("a")

    add("b")

    assert token not in db.session.dirty
    assert token.__dict__["digest"] == "a"


@pytest.mark.usefixtures("fresh_app")
def test_reading_first_does_not_keep_an_action_from_writing() -> None:
    # On SQLite, a transaction that has read cannot write once another has: it must begin anew.
    add("a")
    assert db.session.scalar(select(func.count(AccessToken.id))) == 1
    with db.engine.begin() as other:
        other.execute(text("UPDATE access_tokens SET subject_id = 7"))

    add("b")

    assert digests() == ["a", "b"]


def test_moments_are_stored_in_utc_and_naive_ones_refused(fresh_app: Flask) -> None:
    token = add("a")
    db.session.expire_all()

    assert token.created_at.tzinfo is not None
    with pytest.raises(ValueError, match="zone"):
        database.UTCDateTime().process_bind_param(
            clock.now().replace(tzinfo=None), db.engine.dialect
        )
    assert fresh_app.extensions["sqlalchemy"] is db


@pytest.mark.slow
def test_processes_that_count_before_they_write_lose_nothing(
    fresh_app: Flask, tmp_path: Path
) -> None:
    token = add("counter")
    command = [sys.executable, "-m", "tests.core.counting"]
    url = fresh_app.config["SQLALCHEMY_DATABASE_URI"]
    processes = [
        subprocess.Popen(
            [*command, url, str(tmp_path), "15"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:  # All are ready before the first begins.
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert (process.returncode, output) == (0, "done\n")
    db.session.refresh(token)
    assert token.subject_id == 45


@pytest.mark.postgresql
def test_postgresql_answers_without_compiling_first(on_postgresql: Flask) -> None:
    # Compiling the attendance report took five times as long as reading it.
    with on_postgresql.app_context():
        assert db.session.scalar(text("SHOW jit")) == "off"
        db.session.rollback()
        assert db.session.scalar(text("SHOW jit")) == "off"


@pytest.mark.usefixtures("on_either")
def test_capital_letters_of_every_alphabet_are_known() -> None:
    assert db.session.scalar(select(func.lower(literal("ÉMILE ŁUKASZ Ở")))) == ("émile łukasz ở")
    assert db.session.scalar(select(func.lower(null()))) is None
