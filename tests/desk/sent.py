"""What a browser sends from the pages of the session editor."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pdtrack.catalog.models import CourseSession, Meeting
from pdtrack.core import clock, money, points


def address(session: CourseSession, tail: str = "") -> str:
    """The address of a session at its desk, or of a page below it."""
    return f"/manage/{session.collaborative.slug}/sessions/{session.id}{tail}"


def details(session: CourseSession, **typed: Any) -> dict[str, Any]:
    """The details as the page shows them, with what somebody typed; None leaves a box empty."""
    shown = {
        "version": session.version,
        "title": session.title,
        "note": session.note,
        "format": session.format.value,
        "venue": session.venue_id or "",
        "bring": session.bring,
        "online_link": session.online_link or "",
        "online_note": session.online_note or "",
        "presenter_name": session.presenter_name,
        "contact_name": session.contact_name,
        "contact_email": session.contact_email,
        "contact_phone": session.contact_phone or "",
        "capacity": session.capacity,
        "minimum": "" if session.minimum is None else session.minimum,
        "has_waitlist": "y" if session.has_waitlist else None,
        "member_price": money.plain(session.member_price_cents),
        "non_member_price": money.plain(session.non_member_price_cents),
        "opens_days_before": session.opens_days_before or "",
        "closes_hours_before": session.closes_hours_before,
        "promise": session.promise.value,
        "promised_pdps": points.plain(session.promised_tenths) if session.promised_tenths else "",
        "independent_minutes": session.independent_minutes,
        "opens_on": session.opens_on or "",
        "due_on": session.due_on or "",
    }
    return {name: value for name, value in {**shown, **typed}.items() if value is not None}


def meetings(session: CourseSession, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The meetings as the page shows them, then more rows, then what is beside them."""
    standing = [shown(each) for each in session.meetings if each.cancelled_at is None]
    return {"version": session.version, **numbered([*standing, *rows]), **more}


def numbered(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as one form sends them."""
    return {
        f"meetings-{index}-{name}": value
        for index, row in enumerate(rows)
        for name, value in row.items()
    }


def shown(meeting: Meeting, **typed: Any) -> dict[str, Any]:
    """The row of a meeting that there is."""
    starts, ends = clock.local(meeting.starts_at), clock.local(meeting.ends_at)
    return {
        "id": meeting.id,
        "day": starts.date(),
        "start": f"{starts:%H:%M}",
        "end": f"{ends:%H:%M}",
        "breaks": meeting.break_minutes,
        "venue": meeting.venue_id or "",
        **typed,
    }


def row(**typed: Any) -> dict[str, Any]:
    """A spare row into which somebody typed a morning four weeks from now."""
    filled = {"day": in_days(28), "start": "09:00", "end": "12:00", "breaks": "", "venue": ""}
    return {"id": "", **filled, **typed}


def in_days(days: int) -> date:
    """A day from today."""
    return clock.today() + timedelta(days=days)
