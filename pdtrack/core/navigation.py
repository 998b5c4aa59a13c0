"""Menus: each feature adds its entries; layouts show those that a person may follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for

from pdtrack.core import authz


@dataclass(frozen=True)
class Entry:
    """A place that a menu can lead to."""

    label: str
    endpoint: str
    order: int
    rule: str | None


@dataclass(frozen=True)
class Link:
    """A menu's entry as the layout shows it."""

    label: str
    url: str
    is_current: bool


_menus: dict[str, list[Entry]] = {}


def add(menu: str, label: str, endpoint: str, *, order: int, rule: str | None = None) -> None:
    """Add an entry to a menu: "manage" (a collaborative's desk) or "district".

    The entry shows to those whom the rule ("reports.read_attendance") lets in.
    """
    entries = _menus.setdefault(menu, [])
    entry = Entry(label, endpoint, order, rule)
    if entry not in entries:
        entries.append(entry)


def links(menu: str, thing: Any = None, **values: Any) -> list[Link]:
    """Return a menu's entries that whoever looks at the page may follow."""
    return [
        Link(
            label=entry.label,
            url=url_for(entry.endpoint, **values),
            is_current=request.endpoint == entry.endpoint,
        )
        for entry in sorted(_menus.get(menu, []), key=lambda each: (each.order, each.label))
        if entry.rule is None or authz.may(entry.rule, thing)
    ]


def sections_of(place: Any) -> list[Link]:
    """Return the side menu of a collaborative's desk or of a district."""
    if getattr(place, "slug", None):
        return links("manage", place, short_name=place.slug)
    return links("district", place, org_code=place.org_code)


def init_app(app: Flask) -> None:
    """Give the layouts their menus."""
    app.jinja_env.globals["sections_of"] = sections_of
    app.jinja_env.globals["menu"] = links
