"""A mail as it travels: headers, text, HTML, and a calendar entry that programs understand."""

from __future__ import annotations

import re
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from markupsafe import Markup, escape

from pdtrack.core import clock
from pdtrack.core.outbox import PRIVATE_LINK, OutgoingEmail

# Longer names would be folded, and Python drops the quotes of what it folds: a comma in the name
# would begin another address.
_MOST_OF_A_NAME = 50
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,"]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


class Unmailable(Exception):
    """No message can be made for this address; trying again would not help."""


def letter(
    email: OutgoingEmail, *, sender: str, sender_name: str | None, secret: str | None
) -> EmailMessage:
    """Write a mail of the outbox as a message, with its secret where one belongs.

    Raises `Unmailable` when the address is none.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(email.subject)
    message["From"] = _address(
        sender, f"{sender_name[:40]} (pdtrack)" if sender_name else "pdtrack"
    )
    message["To"] = _address(email.to_address, email.to_name)
    if email.reply_to:
        message["Reply-To"] = _address(email.reply_to, "")
    message["Date"] = format_datetime(clock.now().astimezone(UTC))
    message["Message-ID"] = email.message_id
    # RFC 3834: no vacation notice answers a machine.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if email.batch:
        message["Precedence"] = "bulk"
    message.set_content(_with_secret(email.text, secret))
    message.add_alternative(_html_with_secret(email.html, secret), subtype="html")
    if email.calendar:
        _add_calendar(message, email.calendar, email.calendar_method or "PUBLISH")
    return message


def one_line(text: str) -> str:
    """Return a text without line breaks and other controls, so that it stays one header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _add_calendar(message: EmailMessage, calendar: str, method: str) -> None:
    """Add the entry twice: as Outlook and Gmail read it, and as a file for everybody else."""
    message.add_alternative(
        calendar, subtype="calendar", params={"method": method, "charset": "utf-8"}, cte="base64"
    )
    message.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename="session.ics"
    )


def _address(address: str, name: str) -> Address:
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode()
        # Whoever is known by the address alone is not named by it once more.
        name = "" if name.strip() == address.strip() else name
        return Address(_shown(name), addr_spec=f"{local}@{domain}")
    except Exception as error:  # The parser's errors have no common base.
        raise Unmailable(f"This is no e-mail address: {address[:80]!r}") from error


def _shown(name: str) -> str:
    """Return a name as a header may hold it: short, and no part of an address in it."""
    shown = one_line(name)[:_MOST_OF_A_NAME]
    # Other letters are encoded word by word, outside of quotes.
    return shown if shown.isascii() else one_line(_SPECIAL.sub(" ", shown))


def _with_secret(text: str, secret: str | None) -> str:
    return text.replace(PRIVATE_LINK, secret) if secret else text


def _html_with_secret(html: str, secret: str | None) -> str:
    if not secret:
        return html
    shown = escape(secret)
    if secret.startswith(("https://", "http://")):
        shown = Markup('<a href="{0}">{0}</a>').format(secret)
    return html.replace(str(escape(PRIVATE_LINK)), str(shown))
