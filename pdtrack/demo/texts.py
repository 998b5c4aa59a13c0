"""What the demo's files say: courses, hosts, names, and the plan of its sessions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

from pdtrack.catalog.models import Format, Promise, SessionState

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class CourseText:
    """A course as it is offered, by whichever host."""

    topic: str
    title: str
    description: str
    goals: str
    assessment: str
    mastery: str
    audience: str
    categories: list[str]
    prerequisites: str = ""


@dataclass(frozen=True)
class VenueText:
    """A room that nobody will find."""

    name: str
    address: str
    town: str
    room: str | None = None
    parking: str | None = None
    accessibility: str | None = None


@dataclass(frozen=True)
class HostText:
    """A collaborative's invented staff, rooms and house rules."""

    signer_name: str
    signer_title: str
    phone: str
    website: str
    contacts: list[str]
    presenters: list[str]
    guests: list[str]
    venues: list[VenueText]
    provider_number: str | None = None
    free_cancellation_days: int | None = None
    cancellation_note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One session to make, with how many come; `sessions.toml` explains each value."""

    course: str
    days: tuple[int, ...] = ()
    at: str = "08:30-14:30"
    pause: int = 0
    span: tuple[int, int] | None = None
    independent: int = 0
    venue: int | None = None
    format: Format | None = None
    capacity: int = 20
    taken: int = 0
    waiting: int = 0
    left: int = 0
    removed: int = 0
    price: tuple[int, int] = (0, 0)
    minimum: int | None = None
    opens: int | None = None
    closes: int = 0
    promise: Promise = Promise.HOURS
    pdps: int | None = None
    state: SessionState = SessionState.PUBLISHED
    reason: str | None = None
    marks: str = "all"
    certified: bool = False
    corrected: bool = False
    presenter: int | None = None
    guest: int = 0
    bring: str = ""
    note: str = ""
    cast: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Plan:
        """Return a plan as the file has it."""
        known = dict(values)
        for name in ("days", "span", "price"):
            if name in known:
                known[name] = tuple(known[name])
        for name, kind in (("format", Format), ("promise", Promise), ("state", SessionState)):
            if name in known:
                known[name] = kind(known[name])
        return cls(**known)

    @property
    def how(self) -> Format:
        """How people come together."""
        if self.format is not None:
            return self.format
        if self.span is not None:
            return Format.SELF_PACED
        return Format.ONLINE if self.venue is None else Format.IN_PERSON

    @property
    def hours(self) -> tuple[time, time]:
        """Wall time of each meeting's start and end."""
        first, _, last = self.at.partition("-")
        return time.fromisoformat(first), time.fromisoformat(last)


@cache
def courses() -> dict[str, CourseText]:
    """Return the courses by their name in the plans."""
    return {
        key: CourseText(**{name: _tidy(value) for name, value in values.items()})
        for key, values in _file("courses").items()
    }


@cache
def hosts() -> dict[str, HostText]:
    """Return the hosts by their short name in addresses."""
    return {
        key: HostText(**{**values, "venues": [VenueText(**each) for each in values["venues"]]})
        for key, values in _file("hosts").items()
    }


@cache
def plans() -> list[tuple[str, Plan]]:
    """Return the sessions of the small demo, each with its host's short name."""
    return [
        (slug, Plan.read(values)) for slug, found in _file("sessions").items() for values in found
    ]


@cache
def names() -> dict[str, list[Any]]:
    """Return first, last and long names, accommodations and objections."""
    found = _file("names")
    return {key: value.split() if isinstance(value, str) else value for key, value in found.items()}


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _tidy(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
