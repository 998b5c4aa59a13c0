"""Where mail goes: to a mail server, or into a folder while none is set."""

from __future__ import annotations

import ipaddress
import os
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

# Between two steps of one delivery the server may be silent this long; a delivery has few steps.
SILENCE_SECONDS = 30
_PERMANENT = 500

T = TypeVar("T")


class ServerTrouble(Exception):
    """The mail server cannot be used now; it says nothing about any one mail."""


class Refused(Exception):
    """The mail server will not take this mail: now or, if permanent, ever."""

    def __init__(self, message: str, *, is_permanent: bool) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


class Post(Protocol):
    """Whatever takes mail away."""

    def send(self, message: EmailMessage, *, name: str) -> None:
        """Take one message; raises `Refused` or `ServerTrouble`."""

    def check(self) -> None:
        """Raise `ServerTrouble` unless a message would be taken."""

    def close(self) -> None:
        """Say goodbye."""


class Folder:
    """Mail kept as files, for a machine that has no mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage, *, name: str) -> None:
        """Write the message as `<name>.eml`, whole or not at all, for this user's eyes only."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.{os.getpid()}"
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(message.as_bytes())
        unfinished.replace(self._folder / f"{name}.eml")

    def check(self) -> None:
        """Make the folder."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """Leave the folder as it is."""


class Server:
    """One conversation with a mail server, begun by the first message and used for all of them.

    `smtps://` speaks TLS from the start; `smtp://` turns to it before anything is
    said, and refuses to go on without, unless the server is on this machine or
    the address ends in `?tls=none`.
    """

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, *, name: str) -> None:  # noqa: ARG002 - a folder's matter.
        """Hand one message over."""
        connection = self._connected()
        try:
            _saying(lambda: connection.send_message(message))
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise Refused(_said(code, reason), is_permanent=code >= _PERMANENT) from error
        except smtplib.SMTPDataError as error:
            is_permanent = error.smtp_code >= _PERMANENT
            raise Refused(
                _said(error.smtp_code, error.smtp_error), is_permanent=is_permanent
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(
                "The mail server cannot write to this address.", is_permanent=True
            ) from error
        except smtplib.SMTPException as error:
            self.close()
            raise ServerTrouble(_told(error)) from error
        except ServerTrouble:
            self.close()
            raise

    def check(self) -> None:
        """Connect and ask for nothing."""
        connection = self._connected()
        _saying(connection.noop)

    def close(self) -> None:
        """Say goodbye; nobody minds if the server has gone."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            try:
                self._connection = _saying(lambda: _connect(self._url))
            except smtplib.SMTPException as error:
                raise ServerTrouble(_told(error)) from error
        return self._connection


def _connect(url: SplitResult) -> smtplib.SMTP:
    host = url.hostname or "localhost"
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if url.scheme == "smtps":
        connection = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=SILENCE_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(host, url.port or 587, timeout=SILENCE_SECONDS)
    try:
        if url.scheme == "smtp" and url.query != "tls=none" and not _is_this_machine(host):
            connection.starttls(context=context)
        if url.username:
            connection.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _saying(call: Callable[[], T]) -> T:
    """Talk to the server; when it goes silent or away, that is trouble with the server."""
    try:
        return call()
    except smtplib.SMTPException:
        raise
    except OSError as error:
        raise ServerTrouble(_told(error)) from error


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPResponseException):
        reason = error.smtp_error
        return f"The mail server said: {_said(error.smtp_code, reason)}"
    return f"The mail server cannot be used: {error or type(error).__name__}"


def _said(code: int, reason: bytes | str) -> str:
    text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    return f"{code} {' '.join(text.split())}"[:500]
