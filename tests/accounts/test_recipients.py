"""Where mail to a person goes, whoever asks: a page, the outbox or a report."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pdtrack.accounts import queries
from pdtrack.accounts.models import EmailAddress, Person
from pdtrack.core import clock
from pdtrack.core.db import db
from tests import make

pytestmark = pytest.mark.usefixtures("on_either")


@pytest.mark.parametrize(
    ("addresses", "chosen"),
    [
        ([], None),
        (["unverified"], None),
        (["unverified primary"], None),
        (["verified"], 0),
        (["verified", "verified primary"], 1),
        (["verified primary", "verified"], 0),
        (["verified", "verified"], 0),
        (["unverified", "verified", "unverified primary"], 1),
        (["verified primary", "verified primary"], 0),
    ],
)
def test_python_and_sql_choose_the_same_address(addresses: list[str], chosen: int | None) -> None:
    person = make.person(email=None)
    for number, words in enumerate(addresses):
        db.session.add(
            EmailAddress(
                person_id=person.id,
                address=f"{number}@people.example",
                verified_at=clock.now() if words.startswith("verified") else None,
                is_primary=words.endswith("primary"),
                created_at=clock.now(),
            )
        )
    db.session.commit()
    expected = None if chosen is None else f"{chosen}@people.example"

    address = queries.mail_address(Person.id).correlate(Person).scalar_subquery()
    assert db.session.scalar(select(address).where(Person.id == person.id)) == expected
    asked = queries.recipient(person)  # The addresses are not loaded yet.
    assert person.email == expected
    assert queries.recipient(person) == asked
    assert (asked.address if asked else None) == expected
