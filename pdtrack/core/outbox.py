"""Mail that is waiting to be sent, written in the transaction of the act it tells about."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import current_app
from sqlalchemy import ForeignKey, Index, Text, update
from sqlalchemy.orm import Mapped, mapped_column

from pdtrack.core import clock, jobs
from pdtrack.core.db import Model, after_commit, db, write_row

UNDO_WINDOW = timedelta(minutes=5)
PRIVATE_LINK = "[private link]"


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNDONE = "undone"


class Tone(StrEnum):
    """What a mail is, before anybody has read it."""

    GOOD = "good"
    WAITING = "waiting"
    OVER = "over"


class OutgoingEmail(Model):
    """One mail to one person. What is kept never holds a secret."""

    __tablename__ = "outgoing_emails"
    __table_args__ = (Index("ix_outgoing_emails_due", "state", "not_before_at"),)

    to_address: Mapped[str] = mapped_column(index=True)
    to_name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    # What it is about, for staff who ask what was sent: "course_sessions:12".
    about: Mapped[str | None] = mapped_column(index=True)
    reply_to: Mapped[str | None]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    calendar_method: Mapped[str | None]
    # Which maker makes the secret at delivery, and for what: "accounts.verify_address:12".
    secret: Mapped[str | None]
    # Who says, when it leaves, whether it still holds: "messaging.reminder:12".
    condition: Mapped[str | None]
    batch: Mapped[str | None] = mapped_column(index=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[MailState]
    created_at: Mapped[datetime]
    not_before_at: Mapped[datetime]
    leased_until_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Recipient:
    """Whom a mail goes to."""

    address: str
    name: str
    person_id: int | None = None


@dataclass(frozen=True)
class CalendarPart:
    """A calendar entry that travels with a mail: PUBLISH, REQUEST or CANCEL."""

    text: str
    method: str = "PUBLISH"


SecretMaker = Callable[[int], str | None]
Condition = Callable[[int], bool]

_secret_makers: dict[str, SecretMaker] = {}
_conditions: dict[str, Condition] = {}


def secret_maker(name: str, make: SecretMaker) -> None:
    """Register who makes the secret of a mail ("accounts.verify_address") when it is sent.

    It is called inside an action with the id of its subject, at every attempt to
    deliver, and returns a link or a code; nothing, when the mail is no longer
    wanted, which then does not leave.
    """
    _secret_makers[name] = make


def make_secret(secret: str) -> str | None:
    """Make the secret that a mail names ("accounts.verify_address:12"); call inside an action."""
    name, _, subject_id = secret.rpartition(":")
    return _secret_makers[name](int(subject_id))


def condition(name: str, check: Condition) -> None:
    """Register who says whether a mail ("messaging.reminder") still holds when it is to leave.

    It is called inside an action with the id of the mail's subject, at every attempt to
    deliver. A mail server may have been down for a day: what does not hold anymore
    does not leave.
    """
    _conditions[name] = check


def holds(named: str) -> bool:
    """Whether the condition that a mail names still holds; call inside an action."""
    name, _, subject_id = named.rpartition(":")
    return _conditions[name](int(subject_id))


def new_batch() -> str:
    """Return a name for mail to many, by which all of it can be undone."""
    return secrets.token_urlsafe(12)


def send(  # noqa: PLR0913 - an envelope has this many lines.
    template: str,
    to: Recipient,
    *,
    context: dict[str, Any],
    reply_to: str | None = None,
    organization_id: int | None = None,
    about: str | None = None,
    calendar: CalendarPart | None = None,
    secret: str | None = None,
    condition: str | None = None,
    batch: str | None = None,
    tone: Tone | None = None,
) -> None:
    """Put a mail into the outbox; call inside an action.

    `template` ("registration/registered") is rendered from
    `templates/emails/<template>.txt`, whose first line is the subject; the HTML
    part is made from the same words. A `batch` is mail to many: it waits five
    minutes, in which `undo` takes it back. `secret` names a `secret_maker` and its
    subject ("accounts.verify_address:12"); where the template says
    `{{ private_link }}` what it makes is put in at delivery and is stored nowhere.
    `condition` names in the same way who says whether it still holds by then. `tone`
    colors the heading of the HTML part, so that one mail is not taken for another.
    """
    subject, text, html = _written(template, context, tone)
    now = clock.now()
    write_row(
        OutgoingEmail,
        to_address=to.address,
        to_name=to.name,
        person_id=to.person_id,
        organization_id=organization_id,
        about=about,
        reply_to=reply_to,
        subject=subject,
        text=text,
        html=html,
        calendar=calendar.text if calendar else None,
        calendar_method=calendar.method if calendar else None,
        secret=secret,
        condition=condition,
        batch=batch,
        message_id=f"<{secrets.token_hex(16)}@{current_app.config['PDTRACK_MAIL_DOMAIN']}>",
        state=MailState.WAITING,
        created_at=now,
        not_before_at=now + UNDO_WINDOW if batch else now,
    )
    after_commit(_wake)


def undo(batch: str) -> int:
    """Take back the mail of a batch that has not left, and say how much; call inside an action."""
    result = db.session.execute(
        update(OutgoingEmail)
        .where(
            OutgoingEmail.batch == batch,
            OutgoingEmail.state == MailState.WAITING,
            OutgoingEmail.leased_until_at.is_(None),
        )
        .values(state=MailState.UNDONE)
        .returning(OutgoingEmail.id)
    )
    return len(result.all())


def _wake() -> None:
    jobs.wake("outbox")


@dataclass(frozen=True)
class _Paragraph:
    """Lines of text that belong together; a list, if each begins with a dash."""

    lines: list[str]
    is_list: bool


def _written(template: str, context: dict[str, Any], tone: Tone | None) -> tuple[str, str, str]:
    """Return subject, text and HTML."""
    source = current_app.jinja_env.get_template(f"emails/{template}.txt")
    written = source.render(private_link=PRIVATE_LINK, **context).strip()
    first, _, rest = written.partition("\n")
    subject, text = " ".join(first.split()), rest.strip() + "\n"
    html = current_app.jinja_env.get_template("emails/layout.html").render(
        subject=subject, paragraphs=[_paragraph(each) for each in _blocks(text)], tone=tone
    )
    return subject, text, html


def _blocks(text: str) -> list[str]:
    return [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]


def _paragraph(block: str) -> _Paragraph:
    lines = [line.strip() for line in block.splitlines()]
    if all(line.startswith("- ") for line in lines):
        return _Paragraph([line.removeprefix("- ") for line in lines], is_list=True)
    return _Paragraph(lines, is_list=False)
