"""Which district belongs to which collaborative, from when to when."""

from __future__ import annotations

from datetime import date

from pdtrack.core import errors
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.organizations import journal, queries
from pdtrack.organizations.actions import changes
from pdtrack.organizations.models import Collaborative, District, Membership


class MembershipOverlaps(DomainError):
    """The district belongs to the collaborative at that time already."""


errors.constraint(
    "uq_memberships_collaborative_id",
    MembershipOverlaps,
    "This membership is on the list already.",
    "valid_from",
)


@action
def add(
    *,
    collaborative: Collaborative,
    district: District,
    valid_from: date,
    valid_to: date | None,
    actor: Actor,
) -> Membership:
    """Enter a district's membership in a collaborative. Raises `MembershipOverlaps`."""
    lock(collaborative, district)
    if valid_to is not None and valid_to < valid_from:
        raise MembershipOverlaps("The last day is before the first.", field="valid_to")
    known = _overlapping(collaborative.id, district.id, valid_from, valid_to)
    if known is not None:
        raise MembershipOverlaps(
            f"{district.name} belongs to it since {known.valid_from} already.", field="valid_from"
        )
    added = Membership(
        collaborative_id=collaborative.id,
        district_id=district.id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    db.session.add(added)
    db.session.flush()
    names = ("collaborative_id", "district_id", "valid_from", "valid_to")
    journal.record(actor, "added", added, after=journal.plain(names, added))
    return added


@action
def end(*, membership: Membership, on: date, actor: Actor) -> None:
    """End a membership with its last day; prices of past sessions stay as they were."""
    lock(membership)
    first = membership.valid_from
    if on < first:
        raise MembershipOverlaps("The last day is before the first.", field="valid_to")
    later = _overlapping(
        membership.collaborative_id, membership.district_id, first, on, beside=membership
    )
    if later is not None:
        raise MembershipOverlaps(
            f"The next membership begins on {later.valid_from} already.", field="valid_to"
        )
    changes.change(row=membership, values={"valid_to": on}, actor=actor)


def _overlapping(
    collaborative_id: int,
    district_id: int,
    first: date,
    last: date | None,
    *,
    beside: Membership | None = None,
) -> Membership | None:
    """Return another membership of the same two at the same time, if there is one."""
    for known in queries.memberships_of(district_id):
        is_before = known.valid_to is not None and known.valid_to < first
        is_after = last is not None and last < known.valid_from
        is_other = known.collaborative_id == collaborative_id and known is not beside
        if is_other and not is_before and not is_after:
            return known
    return None
