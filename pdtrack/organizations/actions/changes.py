"""Changing values of a row, with its history."""

from __future__ import annotations

from typing import Any

from pdtrack.core import clock
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db
from pdtrack.organizations import journal
from pdtrack.organizations.journal import Row
from pdtrack.organizations.models import FormerName, Organization


@action
def change(*, row: Row, values: dict[str, Any], actor: Actor) -> None:
    """Set what differs, keep a former name, and write down before and after."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return
    before = journal.plain(changed, row)
    if isinstance(row, Organization) and "name" in changed:
        db.session.add(FormerName(organization_id=row.id, name=row.name, until_at=clock.now()))
    for name in changed:
        setattr(row, name, values[name])
    journal.record(actor, "changed", row, before=before, after=journal.plain(changed, row))
