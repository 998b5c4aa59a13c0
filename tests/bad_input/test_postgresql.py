"""The same nonsense, sent to PostgreSQL, which is stricter about characters and numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.bad_input.site import AREAS, Site, taken_back
from tests.bad_input.test_addresses import QUESTIONS
from tests.bad_input.values import ODD
from tests.conftest import rolled_back

pytestmark = pytest.mark.postgresql
WORST = (f"a\x00b\ufffe {ODD}", str(2**31), str(2**63))


@pytest.fixture
def strict(on_postgresql: Flask, alone: None) -> Iterator[Site]:
    """The same site on PostgreSQL."""
    assert alone is None
    with rolled_back(on_postgresql):
        yield Site.build(on_postgresql)


@pytest.mark.parametrize("area", AREAS)
def test_no_field_breaks_that_postgresql_cannot_keep(strict: Site, area: str) -> None:
    problems = []

    for who, form in strict.forms(area):
        for field, value in itertools.product(form.fields, WORST):
            with taken_back():
                answer = strict.send(who, form, form.with_values(field.name, value))
            if answer.status_code >= 500:
                problems.append(f"{form} {field.name} {value!r} answers {answer.status_code}")

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("area", AREAS)
def test_no_question_breaks_that_postgresql_cannot_answer(strict: Site, area: str) -> None:
    problems = []

    for (route, url), value in itertools.product(strict.routes("GET", area), WORST):
        with taken_back():
            client = strict.be(strict.who(route))
            answer = client.get(url, query_string=dict.fromkeys(QUESTIONS, value))
            answer.get_data()
        if answer.status_code >= 500:
            problems.append(f"{url} {value!r} answers {answer.status_code}")

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("number", [str(2**31), "9" * 11])
def test_the_feed_of_a_person_beyond_all_numbers_is_not_there(strict: Site, number: str) -> None:
    assert strict.be(None).get(f"/calendars/me/{number}-signature.ics").status_code == 404
