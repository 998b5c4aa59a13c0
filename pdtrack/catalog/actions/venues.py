"""Writing venues."""

from __future__ import annotations

from pdtrack.catalog import queries, schedule, search
from pdtrack.catalog.details import VenueDetails
from pdtrack.catalog.models import Venue
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.organizations.models import Collaborative

_PLACE = ("name", "address", "town", "room")


@action
def create_venue(*, collaborative: Collaborative, details: VenueDetails, actor: Actor) -> Venue:
    """Write down a place where a collaborative holds sessions; the same once more is that one."""
    lock(collaborative)  # A double click makes one venue.
    for known in queries.venues(collaborative):
        if all(getattr(known, name) == value for name, value in details.items()):
            return known
    venue = Venue(collaborative_id=collaborative.id, **dict(details.items()))
    db.session.add(venue)
    audit.record(
        actor,
        "venue.created",
        venue,
        organization_id=collaborative.id,
        after={"name": venue.name, "town": venue.town},
    )
    return venue


@action
def edit_venue(*, venue: Venue, details: VenueDetails, actor: Actor) -> Venue:
    """Change a venue; a new address reaches the calendars of all its coming meetings."""
    lock(venue)
    changed = {name: value for name, value in details.items() if getattr(venue, name) != value}
    if not changed:
        return venue
    before = {name: getattr(venue, name) for name in changed}
    for name, value in changed.items():
        setattr(venue, name, value)
    db.session.flush()
    _touch_sessions(venue, has_moved=any(name in _PLACE for name in changed))
    audit.record(
        actor,
        "venue.edited",
        venue,
        organization_id=venue.collaborative_id,
        before=before,
        after=changed,
    )
    return venue


@action
def retire_venue(*, venue: Venue, actor: Actor) -> None:
    """Take a venue out of use: no new sessions; those planned there stay."""
    lock(venue)
    if venue.retired_at is None:
        venue.retired_at = clock.now()
        audit.record(actor, "venue.retired", venue, organization_id=venue.collaborative_id)


@action
def revive_venue(*, venue: Venue, actor: Actor) -> None:
    """Take a retired venue into use again."""
    lock(venue)
    if venue.retired_at is not None:
        venue.retired_at = None
        audit.record(actor, "venue.revived", venue, organization_id=venue.collaborative_id)


def _touch_sessions(venue: Venue, *, has_moved: bool) -> None:
    sessions = queries.sessions_at(venue)
    for course_session in sessions:
        course_session.changed_at = clock.now()
        if has_moved:
            schedule.raise_sequence(course_session, at_venue=venue)
    if has_moved:
        search.index(*sessions)
