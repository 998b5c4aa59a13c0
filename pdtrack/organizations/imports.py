"""Lists of organizations in files: what importing one would do, row by row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.errors import DomainError
from pdtrack.core.tables import SheetRow
from pdtrack.organizations import rules
from pdtrack.organizations.journal import Row
from pdtrack.organizations.models import (
    Collaborative,
    District,
    Membership,
    Organization,
    OrganizationKind,
    School,
)

Values = dict[str, Any]
LONGEST = 200


class Listing(StrEnum):
    """What a file lists."""

    COLLABORATIVES = "collaboratives"
    DISTRICTS = "districts"
    SCHOOLS = "schools"
    MEMBERSHIPS = "memberships"


class ColumnsMissing(DomainError):
    """The file lacks columns without which nothing can be read from it."""


class RowsRefused(DomainError):
    """Some rows cannot be imported, and nobody said to leave them out."""


class _Refusal(Exception):
    """Why one row cannot be imported."""


@dataclass(frozen=True)
class Refused:
    """A row that cannot be imported, by its line in the file, and why."""

    line: int
    about: str
    reason: str


@dataclass(frozen=True)
class Change:
    """A row that is new, or that differs from what is known."""

    about: str
    values: Values
    known: Row | None = None

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """What is known and what the row says, where they differ."""
        known = {name: getattr(self.known, name, None) for name in self.values}
        return {
            name: (known[name], value)
            for name, value in self.values.items()
            if known[name] != value
        }


@dataclass
class Plan:
    """What importing a file would do."""

    listing: Listing
    model: type[Row]
    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The plan in one sentence."""
        return (
            f"{self.listing.capitalize()}: {len(self.new):,} new, {len(self.changed):,} changed, "
            f"{self.unchanged:,} unchanged, {len(self.refused):,} refused."
        )


@dataclass(frozen=True)
class _Reader:
    """How the rows of one listing are read."""

    model: type[Row]
    columns: tuple[str, ...]
    # Of these, what may stay empty in a row.
    optional: tuple[str, ...]
    read: Callable[[Mapping[str, str]], Values]
    key: Callable[[Values], Hashable]
    about: Callable[[Mapping[str, str]], str]
    known: Mapping[Any, Row]


def plan(listing: Listing, rows: Iterable[SheetRow]) -> Plan:
    """Say what importing these rows would do, without doing it.

    A few queries, whatever the length of the file. Raises `ColumnsMissing`.
    """
    reader = _READERS[listing]()
    made = Plan(listing=listing, model=reader.model)
    lines: dict[Hashable, int] = {}
    for each in rows:
        row = {name.casefold(): text for name, text in each.cells.items()}
        _insist_on_columns(reader, row)
        about = reader.about(row)
        try:
            values = _read(reader, row, each.fault)
            key = reader.key(values)
            if key in lines:
                raise _Refusal(f"The same is on line {lines[key]} already.")  # noqa: TRY301
        except _Refusal as refusal:
            made.refused.append(Refused(each.line, about, str(refusal)))
            continue
        lines[key] = each.line
        _sort_in(made, Change(about, values, reader.known.get(key)))
    return made


def _sort_in(made: Plan, change: Change) -> None:
    if change.known is None:
        made.new.append(change)
    elif change.differences:
        made.changed.append(change)
    else:
        made.unchanged += 1


def _insist_on_columns(reader: _Reader, row: Mapping[str, str]) -> None:
    missing = [name for name in reader.columns if name not in row]
    if missing:
        raise ColumnsMissing(
            f"The file has no column {', '.join(missing)}. "
            f"It needs {', '.join(reader.columns)} in its first line."
        )


def _read(reader: _Reader, row: Mapping[str, str], fault: str) -> Values:
    if fault:
        raise _Refusal(fault)
    for name in reader.columns:
        text = row[name].strip()
        if not text and name not in reader.optional:
            raise _Refusal(f"The {_words(name)} is empty.")
        if len(text) > LONGEST:
            raise _Refusal(f"The {_words(name)} is longer than {LONGEST} characters.")
    # A line break in a cell was for the eye; names go where there is but one line.
    return reader.read(
        {name: " ".join(row.get(name, "").split()) for name in reader.columns + reader.optional}
    )


def _words(column: str) -> str:
    return column.replace("org_code", "code").replace("_", " ")


def _collaboratives() -> _Reader:
    known = _organizations()
    slugs = {each.slug: each.org_code for each in known.values() if isinstance(each, Collaborative)}

    def read(row: Mapping[str, str]) -> Values:
        code = row["org_code"]
        if not rules.is_collaborative_code(code):
            raise _bad_code(code, "a collaborative: eight digits, 05 first, 0000 last")
        _insist_on_kind(known.get(code), OrganizationKind.COLLABORATIVE)
        slug = rules.slug_of(row["short_name"])
        if not slug:
            raise _Refusal("The short name needs a letter or a digit, for it is part of addresses.")
        if slugs.setdefault(slug, code) != code:
            raise _Refusal(f"The short name belongs to the collaborative {slugs[slug]}.")
        values = {name: row[name] for name in ("org_code", "name", "short_name", "region")}
        # Addresses that were published keep working, whatever the short name becomes.
        return values if code in known else {**values, "slug": slug}

    return _Reader(
        model=Collaborative,
        columns=("org_code", "name", "short_name", "region"),
        optional=("region",),
        read=lambda row: _without_empty(read(row), "region"),
        key=_org_code,
        about=_code_and_name,
        known=known,
    )


def _districts() -> _Reader:
    known = _organizations()

    def read(row: Mapping[str, str]) -> Values:
        code = row["org_code"]
        if not rules.is_district_code(code):
            raise _bad_code(code, "a district: eight digits, the last four zeros")
        _insist_on_kind(known.get(code), OrganizationKind.DISTRICT)
        return _without_empty(dict(row), "town", "type")

    return _Reader(
        model=District,
        columns=("org_code", "name", "town", "type"),
        optional=("town", "type"),
        read=read,
        key=_org_code,
        about=_code_and_name,
        known=known,
    )


def _schools() -> _Reader:
    districts = _organizations()

    def read(row: Mapping[str, str]) -> Values:
        if not rules.is_school_code(row["org_code"]):
            raise _bad_code(row["org_code"], "a school: eight digits, not 0000 last")
        district = districts.get(row["district_org_code"])
        if not isinstance(district, District):
            raise _Refusal(f"There is no district {row['district_org_code']}; it may have closed.")
        return {
            "org_code": row["org_code"],
            "district_id": district.id,
            "name": row["name"],
            "town": row["town"],
            "grades": " ".join(row["grades"].split()),
        }

    return _Reader(
        model=School,
        columns=("org_code", "district_org_code", "name", "town", "grades"),
        optional=("town", "grades"),
        read=read,
        key=_org_code,
        about=_code_and_name,
        known={each.org_code: each for each in db.session.scalars(select(School))},
    )


def _memberships() -> _Reader:
    organizations = _organizations()
    memberships = db.session.scalars(select(Membership)).all()
    spans: dict[tuple[int, int], list[tuple[date, date | None]]] = {}
    read_already: set[tuple[int, int, date]] = set()
    for each in memberships:
        pair = (each.collaborative_id, each.district_id)
        spans.setdefault(pair, []).append((each.valid_from, each.valid_to))

    def read(row: Mapping[str, str]) -> Values:
        collaborative = organizations.get(row["collaborative_org_code"])
        district = organizations.get(row["district_org_code"])
        if not isinstance(collaborative, Collaborative):
            raise _Refusal(f"There is no collaborative {row['collaborative_org_code']}.")
        if not isinstance(district, District):
            raise _Refusal(f"There is no district {row['district_org_code']}; it may have closed.")
        first, last = _day(row["valid_from"], "valid_from"), None
        if row["valid_to"]:
            last = _day(row["valid_to"], "valid_to")
            if last < first:
                raise _Refusal("The membership ends before it begins.")
        known = spans.setdefault((collaborative.id, district.id), [])
        _insist_on_no_overlap(known, first, last)
        pair = (collaborative.id, district.id)
        if (*pair, first) not in read_already:  # Twice the same is refused by whoever asked.
            # A row that ends a membership makes room for the next one, further down in the file.
            known[:] = [span for span in known if span[0] != first] + [(first, last)]
        read_already.add((*pair, first))
        return {
            "collaborative_id": collaborative.id,
            "district_id": district.id,
            "valid_from": first,
            "valid_to": last,
        }

    return _Reader(
        model=Membership,
        columns=("collaborative_org_code", "district_org_code", "valid_from", "valid_to"),
        optional=("valid_to",),
        read=read,
        key=_membership,
        about=lambda row: f"{row['district_org_code']} in {row['collaborative_org_code']}",
        known={
            (each.collaborative_id, each.district_id, each.valid_from): each for each in memberships
        },
    )


def _insist_on_no_overlap(
    known: list[tuple[date, date | None]], first: date, last: date | None
) -> None:
    for start, end in known:
        is_apart = (end is not None and end < first) or (last is not None and last < start)
        if start != first and not is_apart:
            raise _Refusal(f"It overlaps the membership that began on {start.isoformat()}.")


def _organizations() -> dict[str, Organization]:
    return {each.org_code: each for each in db.session.scalars(select(Organization))}


def _bad_code(code: str, wanted: str) -> _Refusal:
    is_short = code.isdigit() and len(code) < 8  # noqa: PLR2004 - digits of a code.
    hint = " A spreadsheet may have dropped the zeros in front." if is_short else ""
    return _Refusal(f"{code} is no code of {wanted}.{hint}")


def _insist_on_kind(known: Organization | None, kind: OrganizationKind) -> None:
    if known is not None and known.kind != kind:
        raise _Refusal(f"This code belongs to the {known.kind} {known.name}.")


def _without_empty(values: Values, *optional: str) -> Values:
    return {**values, **{name: values[name] or None for name in optional}}


def _org_code(values: Values) -> Hashable:
    return str(values["org_code"])


def _membership(values: Values) -> Hashable:
    return values["collaborative_id"], values["district_id"], values["valid_from"]


def _code_and_name(row: Mapping[str, str]) -> str:
    return f"{row['org_code']} {row['name']}".strip()


def _day(text: str, column: str) -> date:
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone.
        except ValueError:
            continue
        if clock.is_of_this_age(day):
            return day
    raise _Refusal(f"The {_words(column)} is no day like 2026-07-01: {text}.")


_READERS: dict[Listing, Callable[[], _Reader]] = {
    Listing.COLLABORATIVES: _collaboratives,
    Listing.DISTRICTS: _districts,
    Listing.SCHOOLS: _schools,
    Listing.MEMBERSHIPS: _memberships,
}
