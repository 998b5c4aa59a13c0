"""Names as people type them: without capitals and accents, alike in Python and in both databases.

Names are found by it and sorted by it, so that "celik" finds Çelik, who stands among the Cs.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# Latin, Greek and Cyrillic letters; others have no accents that people leave out.
_LETTERS = (range(0x00C0, 0x0250), range(0x0370, 0x0460), range(0x1E00, 0x1F00))
_ACCENTS = range(0x0300, 0x0370)
# What Unicode does not take apart, and what keyboards write for an apostrophe and a hyphen.
_ALIKE = {
    **dict(zip("łøđðħŧıəƒ", "loddhtief", strict=True)),
    "\u03c2": "\u03c3",  # A Greek word ends with a sigma of its own.
    **dict.fromkeys("\u2018\u2019\u02bb\u02bc\u00b4", "'"),
    **dict.fromkeys("\u2010\u2011\u2013", "-"),
}
_IN_TWO = {"ß": "ss", "þ": "th", "æ": "ae", "œ": "oe"}


def _alone(letter: str) -> str:
    """Return a small letter without its accents, or itself when that takes several letters."""
    parts = [each for each in unicodedata.normalize("NFKD", letter) if ord(each) not in _ACCENTS]
    return _ALIKE.get(parts[0], parts[0]) if len(parts) == 1 else letter


_PLAIN = _ALIKE | {
    letter: _alone(letter)
    for letter in (chr(code) for letters in _LETTERS for code in letters)
    if letter.islower() and letter != _alone(letter)
}
_TABLE = str.maketrans(_PLAIN) | dict.fromkeys(_ACCENTS)


def fold(text: str) -> str:
    """Return a name in small letters without accents."""
    if text.isascii():
        return text.lower()  # Nearly all names: a tenth of the time.
    folded = text.lower().translate(_TABLE)
    for letter, two in _IN_TWO.items():
        folded = folded.replace(letter, two)
    return folded


def words(text: str, most: int = 6) -> list[str]:
    """Return the words of a name that was typed, also as lists show it: "Brandão, Ana"."""
    return text.replace(",", " ").split()[:most]


def has(name: SQLColumnExpression[Any], word: str) -> ColumnElement[bool]:
    """Whether a name has a word or a part of one; wildcards stand for themselves."""
    return folded(name).contains(fold(word), autoescape=True)


class folded(FunctionElement[str]):  # noqa: N801 - read as a function where it is used.
    """A column of names as `fold` writes them, in one order on both databases."""

    name = "folded"
    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _for_sqlite(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"fold({compiler.process(element.clauses, **options)})"  # Python's own, see core/db.py.


@compiles(folded, "postgresql")
def _for_postgresql(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    # The extension `unaccent` may not be there. PostgreSQL looks every letter up in the whole
    # list, so names of ASCII alone, which have as many bytes as letters, are spared that.
    column = f"({compiler.process(element.clauses, **options)})"
    name = f"translate(lower({column}), {_FROM}, {_TO})"
    for letter, two in _IN_TWO.items():
        name = f"replace({name}, '{letter}', '{two}')"
    is_ascii = f"octet_length({column}) = char_length({column})"
    return f'(CASE WHEN {is_ascii} THEN lower({column}) ELSE {name} END COLLATE "C")'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# What has no counterpart is taken out: accents that were written on their own.
_FROM = _quoted("".join(_PLAIN) + "".join(map(chr, _ACCENTS)))
_TO = _quoted("".join(_PLAIN.values()))
