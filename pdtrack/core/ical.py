"""Calendar entries as text (RFC 5545), and links that put one entry into a calendar.

Each entry is written once and kept by its version, so that a feed of a thousand
meetings is a matter of joining strings.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from icalendar.parser import Contentline, Parameters

from pdtrack.core import clock

_PRODUCT = "-//pdtrack//pdtrack//EN"
_ZONE_NAME = clock.ZONE.key
_LONGEST_LINE = 75  # In octets; RFC 5545, section 3.1.
_LONGEST_LINK = 2000  # In characters; what every browser and mail program takes.

# Rules, not lists of dates: one widely used reader puts events between listed dates an hour off.
# Energy Policy Act of 2005: from the second Sunday of March to the first of November.
_TIME_ZONE = f"""\
BEGIN:VTIMEZONE
TZID:{_ZONE_NAME}
BEGIN:DAYLIGHT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")

_NEWLINES = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_ADDRESSES = re.compile(r'[\s\x00-\x20\x7f-\x9f"<>\\^`{|}\ud800-\udfff]')


class Status(StrEnum):
    """Whether an entry stands."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Method(StrEnum):
    """What a mailed calendar asks of whoever gets it (RFC 5546); a feed asks nothing."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One entry: with a start and an end, or all day long (a due date, say).

    `sequence` grows with every change of time, place or status, and `stamped_at` is
    the moment of the last change: the same event always gives the same text.
    """

    uid: str
    sequence: int
    stamped_at: datetime
    summary: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: date | None = None
    description: str = ""
    location: str = ""
    url: str = ""
    status: Status = Status.CONFIRMED
    organizer_name: str = ""
    organizer_email: str = ""
    attendee_name: str = ""
    attendee_email: str = ""
    categories: tuple[str, ...] = ()
    transparent: bool = False

    def __post_init__(self) -> None:
        if (self.all_day is None) != (self.starts_at is not None and self.ends_at is not None):
            raise ValueError("An event has a start and an end, or it lasts all day.")


def event_text(event: Event) -> str:
    """Write one entry as a folded VEVENT, ready to stand in any number of calendars."""
    lines = ["BEGIN:VEVENT", f"UID:{_text(event.uid)}", f"SEQUENCE:{event.sequence}"]
    stamp = _utc(event.stamped_at)
    lines += [f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", *_times(event)]
    lines.append(f"SUMMARY:{_text(event.summary)}")
    lines += [
        f"{name}:{_text(value)}"
        for name, value in (("DESCRIPTION", event.description), ("LOCATION", event.location))
        if value
    ]
    if event.url:
        lines.append(f"URL:{_address(event.url)}")
    if event.categories:
        lines.append(f"CATEGORIES:{','.join(_text(name) for name in event.categories)}")
    lines += [f"STATUS:{event.status}", f"TRANSP:{_transparency(event)}"]
    lines += _person("ORGANIZER", event.organizer_name, event.organizer_email)
    lines += _person("ATTENDEE", event.attendee_name, event.attendee_email)
    lines.append("END:VEVENT")
    return _folded(lines)


def calendar_text(
    name: str,
    event_texts: Iterable[str],
    *,
    method: Method | None = None,
    url: str = "",
    color: str = "",
    refresh: timedelta | None = None,
) -> str:
    """Join entries into a calendar.

    A feed says how often it wants to be read again (`refresh`); a mailed calendar
    says what it asks (`method`). The color is a CSS name, such as "teal".
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    if method:
        lines.append(f"METHOD:{method}")
    # The names of RFC 7986, and those that Apple, Google and Outlook understood before it.
    lines += [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}", f"X-WR-TIMEZONE:{_ZONE_NAME}"]
    if url:
        lines.append(f"URL:{_address(url)}")
    if color:
        lines.append(f"COLOR:{_text(color)}")
    if refresh:
        length = f"PT{int(refresh.total_seconds()) // 60}M"
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:{length}", f"X-PUBLISHED-TTL:{length}"]
    return "".join([_folded(lines), _TIME_ZONE, *event_texts, "END:VCALENDAR\r\n"])


class EventTexts:
    """Entries already written, by uid and version; the least used ones are forgotten.

    The version is whatever changes when the text does: the sequence, the moment of
    the last change, and who may read it if that makes a difference.
    """

    def __init__(self, *, most: int = 10_000) -> None:
        self._most = most
        self._texts: OrderedDict[tuple[str, Hashable], str] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._texts)

    def has(self, uid: str, version: Hashable) -> bool:
        """Whether the text of an entry is kept."""
        with self._lock:
            return (uid, version) in self._texts

    def get(self, uid: str, version: Hashable, make: Callable[[], Event]) -> str:
        """Return the text of an entry, asking for the event only if its text is not kept."""
        key = (uid, version)
        with self._lock:
            text = self._texts.get(key)
            if text is not None:
                self._texts.move_to_end(key)
                return text
        text = event_text(make())
        with self._lock:
            self._texts[key] = text
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)
        return text


def google_link(event: Event) -> str:
    """Return the address that offers to put an event into a Google calendar."""
    if event.all_day:
        dates = f"{event.all_day:%Y%m%d}/{event.all_day + timedelta(days=1):%Y%m%d}"
    else:
        assert event.starts_at
        assert event.ends_at
        dates = f"{_utc(event.starts_at)}/{_utc(event.ends_at)}"
    return _link(
        "https://calendar.google.com/calendar/render?action=TEMPLATE",
        {"dates": dates, "ctz": _ZONE_NAME},
        {"text": event.summary, "location": event.location, "details": event.description},
    )


def outlook_link(event: Event, *, work: bool = False) -> str:
    """Return the address that offers to put an event into an Outlook calendar on the web.

    Private accounts and those of workplaces and schools (`work`) live on different hosts.
    """
    if event.all_day:
        times = {"startdt": event.all_day.isoformat(), "allday": "true"}
        times["enddt"] = (event.all_day + timedelta(days=1)).isoformat()
    else:
        assert event.starts_at
        assert event.ends_at
        times = {"startdt": _iso(event.starts_at), "enddt": _iso(event.ends_at)}
    host = "outlook.office.com" if work else "outlook.live.com"
    return _link(
        f"https://{host}/calendar/0/deeplink/compose?path=%2Fcalendar%2Faction%2Fcompose",
        {"rru": "addevent", **times},
        {"subject": event.summary, "location": event.location, "body": event.description},
    )


def web_links(event: Event) -> list[tuple[str, str]]:
    """Return the calendars on the web and the address at which each offers to take an event in."""
    return [
        ("Google Calendar", google_link(event)),
        ("Outlook", outlook_link(event)),
        ("Outlook at work or school", outlook_link(event, work=True)),
    ]


def _times(event: Event) -> list[str]:
    if event.all_day:
        after = event.all_day + timedelta(days=1)
        return [f"DTSTART;VALUE=DATE:{event.all_day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]
    assert event.starts_at
    assert event.ends_at
    return [_moment("DTSTART", event.starts_at), _moment("DTEND", event.ends_at)]


def _moment(name: str, moment: datetime) -> str:
    local = clock.local(moment)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        # A wall time that comes twice; programs disagree on which one is meant.
        return f"{name}:{_utc(moment)}"
    return f"{name};TZID={_ZONE_NAME}:{local:%Y%m%dT%H%M%S}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _transparency(event: Event) -> str:
    is_free = event.transparent or event.status == Status.CANCELLED
    return "TRANSPARENT" if is_free else "OPAQUE"


def _person(name: str, called: str, email: str) -> list[str]:
    """Write an organizer or attendee with a plain mailto: address, which all programs accept."""
    if not email:
        return []
    parameters = Parameters()
    if called:
        parameters["CN"] = " ".join(_clean(called).replace('"', "'").split())
    if name == "ATTENDEE":
        parameters.update(PARTSTAT="ACCEPTED", ROLE="REQ-PARTICIPANT", RSVP="FALSE")
    written = parameters.to_ical().decode()
    return [f"{name}{';' if written else ''}{written}:mailto:{_address(email)}"]


def _clean(text: str) -> str:
    """Leave no character in a text that could end its line or that calendars forbid."""
    return _CONTROLS.sub("", _NEWLINES.sub("\n", text))


def _text(text: str) -> str:
    r"""Escape a text (RFC 5545, section 3.3.11).

    The library's own function turns the "\N" of a path such as "C:\New" into a new line.
    """
    escaped = _clean(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _address(address: str) -> str:
    """Percent-encode what must not stand in an address."""
    return _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0], safe="", errors="ignore"), address)


def _folded(lines: Iterable[str]) -> str:
    return "".join(
        f"{line if len(line.encode()) <= _LONGEST_LINE else _fold(line)}\r\n" for line in lines
    )


def _fold(line: str) -> str:
    folded: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call]
    return folded.decode()


def _link(start: str, fixed: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """Return an address with texts, each cut so that the whole is not too long.

    A short text leaves its share of the length to the ones after it.
    """
    link = start + "".join(f"&{key}={quote(value, safe='')}" for key, value in fixed.items())
    for number, (key, text) in enumerate(texts.items()):
        room = (_LONGEST_LINK - len(link)) // (len(texts) - number) - len(key) - 2
        if text:
            link += f"&{key}={_quoted(_clean(text), room)}"
    return link


def _quoted(text: str, most: int) -> str:
    """Percent-encode a text, cut to so many characters; one that was cut ends in "…"."""
    quoted = quote(text, safe="")
    if len(quoted) <= most:
        return quoted
    room = most - len(quote("…"))
    while len(quoted) > room:
        text = text[: min(len(text) - 1, len(text) * room // len(quoted))]
        quoted = quote(text, safe="")
    return quoted + quote("…")
