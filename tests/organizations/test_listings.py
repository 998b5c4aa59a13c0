"""Importing lists of organizations: the real files, and every row that is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pdtrack.core import tables
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.tables import SheetRow
from pdtrack.organizations import imports, queries
from pdtrack.organizations.actions import listings
from pdtrack.organizations.imports import ColumnsMissing, Listing, Plan, RowsRefused
from pdtrack.organizations.models import (
    Collaborative,
    District,
    FormerName,
    Membership,
    School,
)
from tests import make

DATA = Path(__file__).parent.parent.parent / "data"
pytestmark = pytest.mark.usefixtures("on_either")


def rows_of(listing: Listing) -> Sequence[SheetRow]:
    with (DATA / f"{listing}.csv").open("rb") as file:
        return tables.read_rows(file.name, file).rows


def numbered(*rows: dict[str, str]) -> list[SheetRow]:
    return [SheetRow(line, row) for line, row in enumerate(rows, start=2)]


def write(listing: Listing, *rows: dict[str, str], skip_refused: bool = False) -> Plan:
    return listings.import_rows(
        listing=listing, rows=numbered(*rows), actor=SYSTEM, skip_refused=skip_refused
    )


def reasons(listing: Listing, *rows: dict[str, str]) -> list[str]:
    plan = imports.plan(listing, numbered(*rows))
    return [f"{each.line}: {each.reason}" for each in plan.refused]


@pytest.fixture
def real_files(on_either: None) -> None:  # noqa: ARG001 - the database.
    """The organizations that ship with the product, on each kind of database."""
    for listing in Listing:
        listings.import_rows(
            listing=listing, rows=rows_of(listing), actor=SYSTEM, skip_refused=True
        )


@pytest.mark.usefixtures("real_files")
def test_the_real_files_go_in_but_for_schools_of_closed_districts() -> None:
    counts = {
        model.__name__: db.session.scalar(select(func.count()).select_from(model))
        for model in (Collaborative, District, School, Membership)
    }
    assert counts == {"Collaborative": 24, "District": 400, "School": 1846, "Membership": 324}


def test_schools_of_closed_districts_stop_everything_until_they_may_be_left_out() -> None:
    listings.import_rows(listing=Listing.DISTRICTS, rows=rows_of(Listing.DISTRICTS), actor=SYSTEM)
    with pytest.raises(RowsRefused, match="15 rows"):
        listings.import_rows(listing=Listing.SCHOOLS, rows=rows_of(Listing.SCHOOLS), actor=SYSTEM)
    assert db.session.scalar(select(func.count()).select_from(School)) == 0

    plan = imports.plan(Listing.SCHOOLS, rows_of(Listing.SCHOOLS))
    assert len(plan.refused) == 15
    assert plan.refused[0].reason == "There is no district 00280000; it may have closed."


@pytest.mark.usefixtures("real_files")
def test_importing_again_changes_nothing() -> None:
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))

    for listing in Listing:
        rows = rows_of(listing)
        plan = listings.import_rows(listing=listing, rows=rows, actor=SYSTEM, skip_refused=True)
        assert not plan.new
        assert not plan.changed
        assert plan.unchanged == len(rows) - len(plan.refused)

    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before


COLLABORATIVE = {
    "org_code": "05320000",
    "name": "Collaborative for Educational Services",
    "short_name": "CES",
    "region": "West",
}
DISTRICT = {"org_code": "00080000", "name": "Amherst", "town": "Amherst", "type": "municipal"}
SCHOOL = {
    "org_code": "00080009",
    "district_org_code": "00080000",
    "name": "Crocker Farm",
    "town": "Amherst",
    "grades": "PK K 01",
}
MEMBERSHIP = {
    "collaborative_org_code": "05320000",
    "district_org_code": "00080000",
    "valid_from": "2021-07-01",
    "valid_to": "",
}


def test_a_renamed_organization_keeps_its_code_its_address_and_its_former_name() -> None:
    write(Listing.COLLABORATIVES, COLLABORATIVE)
    known = queries.collaborative("ces")
    assert known is not None

    plan = write(
        Listing.COLLABORATIVES,
        {**COLLABORATIVE, "name": "Services for Education", "short_name": "SfE"},
    )

    assert [change.differences for change in plan.changed]
    assert queries.collaborative("ces") is known
    assert (known.name, known.short_name) == ("Services for Education", "SfE")
    assert [each.name for each in queries.former_names(known.id)] == [COLLABORATIVE["name"]]
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.event == "organization.changed")
    ).one()
    assert entry.before == {"name": COLLABORATIVE["name"], "short_name": "CES"}


def test_a_preview_says_what_differs_and_writes_nothing() -> None:
    write(Listing.DISTRICTS, DISTRICT)

    plan = imports.plan(
        Listing.DISTRICTS,
        numbered({**DISTRICT, "town": "Hadley"}, {**DISTRICT, "org_code": "00090000"}),
    )

    assert plan.sentence == "Districts: 1 new, 1 changed, 0 unchanged, 0 refused."
    assert plan.changed[0].differences == {"town": ("Amherst", "Hadley")}
    known = queries.district("00080000")
    assert known is not None
    assert known.town == "Amherst"
    assert db.session.scalar(select(func.count()).select_from(FormerName)) == 0


def test_a_school_can_move_to_another_district() -> None:
    write(Listing.DISTRICTS, DISTRICT, {**DISTRICT, "org_code": "00090000", "name": "Andover"})
    write(Listing.SCHOOLS, SCHOOL)

    write(Listing.SCHOOLS, {**SCHOOL, "district_org_code": "00090000"})

    school = db.session.scalars(select(School)).one()
    assert school.district.name == "Andover"


def test_a_membership_can_be_ended_and_begun_again_in_one_file() -> None:
    write(Listing.COLLABORATIVES, COLLABORATIVE)
    write(Listing.DISTRICTS, DISTRICT)
    write(Listing.MEMBERSHIPS, MEMBERSHIP)

    plan = write(
        Listing.MEMBERSHIPS,
        {**MEMBERSHIP, "valid_to": "2024-06-30"},
        {**MEMBERSHIP, "valid_from": "7/1/2026"},
    )

    assert (len(plan.new), len(plan.changed)) == (1, 1)
    known = db.session.scalars(select(Membership).order_by(Membership.valid_from)).all()
    assert [(each.valid_from, each.valid_to) for each in known] == [
        (date(2021, 7, 1), date(2024, 6, 30)),
        (date(2026, 7, 1), None),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"org_code": "8"},
            (
                "8 is no code of a district: eight digits, the last four zeros. "
                "A spreadsheet may have dropped the zeros in front."
            ),
        ),
        (
            {"org_code": "00080001"},
            "00080001 is no code of a district: eight digits, the last four zeros.",
        ),
        (
            {"org_code": "05320000"},
            "05320000 is no code of a district: eight digits, the last four zeros.",
        ),
        (
            {"org_code": "٠٠٠٨٠٠٠٠"},
            "٠٠٠٨٠٠٠٠ is no code of a district: eight digits, the last four zeros.",
        ),
        ({"org_code": ""}, "The code is empty."),
        ({"name": " "}, "The name is empty."),
        ({"name": "A" * 201}, "The name is longer than 200 characters."),
    ],
)
def test_a_row_that_makes_no_district_is_refused(change: dict[str, str], reason: str) -> None:
    assert reasons(Listing.DISTRICTS, {**DISTRICT, **change}) == [f"2: {reason}"]


def test_a_code_that_is_there_twice_is_refused_the_second_time() -> None:
    assert reasons(Listing.DISTRICTS, DISTRICT, DISTRICT) == ["3: The same is on line 2 already."]


def test_a_short_name_that_another_collaborative_has_is_refused() -> None:
    write(Listing.COLLABORATIVES, COLLABORATIVE)

    other = {**COLLABORATIVE, "org_code": "05330000", "short_name": "C.E.S."}
    assert reasons(Listing.COLLABORATIVES, other, {**other, "short_name": "ces"}) == [
        "3: The short name belongs to the collaborative 05320000."
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"org_code": "05320001"},
            "05320001 is no code of a collaborative: eight digits, 05 first, 0000 last.",
        ),
        (
            {"short_name": "!"},
            "The short name needs a letter or a digit, for it is part of addresses.",
        ),
    ],
)
def test_a_row_that_makes_no_collaborative_is_refused(change: dict[str, str], reason: str) -> None:
    assert reasons(Listing.COLLABORATIVES, {**COLLABORATIVE, **change}) == [f"2: {reason}"]


def test_a_code_of_the_other_kind_is_refused() -> None:
    make.district(org_code="05320000", name="Not a collaborative")

    assert reasons(Listing.COLLABORATIVES, COLLABORATIVE) == [
        "2: This code belongs to the district Not a collaborative."
    ]


def test_a_school_with_a_district_s_code_is_refused() -> None:
    assert reasons(Listing.SCHOOLS, {**SCHOOL, "org_code": "00080000"}) == [
        "2: 00080000 is no code of a school: eight digits, not 0000 last."
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"collaborative_org_code": "05990000"}, "There is no collaborative 05990000."),
        ({"district_org_code": "05320000"}, "There is no district 05320000; it may have closed."),
        ({"valid_from": "soon"}, "The valid from is no day like 2026-07-01: soon."),
        ({"valid_to": "2020-06-30"}, "The membership ends before it begins."),
        ({"valid_from": ""}, "The valid from is empty."),
    ],
)
def test_a_row_that_makes_no_membership_is_refused(change: dict[str, str], reason: str) -> None:
    write(Listing.COLLABORATIVES, COLLABORATIVE)
    write(Listing.DISTRICTS, DISTRICT)

    assert reasons(Listing.MEMBERSHIPS, {**MEMBERSHIP, **change}) == [f"2: {reason}"]


def test_a_membership_that_overlaps_another_is_refused() -> None:
    write(Listing.COLLABORATIVES, COLLABORATIVE)
    write(Listing.DISTRICTS, DISTRICT)
    write(Listing.MEMBERSHIPS, MEMBERSHIP)

    assert reasons(Listing.MEMBERSHIPS, {**MEMBERSHIP, "valid_from": "2022-07-01"}) == [
        "2: It overlaps the membership that began on 2021-07-01."
    ]


def test_a_file_without_a_needed_column_is_refused_whole() -> None:
    with pytest.raises(ColumnsMissing, match="no column town, type"):
        imports.plan(Listing.DISTRICTS, numbered({"org_code": "00080000", "name": "Amherst"}))


def test_a_line_with_too_many_cells_is_refused() -> None:
    row = SheetRow(2, DISTRICT, "This line has more cells than there are headings.")

    assert [each.reason for each in imports.plan(Listing.DISTRICTS, [row]).refused] == [row.fault]
