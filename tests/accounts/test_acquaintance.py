"""Finding the people a collaborative knows and a district employs, on both databases."""

from __future__ import annotations

import pytest

from pdtrack.accounts import acquaintance
from tests import make


@pytest.mark.usefixtures("on_either")
def test_people_are_found_and_listed_however_their_names_are_accented() -> None:
    place = make.collaborative()
    member = make.district(member_of=place)
    names = ("Zambrano Li", "Çelik Ece", "Brandão Ana", "Achebe Chi", "Cole Zoë", "Łukasik Jan")
    for name in (*names, "Åkesson Bo", "cole Amy", "Dąbrowski Ewa"):
        last, first = name.rsplit(" ", 1)
        make.person(first_name=first, last_name=last, employer=member)

    def people(text: str) -> list[str]:
        return [each.sort_name for each in acquaintance.find_people(place.id, text=text)]

    def staff(text: str) -> list[str]:
        return [each.person.sort_name for each in acquaintance.find_staff(member.id, text=text)]

    for found in (people, staff):
        assert [each.split(",")[0] for each in found("")] == [
            *("Achebe", "Åkesson", "Brandão", "Çelik", "cole", "Cole", "Dąbrowski", "Łukasik"),
            "Zambrano",
        ]
        assert found("celik") == found("ÇELIK") == ["Çelik, Ece"]
        assert found("dabrowski") == ["Dąbrowski, Ewa"]
        assert found("brandao") == found("Brandão, Ana") == ["Brandão, Ana"]
        assert found("chebe") == ["Achebe, Chi"]
        assert found("cole zoe") == ["Cole, Zoë"]
        assert found("cole") == ["cole, Amy", "Cole, Zoë"]
        assert found("%") == found("c_le") == []
