"""Writing many rows at once: their numbers are given here, and parents go before children."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from pdtrack.core.db import Model, db

AT_ONCE = 50_000

Values = dict[str, Any]
Processor = Callable[[Any], Any] | None


class Rows:
    """Rows of all tables that wait to be written; call inside an action."""

    def __init__(self) -> None:
        self._waiting: dict[Table, list[Values]] = {}
        self._numbers: dict[Table, Iterator[int]] = {}
        self._how_many = 0

    def add(self, model: type[Model], **values: Any) -> int:
        """Let a row wait, and return the number that it will have."""
        table = _table(model)
        if table not in self._waiting:
            self._waiting[table] = []
        if table not in self._numbers:
            self._numbers[table] = count(_last_number(table) + 1)
        values["id"] = next(self._numbers[table])
        self._waiting[table].append(values)
        self._how_many += 1
        return int(values["id"])

    def write_some(self) -> None:
        """Write what waits, if that is a lot."""
        if self._how_many >= AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write everything that waits."""
        connection = db.session.connection()
        for table in Model.metadata.sorted_tables:
            rows = self._waiting.pop(table, [])
            if rows:
                _insert(connection, table, rows)
        self._how_many = 0

    def finish(self) -> None:
        """Write what waits, and let the database go on counting where this ends."""
        self.write()
        if not _is_postgresql(db.session.connection()):
            return
        for table in self._numbers:
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            last = f"(SELECT max(id) FROM {table.name})"  # noqa: S608 - the name of our own table.
            db.session.execute(text(f"SELECT setval({sequence}, {last})"))
        # Whoever asks next would wait for plans made for empty tables.
        db.session.execute(text("ANALYZE"))


def _insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    names = [column.name for column in table.columns]
    ready = _ready(connection, table, rows)
    if _is_postgresql(connection):
        driver: Any = connection.connection.driver_connection
        copying = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
        with driver.cursor() as cursor, cursor.copy(copying) as copy:
            for row in ready:
                copy.write_row(row)
        return
    marks = ", ".join("?" for _ in names)
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 - ours.
        list(ready),
    )


def _ready(
    connection: Connection, table: Table, rows: Sequence[Values]
) -> Iterator[tuple[Any, ...]]:
    """Yield rows as the driver takes them, every column with a value."""
    columns: list[tuple[str, Any, Processor]] = []
    for column in table.columns:
        implementation = column.type.dialect_impl(connection.dialect)
        processor = implementation.bind_processor(connection.dialect)
        columns.append((column.name, _default(column), processor))
    unknown = rows[0].keys() - table.columns.keys()
    assert not unknown, f"{table.name} has no {unknown}"
    for row in rows:
        yield tuple(
            [
                value if processor is None else processor(value)
                for name, default, processor in columns
                for value in (row.get(name, default),)
            ]
        )


def _default(column: Any) -> Any:
    is_plain = column.default is not None and column.default.is_scalar
    return column.default.arg if is_plain else None


def _last_number(table: Table) -> int:
    return db.session.scalar(select(func.max(table.columns["id"]))) or 0


def _table(model: type[Model]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
