"""Passwords: which are good enough, and how they are kept and compared."""

from __future__ import annotations

import functools
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

LEAST_LENGTH = 12
MOST_LENGTH = 200
# A letter may be typed in several parts. What is longer is not looked at: making a million loose
# accents one text takes a minute.
_MOST_TYPED = 4 * MOST_LENGTH

# Long passwords that attackers try first; the short ones are too short anyway.
_COMMON = frozenset(
    """
    password1234 password12345 password123456 password2024 password2025 password2026 password2027
    passwordpassword mypassword123 mypassword1234 newpassword123 thisismypassword changeme1234
    changemeplease letmein12345 letmeinplease letmeinletmein welcome12345 welcome123456
    welcome2024! welcome2025! welcome2026! welcome2027! welcomewelcome iloveyou1234 iloveyou12345
    iloveyouiloveyou administrator administrator1 administrator123 adminadmin123 adminpassword
    qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiopasdfghjkl qwerty123456 qwerty1234567
    qwertyqwerty 1qaz2wsx3edc 1q2w3e4r5t6y 1q2w3e4r5t6y7u zaq12wsxcde3 asdfghjkl123 asdfghjkl;'
    zxcvbnm12345 abcdefghijkl abcdefghijklm abcdefghijklmnopqrstuvwxyz abcd12345678 abc123456789
    abc123abc123 123456789abc 123456789012 1234567890123 12345678901234 123456789012345
    1234567890-= 0123456789012 098765432109 098765432112 987654321098 123123123123 112233445566
    111222333444 121212121212 123321123321 football1234 baseball1234 basketball12 basketball123
    superman1234 batman123456 princess1234 sunshine1234 sunshine12345 dragon123456 monkey123456
    starwars1234 pokemon12345 trustno1trustno1 correcthorsebatterystaple
    redsox123456 gopatriots12 patriots1234 massachusetts massachusetts1 massachusetts123
    teacher12345 teacher123456 teacherteacher iamateacher12 iloveteaching school123456
    schoolschool principal123 classroom123 education123 educator1234 professional
    professionaldevelopment pdtrackpdtrack pdtrack12345 pdtrack123456 springfield1 worcester123
    """.split()  # noqa: SIM905 - a column of words reads better than a list of strings.
)
_WITH_SPACES = frozenset(
    {"correct horse battery staple", "let me in please", "this is my password"}
)
_LONGEST_REPEATED = 4


def refusal(password: str, *, address: str | None) -> str | None:
    """Say why a password will not do, or return None if it will.

    Only what makes guessing easy is refused (NIST SP 800-63B): no rules about
    capitals, digits or signs, which make passwords hard for people alone.
    """
    if len(password) > _MOST_TYPED:
        return f"Use at most {MOST_LENGTH} characters."
    kept = _normalized(password)
    plain = kept.casefold()
    if len(kept) < LEAST_LENGTH:
        return f"Use at least {LEAST_LENGTH} characters; three or four words do well."
    if len(kept) > MOST_LENGTH:
        return f"Use at most {MOST_LENGTH} characters."
    if address and plain in (address.casefold(), address.casefold().rpartition("@")[0]):
        return "Choose a password that is not your e-mail address."
    if plain in _COMMON or plain in _WITH_SPACES or _is_repeated(plain):
        return "Many people use this password, so it is easy to guess. Choose another."
    return None


def hashed(password: str) -> str:
    """Return what is kept of a password, by which it can be recognized but not found out."""
    return _hasher().hash(_normalized(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long when there is none to compare with."""
    other = _hash_of_nothing(*current_app.config["PDTRACK_ARGON2"])
    given = _normalized(password) if len(password) <= _MOST_TYPED else ""
    try:
        is_right = _hasher().verify(kept or other, given)
    except (VerificationError, InvalidHashError):
        return False
    return is_right and bool(kept)


def renewed(password: str, kept: str | None) -> str | None:
    """Return the password's hash anew if it was kept with less care than settings ask for today."""
    if kept is None or not _hasher().check_needs_rehash(kept):
        return None
    return hashed(password)


def _is_repeated(plain: str) -> bool:
    """Whether a few characters come again and again: "aaaaaaaaaaaa", "1212121212121"."""
    return any(
        (plain[:length] * len(plain)).startswith(plain)
        for length in range(1, _LONGEST_REPEATED + 1)
    )


def _normalized(password: str) -> str:
    """Make a letter typed in two ways (é, e with an accent) one password."""
    return unicodedata.normalize("NFKC", password)


def _hasher() -> PasswordHasher:
    return _hasher_with(*current_app.config["PDTRACK_ARGON2"])


@functools.lru_cache
def _hasher_with(memory_kib: int, passes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)


@functools.lru_cache
def _hash_of_nothing(memory_kib: int, passes: int) -> str:
    return _hasher_with(memory_kib, passes).hash("nobody has this password")
