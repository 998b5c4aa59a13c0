"""Choosing an employer and a school."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from pdtrack.accounts.forms.employers import (
    EmployerFields,
    PositionField,
    SchoolField,
)
from pdtrack.accounts.models import OtherEmployer, Position
from pdtrack.accounts.rules import Workplace
from pdtrack.core import clock
from tests import make
from tests.queries import count_queries


class SampleForm(EmployerFields):
    """All fields of the module."""

    school = SchoolField()
    position = PositionField()


def sent(app: Flask, **values: str) -> SampleForm:
    with app.test_request_context():
        form = SampleForm(MultiDict(values), meta={"csrf": False})
        form.school.offer(None)
        form.validate()
        return form


def test_all_open_employers_are_offered_in_groups_with_one_query(app: Flask) -> None:
    district, place = make.district(name="Amherst"), make.collaborative(name="Services")
    make.district(name="Gone", closed_on=clock.today())
    with app.test_request_context():
        form = SampleForm(meta={"csrf": False})
        with count_queries() as queries:
            written = str(form.employer())

    assert len(queries) == 1
    assert (
        f'<optgroup label="Districts"><option value="{district.id}">Amherst</option></optgroup>'
        f'<optgroup label="Collaboratives"><option value="{place.id}">Services</option></optgroup>'
        '<optgroup label="My employer is not on this list">'
    ) in written
    assert "Not on this list: Private special-education school" in written
    assert "Gone" not in written


def test_a_listed_employer_is_chosen(app: Flask) -> None:
    district = make.district()

    form = sent(app, employer=str(district.id), employer_name="ignored")

    assert not form.errors
    assert form.workplace == Workplace(organization_id=district.id)


def test_an_employer_on_no_list_is_chosen_with_its_name(app: Flask) -> None:
    form = sent(app, employer="other:private_school", employer_name=" The May Center ")

    assert not form.errors
    assert form.workplace == Workplace(
        other_kind=OtherEmployer.PRIVATE_SCHOOL, other_name="The May Center"
    )


def test_no_employer_needs_no_name(app: Flask) -> None:
    form = sent(app, employer="other:none")

    assert not form.errors
    assert form.workplace == Workplace(other_kind=OtherEmployer.NONE)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({}, "employer", "Choose the employer"),
        ({"employer": ""}, "employer", "Choose the employer"),
        ({"employer": "999999"}, "employer", "Choose an employer from the list"),
        ({"employer": "other:circus"}, "employer", "Choose an employer from the list"),
        ({"employer": "other:out_of_state"}, "employer_name", "Enter the name of the employer."),
        (
            {"employer": "other:out_of_state", "employer_name": "x" * 201},
            "employer_name",
            "Enter at most 200 characters.",
        ),
        ({"employer": "other:none", "school": "1"}, "school", "Choose a school from the list."),
        ({"employer": "other:none", "school": "x"}, "school", "Choose a school from the list."),
        (
            {"employer": "other:none", "position": "boss"},
            "position",
            "Choose a position from the list.",
        ),
    ],
)
def test_what_is_not_on_the_list_is_refused_in_words(
    app: Flask, values: dict[str, str], field: str, message: str
) -> None:
    errors: dict[Any, Any] = dict(sent(app, **values).errors)

    assert list(errors) == [field]
    assert errors[field][0].startswith(message)


def test_school_and_position_may_stay_open(app: Flask) -> None:
    form = sent(app, employer="other:none", school="", position="")

    assert not form.errors
    assert form.school.data is None
    assert form.position.data is None


def test_the_schools_of_an_employer_are_offered_and_no_others(app: Flask) -> None:
    district = make.district()
    school = make.school(district=district, name="Crocker Farm", town="Amherst")
    make.school(district=make.district(), name="Elsewhere")
    with app.test_request_context():
        form = SampleForm(
            MultiDict({"employer": "other:none", "school": str(school.id), "position": "nurse"}),
            meta={"csrf": False},
        )
        form.school.offer(district.id)
        assert form.validate()
        written = str(form.school())

    assert form.school.has_schools
    assert (form.school.data, form.position.data) == (school.id, Position.NURSE)
    assert "Crocker Farm, Amherst" in written
    assert "Elsewhere" not in written
