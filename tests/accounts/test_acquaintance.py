"""Finding the people a collaborative knows and a district employs, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pdtrack.accounts import acquaintance
from pdtrack.accounts.actions import people
from pdtrack.accounts.actions.employments import EmployeeNumberTaken
from pdtrack.accounts.models import OtherEmployer, Person
from pdtrack.accounts.rules import Details, Name, Workplace
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.organizations.models import Organization
from tests import make


@pytest.mark.usefixtures("on_either")
def test_people_are_found_and_listed_however_their_names_are_accented() -> None:
    place = make.collaborative()
    member = make.district(member_of=place)
    names = ("Zambrano Li", "Çelik Ece", "Brandão Ana", "Achebe Chi", "Cole Zoë", "Łukasik Jan")
    for name in (*names, "Åkesson Bo", "cole Amy", "Dąbrowski Ewa"):
        last, first = name.rsplit(" ", 1)
        make.person(first_name=first, last_name=last, employer=member)

    def known(text: str) -> list[str]:
        return [each.sort_name for each in acquaintance.find_people(place.id, text=text)]

    def staff(text: str) -> list[str]:
        return [each.person.sort_name for each in acquaintance.find_staff(member.id, text=text)]

    for found in (known, staff):
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


def add(place: Organization, workplace: Workplace, last: str, number: str | None = None) -> Person:
    return people.add(
        name=Name("Ana", last),
        workplace=workplace,
        details=Details(employee_number=number),
        from_on=clock.today(),
        added_by=place,
        actor=SYSTEM,
    )


@pytest.mark.usefixtures("on_either")
def test_the_number_is_asked_for_only_when_somebody_of_the_name_is_known_there() -> None:
    place = make.collaborative()
    here = Workplace(organization_id=make.district(member_of=place).id)
    elsewhere = Workplace(organization_id=make.district(member_of=place).id)
    first = add(place, here, "Brandão")
    again = add(place, here, "Brandão")  # A double click.
    other = add(place, elsewhere, "Brandão")

    with pytest.raises(people.NumberMissing, match="Ana Brandão is known") as refusal:
        add(place, here, "BRANDAO")
    namesake = add(place, here, "Brandao", "7")
    with pytest.raises(EmployeeNumberTaken):
        add(place, here, "Silva", "7")

    assert again is first
    assert len({first.id, other.id, namesake.id}) == 3
    assert refusal.value.field == "employee_number"


@pytest.mark.usefixtures("on_either")
def test_an_employer_on_no_list_is_the_same_by_its_name() -> None:
    place = make.collaborative()
    school = Workplace(other_kind=OtherEmployer.PRIVATE_SCHOOL, other_name="École May")
    add(place, school, "Brandão")
    add(place, replace(school, other_name="Perkins"), "Brandao")
    for last in ("Brandão", "Brandao"):
        add(place, Workplace(other_kind=OtherEmployer.NONE), last)

    with pytest.raises(people.NumberMissing):
        add(place, replace(school, other_name="ecole may"), "Brandao")


@pytest.mark.usefixtures("on_either")
def test_nobody_is_named_to_staff_who_may_not_see_them() -> None:
    # Only the employer itself and a collaborative that knows somebody learn of them.
    place, district = make.collaborative(), make.district()
    make.person(first_name="Ana", last_name="Brandão", employer=district)
    gone = make.person(first_name="Ana", last_name="Gone")
    make.employment(person=gone, organization=district, to_on=date(2021, 6, 30))
    here = Workplace(organization_id=district.id)

    add(district, here, "Gone")
    with pytest.raises(people.NumberMissing):
        add(district, here, "Brandao")
    assert add(place, here, "Brandao").added_by_id == place.id
