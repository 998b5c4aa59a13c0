"""Words that were mistyped, and what was meant: among the words of what is listed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from pdtrack.catalog.search import entries, statements, words
from pdtrack.core.db import db

# Whatever the number of sessions, reading and comparing takes as long.
MOST_TITLES = 500
MOST_KNOWN = 3000
# In short words one letter makes another word.
SHORTEST = 4
_ALIKE = 0.8
_MOST_APART = 3


def corrected(text: str, unknown: Sequence[str], moment: dict[str, object]) -> str | None:
    """Return a question with its unknown words as they were meant, if all can be guessed."""
    known = _known(moment)
    meant = {word: nearest(word, known) for word in unknown}
    if not all(meant.values()):
        return None
    typed = words.written(text)
    return " ".join(meant.get(word) or typed.get(word, word) for word in words.asked(text))


def nearest(word: str, known: dict[str, str]) -> str | None:
    """Return the known word that is nearest to one, as people write it, if any is near."""
    if len(word) < SHORTEST:
        return None
    alike = [
        each
        for each in known
        if len(each) >= SHORTEST and abs(len(each) - len(word)) <= _MOST_APART and each != word
    ]
    found = get_close_matches(word, alike, n=1, cutoff=_ALIKE)
    return known[found[0]] if found else None


def unknown(asked: Sequence[str], moment: dict[str, object], dialect: str) -> list[str]:
    """Return the words that nothing listed has; only the last one may be the beginning of one."""
    questions = {
        f"word_{number}": entries.question([word], dialect, is_begun=word == asked[-1])
        for number, word in enumerate(asked)
    }
    statement = statements.are_known(len(asked), dialect)
    found = db.session.execute(statement, {**questions, **moment}).one()
    return [word for word, is_known in zip(asked, found, strict=True) if not is_known]


def _known(moment: dict[str, object]) -> dict[str, str]:
    """Return the words of topics and titles as people write them, by how they are compared."""
    known: dict[str, str] = {}
    given = {**moment, "limit": MOST_TITLES}
    for text in db.session.scalars(statements.vocabulary(), given):
        for word, as_written in words.written(text).items():
            if len(known) >= MOST_KNOWN:
                return known
            known.setdefault(word, as_written)
    return known
