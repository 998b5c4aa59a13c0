"""Mail that tests write, and reading it where it arrived."""

from __future__ import annotations

import email as email_library
import email.policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from pdtrack.core import outbox
from pdtrack.core.db import action, db
from pdtrack.core.outbox import MailState, OutgoingEmail, Recipient
from tests.core.conftest import Mailbox

ADA = Recipient("ada@people.example", "Ada Able")
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@action
def send(to: Recipient = ADA, thing: str = "certificate", **values: Any) -> OutgoingEmail:
    outbox.send("test", to, context={"thing": thing}, **values)
    return db.session.scalars(
        select(OutgoingEmail).order_by(OutgoingEmail.id.desc()).limit(1)
    ).one()


def read(mailbox: Mailbox, index: int = -1) -> EmailMessage:
    content = mailbox.envelopes[index].content
    assert isinstance(content, bytes)
    message = email_library.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, media_type: str) -> EmailMessage:
    found = [each for each in message.walk() if each.get_content_type() == media_type]
    assert len(found) == 1
    assert isinstance(found[0], EmailMessage)
    return found[0]


def state(sent: OutgoingEmail) -> MailState:
    db.session.rollback()
    db.session.refresh(sent)
    return sent.state
