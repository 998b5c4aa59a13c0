"""Reading the mail that would have left, had there been a mail server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Self

from pdtrack.core import delivery
from pdtrack.core.pages import PER_PAGE, Page

# The files are named for numbers; nothing else is looked up, wherever it points.
_NAME = re.compile(r"[0-9]{1,20}\Z")


@dataclass(frozen=True)
class Letter:
    """One mail, as its reader sees it."""

    name: str
    message: EmailMessage

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a kept mail."""
        with path.open("rb") as file:
            message = BytesParser(policy=policy.default).parse(file)
        assert isinstance(message, EmailMessage)
        return cls(path.stem, message)

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.message["Subject"] or "No subject")

    @property
    def sender(self) -> str:
        """Whom it is from."""
        return str(self.message["From"] or "")

    @property
    def recipient(self) -> str:
        """Whom it is to."""
        return str(self.message["To"] or "")

    @property
    def reply_to(self) -> str:
        """Where an answer goes, if not to the sender."""
        return str(self.message["Reply-To"] or "")

    @property
    def sent_at(self) -> datetime:
        """When it was sent."""
        return parsedate_to_datetime(str(self.message["Date"]))

    @property
    def text(self) -> str:
        """What it says; the HTML part says the same."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def calendar(self) -> str | None:
        """The calendar entry that travels with it."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                assert isinstance(part, EmailMessage)
                return str(part.get_content())
        return None


def letters(*, number: int) -> Page[Letter]:
    """Return a page of the mail, the newest first."""
    folder = delivery.mail_folder()
    paths = [each for each in folder.glob("*.eml") if _NAME.match(each.stem)]
    paths.sort(key=lambda path: path.stem, reverse=True)
    whole: Page[Path] = Page(paths, number=1, per_page=PER_PAGE, total=len(paths))
    number = min(number, whole.pages)
    chosen = paths[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Page(
        [Letter.read(path) for path in chosen], number=number, per_page=PER_PAGE, total=len(paths)
    )


def find_letter(name: str) -> Letter | None:
    """Return the mail of this name."""
    path = delivery.mail_folder() / f"{name}.eml"
    if not _NAME.match(name) or not path.is_file():
        return None
    return Letter.read(path)
