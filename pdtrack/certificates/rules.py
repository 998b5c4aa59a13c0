"""Who earned what, and how certificates are numbered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from pdtrack.core import points
from pdtrack.organizations.rules import letters_of

# No 0, 1, I, L, O or U: read aloud and typed from paper without mistakes.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
CODE_GROUP = 4


@dataclass(frozen=True)
class Threshold:
    """A number of a regulation, and where it is written."""

    tenths: int
    citation: str


@dataclass(frozen=True)
class Decision:
    """What a person earned, or why nothing (yet)."""

    minutes: int
    reasons: list[str] = field(default_factory=list)
    why_not: str | None = None

    @property
    def is_earned(self) -> bool:
        """Whether a certificate may be issued."""
        return self.why_not is None


def decide(
    *, minutes: int, offered: int, unmarked: int, is_over: bool, minimum: Threshold
) -> Decision:
    """Decide whether somebody earned an attendance certificate, and say why or why not.

    Hours are certified as attended, once every meeting has its mark and the last
    one is over. They do not make PDPs by themselves (603 CMR 44.03): the reason
    says what is missing. All times are whole minutes.
    """
    if not is_over:
        return Decision(minutes, why_not="The session is not over yet.")
    if unmarked:
        meetings = "1 meeting has" if unmarked == 1 else f"{unmarked} meetings have"
        return Decision(minutes, why_not=f"{meetings} no attendance for this person yet.")
    if minutes == 0:
        return Decision(minutes, why_not="Was not there: no minutes were credited.")
    attended, all_hours = (points.plain(points.from_minutes(each)) for each in (minutes, offered))
    needed = points.plain(minimum.tenths)
    saved = (
        f"Hours are saved toward PDPs, which need {needed} hours on one topic, an assessment "
        f"of learning and mastery of it ({minimum.citation})."
    )
    return Decision(minutes, [f"Attended {attended} of {all_hours} hours offered.", saved])


def serial(*, short_name: str, fiscal_year: int, number: int) -> str:
    """Return a certificate's number as it is printed: "CES-2027-000123"."""
    return f"{serial_prefix(short_name=short_name, fiscal_year=fiscal_year)}{number:06}"


def serial_prefix(*, short_name: str, fiscal_year: int) -> str:
    """Return what the numbers of one collaborative and fiscal year begin with."""
    return f"{letters_of(short_name)}-{fiscal_year}-"


def serial_bounds(prefix: str) -> tuple[str, str]:
    """Return the first and the last number that there can be under a prefix."""
    return f"{prefix}{0:06}", f"{prefix}{999_999:06}"


def new_code() -> str:
    """Return a verification code that nobody can guess (30 to the 12th power are possible)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """Write a verification code as people read it: "K7QF-2M9X-ABCD"."""
    starts = range(0, len(code), CODE_GROUP)
    return "-".join(code[start : start + CODE_GROUP] for start in starts)


def typed_code(text: str) -> str:
    """Return the code that somebody typed, without dashes, spaces and lower case."""
    return "".join(letter for letter in text.upper() if letter.isalnum())
