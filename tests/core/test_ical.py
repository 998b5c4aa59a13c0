"""Calendar entries are read alike by every program, whatever people wrote into them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdtrack.core import ical
from pdtrack.core.clock import ZONE
from pdtrack.core.ical import Event, EventTexts, Method, Status
from tests import readers

LAST_CHANGE = datetime(2026, 9, 1, 12, tzinfo=UTC)
MEETING = Event(
    uid="meeting-7@pd.example",
    sequence=2,
    stamped_at=LAST_CHANGE,
    summary="Restraint, basics; day 1",
    starts_at=datetime(2026, 12, 8, 9, tzinfo=ZONE),
    ends_at=datetime(2026, 12, 8, 15, 30, tzinfo=ZONE),
    description="Bring:\n- a laptop\n- C:\\New",
    location="Room 4, 12 Main St, Northampton",
    url="https://pd.example/sessions/7",
    organizer_name='North "Shore", Inc.',
    organizer_email="pd@north-shore.example",
    categories=("Restraint", "Safety, and care"),
)


def at(*wall: int, fold: int = 0) -> datetime:
    year, month, day, hour, minute = wall
    return datetime(year, month, day, hour, minute, tzinfo=ZONE, fold=fold)


def feed(*events: Event) -> str:
    return ical.calendar_text("Sessions", [ical.event_text(event) for event in events])


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def parsed(text: str) -> Any:
    """Read the only event of a calendar with the library."""
    (event,) = icalendar.Calendar.from_ical(text).events
    return event


def value(text: str, name: str) -> str:
    """Read a text as RFC 5545 says, one escape after the other."""
    line = next(line for line in unfolded(text) if line.startswith(f"{name}:"))
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], line.removeprefix(f"{name}:"))


def test_an_entry_says_everything_a_calendar_shows() -> None:
    event = parsed(feed(MEETING))

    assert event["uid"] == "meeting-7@pd.example"
    assert event["sequence"] == 2
    assert event["summary"] == "Restraint, basics; day 1"
    assert event["location"] == "Room 4, 12 Main St, Northampton"
    assert event["url"] == "https://pd.example/sessions/7"
    assert event["status"] == "CONFIRMED"
    assert event["transp"] == "OPAQUE"
    assert event["categories"].cats == ["Restraint", "Safety, and care"]
    assert event["organizer"] == "mailto:pd@north-shore.example"
    assert event["organizer"].params["CN"] == "North 'Shore', Inc."
    assert event.start == MEETING.starts_at
    assert event.end == MEETING.ends_at
    assert event.DTSTAMP == event.LAST_MODIFIED == LAST_CHANGE


def test_times_stand_in_the_collaboratives_zone() -> None:
    lines = unfolded(ical.event_text(MEETING))

    assert "DTSTART;TZID=America/New_York:20261208T090000" in lines
    assert "DTEND;TZID=America/New_York:20261208T153000" in lines


def test_the_same_event_gives_the_same_text() -> None:
    in_utc = replace(MEETING, starts_at=datetime(2026, 12, 8, 14, tzinfo=UTC))

    assert ical.event_text(in_utc) == ical.event_text(MEETING)
    assert feed(in_utc) == feed(MEETING)


def test_an_entry_without_extras_has_no_empty_lines_or_values() -> None:
    text = ical.event_text(
        Event(
            uid="due-1",
            sequence=0,
            stamped_at=LAST_CHANGE,
            summary="Due",
            all_day=date(2026, 12, 31),
        )
    )

    assert all(line.partition(":")[2] for line in text.splitlines())
    assert "ORGANIZER" not in text


def test_a_due_date_lasts_all_day() -> None:
    due = Event(
        uid="due-1", sequence=0, stamped_at=LAST_CHANGE, summary="Due", all_day=date(2026, 12, 31)
    )

    event = parsed(feed(due))

    assert (event.start, event.end) == (date(2026, 12, 31), date(2027, 1, 1))
    assert readers.events_by_ical_js(feed(due).encode())[0]["starts_at"] == "2026-12-31"


@pytest.mark.parametrize(
    "times",
    [
        {},
        {"starts_at": LAST_CHANGE},
        {"all_day": date(2026, 1, 1), "starts_at": LAST_CHANGE, "ends_at": LAST_CHANGE},
    ],
)
def test_an_event_is_either_timed_or_all_day(times: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="lasts all day"):
        Event(uid="x", sequence=0, stamped_at=LAST_CHANGE, summary="x", **times)


def test_a_cancelled_meeting_stays_and_takes_no_time() -> None:
    event = parsed(feed(replace(MEETING, status=Status.CANCELLED)))

    assert (event["status"], event["transp"]) == ("CANCELLED", "TRANSPARENT")


def test_an_invitation_names_who_comes() -> None:
    invited = replace(MEETING, attendee_name="Ada Ünal", attendee_email="ada@0001.example")

    text = ical.calendar_text("Yours", [ical.event_text(invited)], method=Method.REQUEST)

    attendee = parsed(text)["attendee"]
    assert "METHOD:REQUEST" in unfolded(text)
    assert attendee == "mailto:ada@0001.example"
    assert (attendee.params["CN"], attendee.params["PARTSTAT"]) == ("Ada Ünal", "ACCEPTED")


def test_a_feed_has_a_name_a_color_and_an_interval() -> None:
    text = ical.calendar_text(
        "PD, North Shore",
        [],
        url="https://pd.example/calendars/x.ics",
        color="teal",
        refresh=timedelta(hours=4),
    )

    calendar: Any = icalendar.Calendar.from_ical(text)
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    assert value(text, "NAME") == value(text, "X-WR-CALNAME") == "PD, North Shore"
    assert calendar["url"] == "https://pd.example/calendars/x.ics"
    assert calendar["color"] == "teal"
    assert calendar["refresh-interval"].dt == timedelta(hours=4)
    assert "method" not in calendar


DST_MEETINGS = [
    at(2026, 3, 7, 9, 0),
    at(2026, 3, 8, 0, 30),
    at(2026, 3, 8, 3, 0),
    at(2026, 3, 9, 9, 0),
    at(2026, 7, 1, 9, 0),
    at(2026, 10, 31, 9, 0),
    at(2026, 11, 1, 0, 30),
    at(2026, 11, 1, 1, 30),
    at(2026, 11, 1, 1, 30, fold=1),
    at(2026, 11, 1, 9, 0),
    at(2027, 3, 14, 9, 0),
    at(2035, 11, 5, 9, 0),
]


def dst_feed() -> str:
    return feed(
        *(
            replace(MEETING, uid=f"m{number}", starts_at=start, ends_at=start + timedelta(hours=1))
            for number, start in enumerate(DST_MEETINGS)
        )
    )


def test_icalendar_reads_every_time_right_across_both_changes() -> None:
    # The library trusts the machine's own rules for a zone it knows; ours are read here.
    text = dst_feed().replace("America/New_York", "Ours/Alone")

    events: list[Any] = icalendar.Calendar.from_ical(text).events
    starts = [event.start.astimezone(UTC) for event in events]

    assert starts == [start.astimezone(UTC) for start in DST_MEETINGS]


def test_ical_js_reads_every_time_right_across_both_changes() -> None:
    events = readers.events_by_ical_js(dst_feed().encode())
    starts = [datetime.fromisoformat(event["starts_at"]) for event in events]

    assert starts == [start.astimezone(UTC) for start in DST_MEETINGS]


def test_khal_reads_every_time_right_across_both_changes(tmp_path: Path) -> None:
    starts = readers.starts_by_khal(dst_feed().encode(), tmp_path)

    assert starts == [start.astimezone(UTC) for start in DST_MEETINGS]


def odd_texts() -> Iterator[str]:
    yield "Émilie’s session: “safe” — 100 %"
    yield "مهارات التهدئة، الجزء الأول"
    yield "👩‍🏫 " * 40
    yield 'a,b;c:d\\n\\N\\,\\;"quoted"'
    yield "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil"
    yield "x\rATTENDEE:mailto:evil@example.com"
    yield "x\u2028y\x0bz\x85w\x00\x07"
    yield "C:\\New\\names" * 20
    yield "\\" * 200
    yield " leading and trailing "


@pytest.mark.parametrize("text", list(odd_texts()))
def test_ical_js_reads_odd_texts_as_they_were_written(text: str) -> None:
    written = feed(replace(MEETING, summary=text, description=text))
    event = readers.events_by_ical_js(written.encode())[0]

    assert event["summary"] == event["description"] == as_one_line_per_newline(text)


@given(st.text(max_size=300))
def test_any_text_comes_back_and_stays_in_its_line(text: str) -> None:
    written = ical.event_text(
        replace(MEETING, summary=text, organizer_name=text, categories=(text or "x",))
    )

    assert value(written, "SUMMARY") == as_one_line_per_newline(text)
    assert written.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", written)
    names = [re.split("[:;]", line)[0] for line in unfolded(written)[:-1]]
    assert names == [re.split("[:;]", line)[0] for line in unfolded(ical.event_text(MEETING))[:-1]]


@given(st.text(max_size=80), st.text(max_size=80))
def test_addresses_hold_only_what_addresses_may_hold(url: str, email: str) -> None:
    event = replace(MEETING, url=f"https://pd.example/{url}", organizer_email=f"a{email}")

    lines = unfolded(ical.event_text(event))

    written = next(line for line in lines if line.startswith("URL:"))
    organizer = next(line for line in lines if line.startswith("ORGANIZER"))
    assert not re.search(r'[\s"<>]', written)
    assert not re.search(r'[\s"<>]', organizer.partition(":mailto:")[2])


def as_one_line_per_newline(text: str) -> str:
    text = re.sub("\r\n|[\n\r\v\f\x85\u2028\u2029]", "\n", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def test_a_text_already_written_is_not_written_again() -> None:
    texts, made = EventTexts(), []

    def make() -> Event:
        made.append(1)
        return MEETING

    first = texts.get("meeting-7", 2, make)

    assert texts.get("meeting-7", 2, make) is first
    assert len(made) == 1
    assert texts.get("meeting-7", 3, make) == first
    assert len(made) == 2


def test_the_least_used_texts_are_forgotten() -> None:
    texts = EventTexts(most=2)
    for uid in ("a", "b", "a", "c"):
        texts.get(uid, 1, lambda: MEETING)
    made = []

    def make() -> Event:
        made.append(1)
        return MEETING

    texts.get("a", 1, make)
    assert (len(texts), made) == (2, [])
    texts.get("b", 1, make)
    assert made == [1]


def test_links_offer_the_event_to_google_and_outlook() -> None:
    google, outlook = ical.google_link(MEETING), ical.outlook_link(MEETING)
    work = ical.outlook_link(MEETING, work=True)

    asked = parse_qs(urlsplit(google).query)
    assert urlsplit(google).netloc == "calendar.google.com"
    assert asked["action"] == ["TEMPLATE"]
    assert asked["dates"] == ["20261208T140000Z/20261208T203000Z"]
    assert asked["ctz"] == ["America/New_York"]
    assert asked["text"] == ["Restraint, basics; day 1"]
    assert asked["details"] == ["Bring:\n- a laptop\n- C:\\New"]
    asked = parse_qs(urlsplit(outlook).query)
    assert (urlsplit(outlook).netloc, urlsplit(work).netloc) == (
        "outlook.live.com",
        "outlook.office.com",
    )
    assert asked["startdt"] == ["2026-12-08T14:00:00Z"]
    assert asked["enddt"] == ["2026-12-08T20:30:00Z"]
    assert asked["location"] == ["Room 4, 12 Main St, Northampton"]


def test_links_offer_a_due_date_as_a_day() -> None:
    due = replace(MEETING, starts_at=None, ends_at=None, all_day=date(2026, 12, 31))

    assert parse_qs(urlsplit(ical.google_link(due)).query)["dates"] == ["20261231/20270101"]
    asked = parse_qs(urlsplit(ical.outlook_link(due)).query)
    assert (asked["startdt"], asked["enddt"], asked["allday"]) == (
        ["2026-12-31"],
        ["2027-01-01"],
        ["true"],
    )


@given(st.text(max_size=600), st.text(max_size=600), st.text(max_size=5000))
def test_links_are_never_too_long(summary: str, location: str, description: str) -> None:
    event = replace(MEETING, summary=summary, location=location, description=description)

    for link in (ical.google_link(event), ical.outlook_link(event, work=True)):
        assert len(link) <= 2000
        assert link.isascii()


def test_a_long_description_is_cut_with_an_ellipsis_and_leaves_the_title_whole() -> None:
    asked = parse_qs(urlsplit(ical.google_link(replace(MEETING, description="é" * 5000))).query)

    assert asked["text"] == ["Restraint, basics; day 1"]
    assert asked["details"][0].endswith("é…")
    assert len(asked["details"][0]) > 200
