"""How changes of organizations, schools and memberships are written into the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pdtrack.core import audit
from pdtrack.core.authz import Actor
from pdtrack.core.db import Model
from pdtrack.organizations.models import Membership, Organization, School

Row = Organization | School | Membership


def plain(names: Iterable[str], row: Model) -> dict[str, Any]:
    """Return values of a row as the log keeps them."""
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def record(
    actor: Actor,
    event: str,
    row: Row,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down what happened to a row that has its id, under its district or collaborative."""
    is_organization = isinstance(row, Organization)
    audit.record(
        actor,
        f"{'organization' if is_organization else type(row).__name__.lower()}.{event}",
        row,
        organization_id=row.id if isinstance(row, Organization) else row.district_id,
        before=before,
        after=after,
    )
