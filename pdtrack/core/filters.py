"""How moments, money, points and counts are written for people."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import Flask
from werkzeug.datastructures import MultiDict

from pdtrack.core import clock, money, points

_TITLES = re.compile(r"^(dr|mr|mrs|ms|mx|prof)\.?\s+", re.IGNORECASE)


def when(moment: datetime) -> str:
    """Write a moment as people say it: "Tue, Dec 8, 9:00 AM"."""
    return f"{day(moment)}, {time(moment)}"


def when_range(start: datetime, end: datetime) -> str:
    """Write a span: "Tue, Dec 8, 9:00 AM – 3:30 PM"; the second date only if it differs."""
    if clock.local(start).date() == clock.local(end).date():
        return f"{when(start)} – {time(end)}"
    return f"{when(start)} – {when(end)}"


def day(moment: date | datetime) -> str:
    """Write a date: "Tue, Dec 8", with its year when that is not the current school year."""
    that = _date(moment)
    written = f"{that:%a}, {that:%b} {that.day}"
    if clock.fiscal_year(that) == clock.fiscal_year(clock.today()):
        return written
    return f"{written}, {that.year}"


def full_day(moment: date | datetime) -> str:
    """Write a date in full, as certificates and letters do: "December 8, 2026"."""
    that = _date(moment)
    return f"{that:%B} {that.day}, {that.year}"


def day_range(first: date | datetime, last: date | datetime) -> str:
    """Write a span of days: "Tue, Dec 8" or "Tue, Dec 8 – Thu, Dec 10"."""
    if _date(first) == _date(last):
        return day(first)
    return f"{day(first)} – {day(last)}"


def time(moment: datetime) -> str:
    """Write the wall time of a moment: "9:00 AM"."""
    that = clock.local(moment)
    return f"{that.hour % 12 or 12}:{that:%M} {'AM' if that.hour < 12 else 'PM'}"  # noqa: PLR2004


def deadline(moment: datetime) -> str:
    """Write when something closes: "Sun, Dec 6, 8:30 AM"; midnight ends the day before."""
    that = clock.local(moment)
    if that.hour or that.minute:
        return when(moment)
    return f"at the end of {day(that.date() - timedelta(days=1))}"


def iso(moment: date | datetime) -> str:
    """Write a moment for machines, with the collaboratives' offset."""
    return clock.local(moment).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def price(cents: int) -> str:
    """Write a price: "$125", "$125.50", and "Free" for nothing."""
    return money.dollars(cents) if cents else "Free"


def hours(minutes: int) -> str:
    """Write a length: "6 hours", "1.5 hours", "45 minutes", "5 hours 50 minutes"."""
    whole, rest = divmod(minutes, 60)
    if rest and not whole:
        return plural(rest, "minute")
    if minutes % 30 == 0:
        return plural(f"{whole}.5", "hour") if rest else plural(whole, "hour")
    return f"{plural(whole, 'hour')} {plural(rest, 'minute')}" if rest else plural(whole, "hour")


def plural(count: int | str, one: str, many: str | None = None) -> str:
    """Write a count with its noun: "1 seat", "1,200 seats"."""
    noun = one if str(count) == "1" else many or f"{one}s"
    return f"{count:,} {noun}" if isinstance(count, int) else f"{count} {noun}"


def number(count: int) -> str:
    """Write a whole number with separators: "12,500"."""
    return f"{count:,}"


def initials(name: str) -> str:
    """Return at most two initials of a person's name: "Ada Lovelace" gives "AL"."""
    words = _TITLES.sub("", name.strip()).split()
    return "".join(word[0].upper() for word in ([words[0], words[-1]] if words[1:] else words))


def changed(arguments: MultiDict[str, str], **changes: object) -> str:
    """Return the query string of an address with some of its arguments changed.

    An argument changed to None or to nothing is left out; all others stay, so that
    filters survive sorting and turning pages.
    """
    pairs = [(key, value) for key, value in arguments.items(multi=True) if key not in changes]
    pairs += [(key, str(value)) for key, value in changes.items() if value not in (None, "")]
    return f"?{urlencode([(key, value) for key, value in pairs if value])}"


def register(app: Flask) -> None:
    """Give the filters to the templates."""
    app.jinja_env.filters.update(
        changed=changed,
        day=day,
        day_range=day_range,
        deadline=deadline,
        full_day=full_day,
        hours=hours,
        initials=initials,
        iso=iso,
        local=clock.local,
        money=price,
        number=number,
        plural=plural,
        points=points.plain,
        time=time,
        when=when,
        when_range=when_range,
    )


def _date(moment: date | datetime) -> date:
    return clock.local(moment).date() if isinstance(moment, datetime) else moment
