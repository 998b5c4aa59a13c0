"""Back, and sent again: a second click does nothing twice, and is answered kindly."""

from __future__ import annotations

import pytest
from sqlalchemy import func, literal, select, union_all

from pdtrack.core.db import Model, db
from tests.bad_input.reading import complaints
from tests.bad_input.site import AREAS, Site, taken_back

# Whoever asks once more for a mail, a secret address or a file gets it.
ASKED_AGAIN = {
    "accounts.ask_for_code",
    "accounts.end_feed",
    "accounts.forgot_password",
    "accounts.send_address_again",
    "accounts.sign_up",
    "certificates.print_again",
    "operations.retry",
}


def counts() -> dict[str, int]:
    """Return how many rows each table has, in one query."""
    tables = Model.metadata.sorted_tables
    each = [select(literal(table.name), func.count()).select_from(table) for table in tables]
    return {row[0]: row[1] for row in db.session.execute(union_all(*each))}


@pytest.mark.parametrize("area", AREAS)
def test_a_second_click_does_nothing_twice(site: Site, area: str) -> None:
    problems = []

    for who, form in site.forms(area):
        if form.method != "POST" or site.shape(form).split()[1] in ASKED_AGAIN:
            continue
        with taken_back():
            first = site.send(who, form, list(form.values))
            after = counts()
            second = site.send(who, form, list(form.values))
            twice = {
                name: count - after[name] for name, count in counts().items() if count > after[name]
            }
        if twice:
            problems.append(f"{form} ({first.status_code}, {second.status_code}) twice: {twice}")
        if second.status_code >= 400:
            problems += [f"{form} {each}" for each in complaints(second)]

    assert not problems, "\n".join(problems)
