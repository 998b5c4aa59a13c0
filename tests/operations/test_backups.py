"""A backup is whole, comes back on either database, and never onto something that is there."""

from __future__ import annotations

import io
import itertools
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from pdtrack.app import create_app
from pdtrack.catalog import search
from pdtrack.core import audit, clock, jobs, security
from pdtrack.core.db import Model, action, db
from pdtrack.core.files import FileStore
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.operations import backups
from pdtrack.operations.backups import BackupRefused
from tests import make
from tests.conftest import prepare, settings
from tests.postgresql import postgresql_url

_numbers = itertools.count(1)
Maker = Callable[[str], Flask]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Maker]:
    """Set up as many empty machines as are wanted."""
    apps: list[Flask] = []

    def set_up(kind: str) -> Flask:
        number = next(_numbers)
        folder = tmp_path / f"machine{number}"
        url = f"sqlite:///{folder}/pdtrack.db"
        if kind == "postgresql":
            url = postgresql_url(f"backup{number}")
        app = create_app(settings(folder, SQLALCHEMY_DATABASE_URI=url))
        with app.app_context():
            prepare()
            with db.engine.begin() as connection:
                search.create_index(connection)
        apps.append(app)
        return app

    yield set_up
    for app in apps:
        with app.app_context():
            db.engine.dispose()
        jobs.close(app)
        security.close(app)


def fill(app: Flask) -> None:
    """Give a machine something of everything that is hard to copy."""
    with app.app_context():
        collaborative = make.collaborative(name="Ünïcode “Collaborative”\u2028 李 👩‍🏫")
        district = make.district(member_of=collaborative, first_school_day=clock.today())
        ada = make.person(employer=district)
        first = make.course_session(collaborative=collaborative, title="Restraint, basic")
        copy = make.course_session(collaborative=collaborative, copied_from_id=first.id)
        first.copied_from_id = copy.id  # Rows that refer to each other.
        make.saved(first)
        make.registration(course_session=first, person=ada)
        action(lambda: audit.record(ada, "test", first, after={"a": [1, None, "ü"], "b": {}}))()
        action(search.rebuild)()
        now = clock.now()
        make.saved(
            OutgoingEmail(
                to_address="ada@people.example",
                to_name="Ada",
                subject="Hello",
                text="Hello",
                html="Hello",
                message_id="<1@pd.example>",
                state=MailState.WAITING,
                created_at=now,
                not_before_at=now - timedelta(microseconds=1),
            )
        )
        store = FileStore(app.config["PDTRACK_FILES"])
        store.save(b"%PDF a certificate")
        store.save(b"%PDF another one")


def contents(app: Flask) -> dict[str, Any]:
    """Return everything that a machine keeps."""
    with app.app_context(), db.engine.connect() as connection:
        rows: dict[str, Any] = {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(table.c.id))
            ]
            for table in Model.metadata.sorted_tables
        }
        store = FileStore(app.config["PDTRACK_FILES"])
        return {**rows, "files": [store.read(digest) for digest in store.all_digests()]}


def save(app: Flask, path: Path) -> Path:
    with app.app_context():
        return backups.back_up(path)


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_everything_comes_back_on_either_database(
    machine: Maker, tmp_path: Path, source: str, target: str
) -> None:
    old, new = machine(source), machine(target)
    fill(old)
    path = save(old, tmp_path / "everything.tar")

    with new.app_context():
        manifest = backups.restore(path)

    assert contents(new) == contents(old)
    assert sum(each["rows"] for each in manifest.tables) > 15
    with new.app_context():
        found = search.search(search.Wanted(text="restraint"), number=1)
        assert found.total == 2
        # What is written next collides with nothing.
        make.registration(course_session=make.course_session(), person=make.person())
        empty = db.session.scalar(text("SELECT count(*) FROM awards WHERE reasons IS NULL"))
        assert empty == 0


def test_a_backup_is_for_nobody_elses_eyes_and_appears_only_when_whole(
    machine: Maker, tmp_path: Path
) -> None:
    app = machine("sqlite")

    path = save(app, tmp_path / "backup.tar")

    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "unfinished" in each.name] == []


def test_a_backup_that_is_interrupted_leaves_nothing(
    machine: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, folder = machine("sqlite"), tmp_path / "backups"
    folder.mkdir()
    fill(app)
    whole = save(app, folder)
    write_table = backups._write_table  # noqa: SLF001 - to be in the middle of it.

    def interrupt(*arguments: Any) -> Any:
        described = write_table(*arguments)
        if described["name"] == "people":
            raise KeyboardInterrupt
        return described

    monkeypatch.setattr(backups, "_write_table", interrupt)
    before = whole.read_bytes()
    for destination in (folder, whole):
        with pytest.raises(KeyboardInterrupt):
            save(app, destination)

    assert list(folder.iterdir()) == [whole]
    assert whole.read_bytes() == before


def test_a_folder_gets_a_new_file_each_night_and_keeps_the_newest(
    machine: Maker, tmp_path: Path
) -> None:
    app, folder = machine("sqlite"), tmp_path / "backups"
    folder.mkdir()
    (folder / "pdtrack-notes.tar").touch()
    began = clock.now()
    left, running = (folder / f".pdtrack-2027010{day}T023000Z.tar.unfinished" for day in (1, 2))
    for path, hours in ((left, 25), (running, -70)):
        path.touch()
        moment = began.timestamp() - hours * 3600
        os.utime(path, (moment, moment))

    for night in range(4):
        with clock.frozen(began + timedelta(days=night)), app.app_context():
            newest = backups.back_up(folder, keep=2)

    kept = sorted(each.name for each in folder.iterdir())
    assert len(kept) == 4
    assert newest.name in kept
    assert running.name in kept
    assert left.name not in kept  # What a power cut left of another.
    assert "pdtrack-notes.tar" in kept


@pytest.mark.parametrize("kind", KINDS)
def test_work_goes_on_while_a_backup_is_made(
    machine: Maker, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = machine(kind)
    fill(app)
    before = contents(app)
    write_table = backups._write_table  # noqa: SLF001 - to be in the middle of it.

    def write_and_work(*arguments: Any) -> Any:
        described = write_table(*arguments)
        if described["name"] == "organizations":
            make.person(first_name="Late")
        return described

    monkeypatch.setattr(backups, "_write_table", write_and_work)
    path = save(app, tmp_path / "backup.tar")
    monkeypatch.undo()

    new = machine("sqlite")
    with new.app_context():
        backups.restore(path)
    assert contents(new) == before
    assert contents(app) != before


def test_nothing_is_restored_onto_something(machine: Maker, tmp_path: Path) -> None:
    old, new = machine("sqlite"), machine("sqlite")
    path = save(old, tmp_path / "backup.tar")
    fill(new)
    before = contents(new)

    with new.app_context(), pytest.raises(BackupRefused, match="not empty"):
        backups.restore(path)

    assert contents(new) == before


def _rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Copy a backup, changing what is in it; nothing leaves a piece out."""
    copy = path.with_name("changed.tar")
    with tarfile.open(path) as old, tarfile.open(copy, "w") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            assert file is not None
            content = change(member.name, file.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return copy


def _spoil(name: str, content: bytes) -> bytes | None:
    return content[:-1] + b"!" if name.endswith("people.jsonl.gz") else content


def _lose_a_piece(name: str, content: bytes) -> bytes | None:
    return None if name.startswith("files/") else content


def _lose_the_end(name: str, content: bytes) -> bytes | None:
    return None if name == "manifest.json" else content


def _from_the_future(name: str, content: bytes) -> bytes | None:
    if name != "manifest.json":
        return content
    return json.dumps({**json.loads(content), "format": 2, "more": []}).encode()


def _of_another_kind(name: str, content: bytes) -> bytes | None:
    return b"[]" if name == "manifest.json" else content


def _unreadable(name: str, content: bytes) -> bytes | None:
    return content[:40] if name == "manifest.json" else content


def _of_tables_unheard_of(name: str, content: bytes) -> bytes | None:
    if name != "manifest.json":
        return content
    return json.dumps({**json.loads(content), "revision": "fedcba987654"}).encode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_spoil, "damaged"),
        (_lose_a_piece, "missing"),
        (_lose_the_end, "no backup"),
        (_from_the_future, "newer version"),
        (_of_another_kind, "cannot be read"),
        (_unreadable, "cannot be read"),
        (_of_tables_unheard_of, "newer version"),
    ],
)
def test_a_backup_that_is_not_as_it_was_is_refused_whole(
    machine: Maker,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes | None],
    words: str,
) -> None:
    old, new = machine("sqlite"), machine("sqlite")
    fill(old)
    path = _rewritten(save(old, tmp_path / "backup.tar"), change)
    before = contents(new)

    with new.app_context(), pytest.raises(BackupRefused, match=words):
        backups.restore(path)

    assert contents(new) == before


@pytest.mark.parametrize("length", [0, 100, 30_000])
def test_half_a_backup_is_refused(machine: Maker, tmp_path: Path, length: int) -> None:
    old, new = machine("sqlite"), machine("sqlite")
    fill(old)
    path = save(old, tmp_path / "backup.tar")
    path.write_bytes(path.read_bytes()[:length])

    with new.app_context(), pytest.raises(BackupRefused):
        backups.restore(path)

    assert contents(new)["people"] == []


def test_a_copy_to_try_things_on_mails_nobody(machine: Maker, tmp_path: Path) -> None:
    old, new = machine("sqlite"), machine("sqlite")
    fill(old)
    path = save(old, tmp_path / "backup.tar")

    with new.app_context():
        backups.restore(path, has_mail=False)
        states = list(db.session.scalars(select(OutgoingEmail.state)))

    assert states == [MailState.UNDONE]


def test_a_damaged_file_is_told_and_does_not_keep_the_rest_from_being_saved(
    machine: Maker, tmp_path: Path
) -> None:
    old, new = machine("sqlite"), machine("sqlite")
    fill(old)
    store = FileStore(old.config["PDTRACK_FILES"])
    first, second = store.all_digests()
    store.path(first).write_bytes(b"something else")
    said: list[str] = []

    with old.app_context():
        path = backups.back_up(tmp_path / "backup.tar", say=said.append)
    with new.app_context():
        backups.restore(path)

    assert len(said) == 1
    assert first in said[0]
    assert list(FileStore(new.config["PDTRACK_FILES"]).all_digests()) == [second]


def test_tables_are_made_when_there_are_none(machine: Maker, tmp_path: Path) -> None:
    app = machine("sqlite")
    path = save(app, tmp_path / "backup.tar")
    with tarfile.open(path) as archive:
        manifest = json.loads(archive.extractfile("manifest.json").read())  # type: ignore[union-attr]

    names = [each["name"] for each in manifest["tables"]]

    with app.app_context():
        existing = set(inspect(db.engine).get_table_names())
    assert set(names) == {table.name for table in Model.metadata.sorted_tables} <= existing
    assert names.index("organizations") < names.index("people") < names.index("registrations")
