"""Reading the catalog: lines of a list, a page at a time, whatever the number of sessions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from pdtrack.catalog.models import (
    CreditCategory,
    Format,
    Promise,
)
from pdtrack.catalog.search import entries, spelling, statements, words
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.pages import Page

PER_PAGE = 20
FEW = 3
# More are neither counted nor shown, so that a page takes as long however many there are. Whoever
# is shown a hundred pages narrows the search.
MOST = 2000


class Sort(StrEnum):
    """The order of what was found."""

    BEST = "best"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for in the catalog."""

    text: str = ""
    topic: str = ""
    collaborative: str = ""
    format: Format | None = None
    category: CreditCategory | None = None
    from_on: date | None = None
    to_on: date | None = None
    only_open: bool = False
    sort: Sort = Sort.BEST

    @property
    def words(self) -> list[str]:
        """The words that count."""
        return words.asked(self.text)

    @property
    def has_filters(self) -> bool:
        """Whether anything but words narrows it down."""
        narrowing = (self.topic, self.collaborative, self.format, self.category)
        return any((*narrowing, self.from_on, self.to_on, self.only_open))


@dataclass(frozen=True, slots=True)
class Listing:
    """A session as lists show it: only what they print, read without its objects."""

    id: int
    title: str
    format: Format
    starts_at: datetime | None
    ends_at: datetime | None
    credited_minutes: int
    promise: Promise
    promised_tenths: int | None
    capacity: int
    has_waitlist: bool
    member_price_cents: int
    non_member_price_cents: int
    opens_at: datetime | None
    closes_at: datetime | None
    collaborative_id: int
    collaborative_name: str
    short_name: str | None
    collaborative_slug: str | None
    topic_name: str
    topic_slug: str
    town: str | None
    categories: list[str]

    @property
    def host_name(self) -> str:
        """The collaborative as people call it."""
        return self.short_name or self.collaborative_name

    @property
    def is_self_paced(self) -> bool:
        """Whether people work in their own time instead of meeting."""
        return self.format == Format.SELF_PACED

    @property
    def opens_later(self) -> bool:
        """Whether registration has not opened yet."""
        return self.opens_at is not None and self.opens_at > clock.now()

    @property
    def is_open(self) -> bool:
        """Whether people may register now; lists show published sessions only."""
        has_closed = self.closes_at is not None and self.closes_at <= clock.now()
        return not self.opens_later and not has_closed


@dataclass(frozen=True)
class Near:
    """What comes close to a search that found nothing, and how."""

    reason: str
    items: Sequence[Listing]
    # The words that were probably meant, when some were mistyped.
    meant: str = ""


assert len(statements.COLUMNS) == len(fields(Listing))


def search(wanted: Wanted, *, number: int = 1, per_page: int = PER_PAGE) -> Page[Listing]:
    """Return a page of the published sessions that are yet to come: two queries at most.

    With words, those whose title or topic has them come first; then by date. After
    `MOST` of them it is cut.
    """
    values = _values(wanted)
    has_only_signs = bool(wanted.text.strip()) and not wanted.words
    counted = 0 if has_only_signs else _count(values)
    total = min(counted, MOST)
    number = min(number, max(1, math.ceil(total / per_page)))
    before = (number - 1) * per_page
    items = _listings(values, min(per_page, total - before), offset=before) if total else []
    return Page(items=items, number=number, per_page=per_page, total=total, is_cut=counted > MOST)


def upcoming(limit: int, *, collaborative_slug: str = "") -> list[Listing]:
    """Return the next sessions, of one collaborative if told: one query."""
    return _listings(_values(Wanted(collaborative=collaborative_slug)), limit)


def near(wanted: Wanted) -> Near | None:
    """Return a few sessions that come close to what was not found: four queries at most."""
    asked = wanted.words
    unknown = spelling.unknown(asked, _moment(), _dialect()) if asked else []
    if unknown:
        meant = spelling.corrected(wanted.text, unknown, _moment())
        found = _listings(_values(Wanted(text=meant)), FEW) if meant else []
        if found:
            return Near("Did you mean", found, meant=meant or "")
    elif asked and wanted.has_filters:
        found = _listings(_values(Wanted(text=wanted.text)), FEW)
        if found:
            return Near("The same words without the filters", found)
    if len(unknown) < len(asked) > 1:
        any_word = {"words": entries.question(asked, _dialect(), any_word=True)}
        found = _listings({**_values(Wanted()), **any_word}, FEW)
        if found:
            return Near("Some of the words", found)
    found = upcoming(FEW)
    return Near("Coming up next", found) if found else None


def _values(wanted: Wanted) -> dict[str, Any]:
    """Return the values of the filters in force, by name."""
    asked, last = wanted.words, wanted.to_on
    values = {
        "topic": wanted.topic,
        "collaborative": wanted.collaborative,
        "format": wanted.format,
        "category": f'%"{wanted.category.value}"%' if wanted.category else None,
        "first": clock.at(wanted.from_on, time()) if wanted.from_on else None,
        "last": clock.at(last + timedelta(days=1), time()) if last and last < date.max else None,
        "open": wanted.only_open,
    }
    if asked:
        values |= _questions(asked, by_tier=wanted.sort == Sort.BEST)
    return {name: value for name, value in values.items() if value}


def _questions(asked: list[str], *, by_tier: bool) -> dict[str, str]:
    dialect = _dialect()
    words = entries.question(asked, dialect)
    if not by_tier:
        return {"words": words}
    subject = entries.question(asked, dialect, by_subject=True)
    mention = entries.without(words, subject, dialect)
    return {"words": words, "subject": subject, "mention": mention}


def _count(values: dict[str, Any]) -> int:
    statement = statements.count(frozenset(values), _dialect())
    return db.session.scalar(statement, {**values, **_moment(), "limit": MOST + 1}) or 0


def _listings(values: dict[str, Any], limit: int, *, offset: int = 0) -> list[Listing]:
    statement = statements.page(frozenset(values), _dialect())
    given = {**values, **_moment(), "limit": limit, "offset": offset}
    return [Listing(*row) for row in db.session.execute(statement, given)]


def _moment() -> dict[str, Any]:
    now = clock.now()
    return {"now": now, "after": entries.last_key(now)}


def _dialect() -> str:
    return db.session.get_bind().dialect.name
