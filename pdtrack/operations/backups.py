"""A copy of everything in one file, which can be restored on either kind of database."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)

from pdtrack.catalog import search
from pdtrack.core import clock
from pdtrack.core.db import Model, action, db
from pdtrack.core.files import DamagedFile, FileStore
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.operations import schema

FORMAT = 1
NAME = "pdtrack-{:%Y%m%dT%H%M%SZ}.tar"
PATTERN = "pdtrack-????????T??????Z.tar"
_MANIFEST = "manifest.json"
_TABLES = "tables/"
_FILES = "files/"
_AT_ONCE = 1000
_LONGEST_BACKUP = 24 * 60 * 60  # Seconds after which nobody is writing one any more.
# What every installation has from its first start.
_FIRST_ROWS = frozenset({"regulations", "topics"})
Say = Callable[[str], object]


class BackupRefused(Exception):
    """The backup cannot be made or restored here; the message says why."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, with a digest of each part."""

    format: int
    made_at: str
    revision: str | None
    # For each table, in the order in which they can be filled: name, columns, rows.
    tables: list[dict[str, Any]]
    # SHA-256 of every member of the archive.
    digests: dict[str, str]


def back_up(destination: Path, *, keep: int | None = None, say: Say = print) -> Path:
    """Write everything, as it is at one moment, into one file, and return its path.

    Into a folder, under a name that tells the moment; with `keep`, older backups
    there are deleted down to that many. People may go on working meanwhile.
    """
    is_folder = destination.is_dir()
    path = destination / NAME.format(clock.now()) if is_folder else destination
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        number = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(number, "wb") as file:
            with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                _write_all(_Writer(archive, path.parent), say)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    if is_folder and keep is not None:
        _tidy(destination, keep)
    return path


def _tidy(folder: Path, keep: int) -> None:
    """Delete older backups, and what is left of one that a power cut ended."""
    for old in sorted(folder.glob(PATTERN))[:-keep]:
        old.unlink()
    for left in folder.glob(f".{PATTERN}.unfinished"):
        if clock.now().timestamp() - left.stat().st_mtime > _LONGEST_BACKUP:
            left.unlink()


class _Writer:
    """An archive that remembers the digest of everything put into it."""

    def __init__(self, archive: tarfile.TarFile, folder: Path) -> None:
        self.digests: dict[str, str] = {}
        self._archive = archive
        self._folder = folder

    def add(self, name: str, content: bytes) -> None:
        """Put a piece into the archive."""
        self._put(name, io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())

    @contextmanager
    def adding(self, name: str) -> Iterator[gzip.GzipFile]:
        """Write a piece of unknown length, compressed, and put it into the archive."""
        with tempfile.TemporaryFile(dir=self._folder) as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as compressed:
                yield compressed
            length = file.tell()
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._put(name, file, length, digest)

    def _put(self, name: str, file: IO[bytes], length: int, digest: str) -> None:
        member = tarfile.TarInfo(name)
        member.size = length
        member.mode = 0o600
        member.mtime = int(clock.now().timestamp())
        self._archive.addfile(member, file)
        self.digests[name] = digest


def _write_all(writer: _Writer, say: Say) -> None:
    with _snapshot() as connection:
        revision = schema.version_of(connection)
        names = [table.name for table in Model.metadata.sorted_tables]
        existing = set(inspect(connection).get_table_names())
        reflected = _reflect(connection, [name for name in names if name in existing])
        tables = [_write_table(writer, connection, table) for table in reflected]
    # Files are written before the rows that name them, and never changed: none is missing.
    store = _store()
    for digest in store.all_digests():
        try:
            writer.add(f"{_FILES}{digest}", store.read(digest))
        except DamagedFile as error:
            say(f"Left out: {error}")
    manifest = Manifest(FORMAT, clock.now().isoformat(), revision, tables, writer.digests)
    writer.add(_MANIFEST, json.dumps(asdict(manifest), indent=1).encode())


@contextmanager
def _snapshot() -> Iterator[Connection]:
    """Read everything as it is at one moment, while others go on writing."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


def _write_table(writer: _Writer, connection: Connection, table: Table) -> dict[str, Any]:
    columns = [column.name for column in table.columns]
    rows = 0
    statement = select(table).order_by(*table.primary_key.columns)
    with writer.adding(f"{_TABLES}{table.name}.jsonl.gz") as file:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
            values = [_plain(value) for value in row]
            file.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())
            file.write(b"\n")
            rows += 1
    return {"name": table.name, "columns": columns, "rows": rows}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; moments in UTC, whatever the database keeps."""
    if isinstance(value, datetime):
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date) else value


def restore(source: Path, *, has_mail: bool = True, say: Say = print) -> Manifest:
    """Fill an empty installation with a backup, whole or not at all.

    Without mail, what was waiting to be sent is taken back: for a copy to try
    things on. Raises `BackupRefused` if the target is not empty, the backup is
    damaged, or a newer version made it.
    """
    try:
        with tarfile.open(source) as archive:
            manifest = _checked(archive)
            say(f"The backup of {manifest.made_at} is undamaged.")
            _prepare(manifest)
            _restore_files(archive, manifest)
            _restore_tables(archive, manifest, has_mail=has_mail)
    except (tarfile.TarError, EOFError) as error:
        raise BackupRefused(f"{source} is no whole backup: {error}") from error
    if manifest.revision is not None:
        schema.upgrade()
    action(search.rebuild)()
    return manifest


def _checked(archive: tarfile.TarFile) -> Manifest:
    """Read the manifest and every piece, and compare the digests before anything is written."""
    names = archive.getnames()
    if _MANIFEST not in names:
        raise BackupRefused("This is no backup of pdtrack, or its end is missing.")
    try:
        written = json.loads(_read(archive, _MANIFEST))
        is_newer = written["format"] != FORMAT
        manifest = None if is_newer else Manifest(**written)
    except (ValueError, TypeError, KeyError) as error:
        raise BackupRefused("The list of what is in this backup cannot be read.") from error
    if manifest is None:
        raise BackupRefused("A newer version of pdtrack made this backup: install that one first.")
    if set(names) != {*manifest.digests, _MANIFEST}:
        raise BackupRefused("Pieces of this backup are missing, or were added.")
    for name, digest in manifest.digests.items():
        with _opened(archive, name) as file:
            hashed = hashlib.sha256()
            while chunk := file.read(1 << 20):
                hashed.update(chunk)
        if hashed.hexdigest() != digest:
            raise BackupRefused(f"{name} in this backup is damaged.")
    return manifest


def _prepare(manifest: Manifest) -> None:
    """Make sure of empty tables of the version that the backup has."""
    if manifest.revision is not None and not schema.is_known(manifest.revision):
        raise BackupRefused("A newer version of pdtrack made this backup: install that one first.")
    # The tables of calls and counters may be in the same database, and may hold anything.
    existing = set(inspect(db.engine).get_table_names()) & {
        each["name"] for each in manifest.tables
    }
    if not existing and manifest.revision is not None:
        schema.upgrade(manifest.revision)
        return
    with db.engine.connect() as connection:
        for name in existing - _FIRST_ROWS:
            is_empty = connection.scalar(select(func.count()).select_from(table(name))) == 0
            if not is_empty:
                raise BackupRefused(
                    f"This installation is not empty ({name}): restore into a new database."
                )
        current = schema.version_of(connection)
    if current != manifest.revision:
        raise BackupRefused(
            "The tables here have another version than the backup: restore into a new database, "
            "one without tables."
        )


def _restore_files(archive: tarfile.TarFile, manifest: Manifest) -> None:
    store = _store()
    for name in manifest.digests:
        if name.startswith(_FILES):
            store.save(_read(archive, name))


def _restore_tables(archive: tarfile.TarFile, manifest: Manifest, *, has_mail: bool) -> None:
    with db.engine.begin() as connection:
        tables = _reflect(connection, [each["name"] for each in manifest.tables])
        for each in reversed(tables):
            connection.execute(delete(each))
        for each, described in zip(tables, manifest.tables, strict=True):
            with (
                _opened(archive, f"{_TABLES}{each.name}.jsonl.gz") as compressed,
                gzip.GzipFile(fileobj=compressed) as file,
            ):
                _fill(connection, each, described["columns"], file)
            if connection.dialect.name == "postgresql":
                _reset_sequence(connection, each)
        if not has_mail:
            connection.execute(
                update(OutgoingEmail)
                .where(OutgoingEmail.state == MailState.WAITING)
                .values(state=MailState.UNDONE, last_error="Taken back when a copy was restored.")
            )
        _check_references(connection)


def _fill(connection: Connection, filled: Table, columns: list[str], file: gzip.GzipFile) -> None:
    """Fill one table; what refers to the table itself is written once all its rows are there."""
    own = [each.parent.name for each in filled.foreign_keys if each.column.table is filled]
    readers = [_reader(filled.columns[name], connection.dialect.name) for name in columns]
    later: list[dict[str, Any]] = []
    while lines := list(islice(file, _AT_ONCE)):
        rows = []
        for line in lines:
            pairs = zip(columns, readers, json.loads(line), strict=True)
            row = {name: read(value) for name, read, value in pairs}
            if any(row[name] is not None for name in own):
                later.append({"row_id": row["id"], **{f"to_{name}": row[name] for name in own}})
                row.update(dict.fromkeys(own))
            rows.append(row)
        connection.execute(insert(filled), rows)
    if later:
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in own}
        statement = update(filled).where(filled.c.id == bindparam("row_id")).values(values)
        connection.execute(statement, later)


def _reader(column: Column[Any], dialect: str) -> Callable[[Any], Any]:
    """Return what makes a value of JSON one of this column."""
    if isinstance(column.type, DateTime):
        return _naive_moment if dialect == "sqlite" else _moment
    if isinstance(column.type, Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    return lambda value: value


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _naive_moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=None)


def _reset_sequence(connection: Connection, filled: Table) -> None:
    if "id" not in filled.columns:
        return
    highest = connection.scalar(select(func.max(filled.c.id)))
    sequence = func.pg_get_serial_sequence(filled.name, "id")
    connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise BackupRefused(f"Rows in this backup refer to nothing: {broken[:5]}")


def _reflect(connection: Connection, names: list[str]) -> list[Table]:
    """Return tables as the database has them, in the given order."""
    metadata = MetaData()
    metadata.reflect(connection, only=names)
    tables = [metadata.tables[name] for name in names]
    for column in (column for each in tables for column in each.columns):
        if isinstance(column.type, JSON):
            column.type.none_as_null = True  # Nothing stays nothing, not the JSON word for it.
    return tables


def _store() -> FileStore:
    return FileStore(Path(current_app.config["PDTRACK_FILES"]))


@contextmanager
def _opened(archive: tarfile.TarFile, name: str) -> Iterator[IO[bytes]]:
    file = archive.extractfile(name)
    if file is None:
        raise BackupRefused(f"{name} in this backup is no file.")
    with file:
        yield file


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    with _opened(archive, name) as file:
        return file.read()
