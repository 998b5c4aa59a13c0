"""Words as they are compared: without case, accents and plurals, the same for every database."""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 8
MOST_CHARACTERS = 200

# Apostrophes and hyphens, the typographer's included.
_JOINTS = "'\u2019\u2010\u2011-"
_WORD = re.compile(rf"[^\W_]+(?:[{_JOINTS}][^\W_]+)*")
_JOINT = re.compile(f"[{_JOINTS}]")
# Words that nobody means when other words stand beside them.
_IDLE = {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
_IDLE |= {"class", "course", "pd", "session", "training", "workshop"}


def indexed(text: str) -> str:
    """Return a text's words as the index keeps them; "de-escalation" is found joined up too."""
    found: list[str] = []
    for word in _WORD.findall(_plain(text)):
        pieces = _JOINT.split(word)
        found += [_stem(piece) for piece in pieces if piece != "s" or len(pieces) == 1]
        if len(pieces) > 1:
            found.append(_stem("".join(pieces)))
    return " ".join(found)


def written(text: str) -> dict[str, str]:
    """Return a text's words as people write them, by how they are compared."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text.lower()):
        # "Teacher’s" is asked for as "teacher"; what has other joints is asked for in pieces.
        for piece in _JOINT.split(word):
            if piece != "s":
                found.setdefault(indexed(piece), piece)
        found.setdefault(_stem(_JOINT.sub("", _plain(word))), word)
    return found


def asked(text: str) -> list[str]:
    """Return the words of a question that count; the idle ones only if there are no others."""
    found: list[str] = []
    for word in _WORD.findall(_plain(text[:MOST_CHARACTERS])):
        pieces = _JOINT.split(word)
        found += [_stem(piece) for piece in pieces if piece != "s" or len(pieces) == 1]
    telling = [word for word in found if word not in _IDLE]
    return list(dict.fromkeys(telling or found))[:MOST_WORDS]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _stem(word: str) -> str:
    """Take the plural off a word, roughly: both sides are treated alike, so rough is enough."""
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004 - "ties" stays.
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):  # noqa: PLR2004 - "gas" stays.
        return word[:-1]
    return word
