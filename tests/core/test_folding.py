"""Names without capitals and accents, alike in Python and in both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import literal, null, select

from pdtrack.core import folding
from pdtrack.core.db import db
from pdtrack.core.folding import fold, folded

NAMES = {
    "Çelik": "celik",
    "DĄBROWSKI": "dabrowski",
    "Brandão": "brandao",
    "Åkesson": "akesson",
    "Łukasik": "lukasik",
    "Đặng Nguyễn": "dang nguyen",
    "Ørsted": "orsted",
    "Þórðardóttir": "thordardottir",
    "Weiß": "weiss",
    "WEIẞ": "weiss",
    "Æsop Ǽ Œuvre": "aesop ae oeuvre",
    "I\u015f\u0131k \u0130n\u00f6n\u00fc": "isik inonu",
    "O’Neill-O'Neill": "o'neill-o'neill",
    "Jose\u0301": "jose",
    "Παπαδόπουλος": "παπαδοπουλοσ",
    "Ёлкин": "елкин",
    "עדה 🎓": "עדה 🎓",
    "100% a_b\\c": "100% a_b\\c",
    "": "",
}


@pytest.mark.usefixtures("on_either")
@pytest.mark.parametrize(("name", "plain"), NAMES.items())
def test_a_name_is_the_same_in_python_and_in_the_database(name: str, plain: str) -> None:
    assert fold(name) == plain
    assert db.session.scalar(select(folded(literal(name)))) == plain


@pytest.mark.usefixtures("on_either")
def test_every_letter_that_is_known_is_folded_alike() -> None:
    letters = "".join(chr(code) for code in range(0x20, 0x0250))
    letters += "".join(chr(code) for code in range(0x0400, 0x0460))
    letters += "".join(chr(code) for code in range(0x1E00, 0x1F00))

    assert db.session.scalar(select(folded(literal(letters)))) == fold(letters)
    assert db.session.scalar(select(folded(null()))) is None


@pytest.mark.usefixtures("on_either")
def test_wildcards_that_were_typed_stand_for_themselves() -> None:
    for typed, is_there in (("50%", True), ("5%", False), ("a_b", True), ("_b\\", True)):
        found = db.session.scalar(select(folding.has(literal("50% a_b\\Ç"), typed)))
        assert bool(found) is is_there, typed


def test_a_name_as_lists_show_it_is_its_words() -> None:
    assert folding.words(" Brandão,Ana  Maria ") == ["Brandão", "Ana", "Maria"]
    assert len(folding.words("a " * 100)) == 6
