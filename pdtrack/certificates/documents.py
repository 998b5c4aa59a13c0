"""What a certificate says, and the paper that says it."""

from __future__ import annotations

from typing import Any

from pdtrack.accounts.models import Person
from pdtrack.catalog.models import CourseSession
from pdtrack.certificates import queries, rules
from pdtrack.certificates.models import Certificate, Paper
from pdtrack.certificates.queries import Candidate
from pdtrack.core import clock, pdf, tokens
from pdtrack.core.pages import rendered

LONG_NAME, LONG_TITLE = 60, 90
# How large everything is set, from roomy to tight: the first that leaves room for all is taken.
SIZES = ("usual", "long", "tight", "tightest")
FORM = 1  # Raised when the snapshot's shape changes; older ones stay readable.
SHEETS = {Paper.LETTER: pdf.Paper.LETTER_LANDSCAPE, Paper.A4: pdf.Paper.A4_LANDSCAPE}


def held_about(person: Person) -> list[dict[str, Any]]:
    """Return a person's certificates with all that they say, for that person."""
    return [
        {
            "serial": each.serial,
            "code": each.code,
            "state": each.state,
            "issued_at": each.issued_at.isoformat(),
            "says": each.snapshot,
        }
        for each in queries.all_of_person(person)
    ]


def snapshot(candidate: Candidate) -> dict[str, Any]:
    """Return everything that a certificate says, so that nothing is ever looked up again.

    The items are those of DESE's guidelines for PD providers (2015): provider,
    participant, title, content area, hours, dates and hours attended, learning
    goals, assessment and mastery criteria, signature.
    """
    course_session = candidate.registration.course_session
    course = course_session.course
    provider = course_session.collaborative
    return {
        "form": FORM,
        "kind": "attendance",
        "provider": provider.provider_name,
        "provider_number": provider.provider_number,
        "signer_name": provider.signer_name or course_session.contact_name,
        "signer_title": provider.signer_title,
        "name": candidate.registration.person.display_name,
        "title": course_session.title,
        "topic": course_session.topic.name,
        "categories": [category.label for category in course.credit_categories],
        "minutes": candidate.decision.minutes,
        "offered_minutes": course_session.credited_minutes,
        "attended": _attended(course_session, candidate),
        "format": course_session.format.label,
        "presenter": course_session.presenter_name,
        "goals": course.goals,
        "assessment": course.assessment,
        "mastery": course.mastery,
        "reasons": candidate.decision.reasons,
    }


def _attended(course_session: CourseSession, candidate: Candidate) -> list[dict[str, Any]]:
    """Return date and minutes of every part that was attended, work outside meetings last."""
    dates = {
        meeting.id: clock.local(meeting.starts_at).date() for meeting in course_session.meetings
    }
    rows = [
        {"on": dates[meeting_id].isoformat() if meeting_id else None, "minutes": entry.minutes}
        for meeting_id, entry in candidate.entries.items()
        if entry.minutes
    ]
    return sorted(rows, key=lambda row: row["on"] or "9999")


def certificate_pdf(certificate: Certificate, paper: Paper) -> bytes:
    """Print a certificate from its snapshot: landscape, tagged, with QR code and address."""
    address = tokens.url("certificates.verify", code=rules.grouped(certificate.code))
    qr_code = pdf.qr_code(address)
    versions = (
        rendered(
            "certificates/paper.html",
            certificate=certificate,
            says=certificate.snapshot,
            size=size,
            address=address,
            qr_code=qr_code,
        )
        for size in _sizes(certificate.snapshot)
    )
    return pdf.render(
        versions,
        stylesheets=["css/certificate.css"],
        title=f"Certificate of attendance: {certificate.snapshot['title']}",
        made_at=certificate.issued_at,
        paper=SHEETS[paper],
    )


def _sizes(says: dict[str, Any]) -> tuple[str, ...]:
    """Return the sizes to try: what is long already is not tried large."""
    is_long = len(says["name"]) > LONG_NAME or len(says["title"]) > LONG_TITLE
    return SIZES[1:] if is_long else SIZES
