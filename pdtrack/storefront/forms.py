"""What a browser may ask of the catalog; an address with nonsense in it still answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from pdtrack.catalog.models import CreditCategory, Format
from pdtrack.catalog.search import Sort, Wanted
from pdtrack.core import clock, filters

MOST_CHARACTERS = 200
FORMATS = [(each.value, each.label) for each in Format]
CATEGORIES = [(each.value, each.label) for each in CreditCategory]

Kind = TypeVar("Kind", bound=StrEnum)
Arguments = MultiDict[str, str]


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    text: str
    url: str


def wanted(arguments: Arguments) -> Wanted:
    """Read what is looked for from an address; what makes no sense counts as not said."""
    return Wanted(
        text=arguments.get("q", "").strip()[:MOST_CHARACTERS],
        topic=arguments.get("topic", "")[:MOST_CHARACTERS],
        collaborative=arguments.get("collaborative", "")[:MOST_CHARACTERS],
        format=_one_of(Format, arguments.get("format")),
        category=_one_of(CreditCategory, arguments.get("category")),
        from_on=clock.read_day(arguments.get("from")),
        to_on=clock.read_day(arguments.get("to")),
        only_open=arguments.get("open") == "1",
        sort=_one_of(Sort, arguments.get("sort")) or Sort.BEST,
    )


def chips(
    asked: Wanted,
    arguments: Arguments,
    *,
    topics: Mapping[str, str],
    hosts: Mapping[str, str],
) -> list[Chip]:
    """Return the filters in force, each with the way out of it; names are given by slug."""
    said = {
        "q": f"“{asked.text}”" if asked.text else "",
        "topic": topics.get(asked.topic, asked.topic),
        "collaborative": hosts.get(asked.collaborative, asked.collaborative),
        "format": asked.format.label if asked.format else "",
        "category": asked.category.label if asked.category else "",
        "from": f"From {filters.day(asked.from_on)}" if asked.from_on else "",
        "to": f"Until {filters.day(asked.to_on)}" if asked.to_on else "",
        "open": "Open for registration" if asked.only_open else "",
    }
    return [
        Chip(text, filters.changed(arguments, **{name: None}, page=None))
        for name, text in said.items()
        if text
    ]


def _one_of(kind: type[Kind], value: str | None) -> Kind | None:
    return kind(value) if value in list(kind) else None
