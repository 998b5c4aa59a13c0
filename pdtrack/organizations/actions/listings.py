"""Writing what a file lists."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pdtrack.core import tables
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db
from pdtrack.core.tables import SheetRow
from pdtrack.organizations import imports, journal, queries
from pdtrack.organizations.actions import changes
from pdtrack.organizations.imports import Listing, Plan, RowsRefused

# The public lists that ship with the product; data/README.md says where they are from.
SHIPPED = Path(__file__).parents[3] / "data"


@action
def import_shipped(*, actor: Actor) -> list[Plan]:
    """Write the organizations that ship with the product, if there are none yet.

    Rows that name what no list has are left out: the school list is older than the
    districts', and some have closed since.
    """
    if queries.collaboratives():
        return []
    plans = []
    for listing in Listing:
        path = SHIPPED / f"{listing}.csv"
        with path.open("rb") as file:
            rows = tables.read_rows(path.name, file).rows
        plans.append(import_rows(listing=listing, rows=rows, actor=actor, skip_refused=True))
    return plans


@action
def import_rows(
    *, listing: Listing, rows: Iterable[SheetRow], actor: Actor, skip_refused: bool = False
) -> Plan:
    """Write what a file lists, all of it or nothing, and say what was done.

    Doing it again changes nothing. An organization with another name keeps its
    code and its former name. Raises `RowsRefused`, unless refused rows may be
    left out, and `ColumnsMissing`.
    """
    plan = imports.plan(listing, rows)
    if plan.refused and not skip_refused:
        raise RowsRefused(
            f"Nothing was written, for {len(plan.refused):,} rows are refused. "
            "Correct them, or leave them out."
        )
    added = [plan.model(**change.values) for change in plan.new]
    db.session.add_all(added)
    db.session.flush()
    for row, new in zip(added, plan.new, strict=True):
        journal.record(actor, "added", row, after=journal.plain(new.values, row))
    for change in plan.changed:
        assert change.known is not None
        changes.change(row=change.known, values=change.values, actor=actor)
    return plan
