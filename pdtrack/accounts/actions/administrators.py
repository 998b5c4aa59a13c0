"""The first platform administrator, whom nobody can invite."""

from __future__ import annotations

from pdtrack.accounts import links, queries
from pdtrack.accounts.actions import roles
from pdtrack.accounts.models import EmailAddress, Person
from pdtrack.accounts.rules import Name
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor, RoleKind
from pdtrack.core.db import action, db


@action
def create(*, address: str, name: Name, actor: Actor) -> str:
    """Make somebody a platform administrator, and return the link by which to choose a password.

    Whoever has an account with the address keeps it, and gets the role. Whoever
    may run commands on this machine vouches for the address.
    """
    person = queries.account_with(address) or _new(address, name, actor)
    roles.grant(person=person, kind=RoleKind.PLATFORM_ADMINISTRATOR, organization=None, actor=actor)
    link = links.reset_password(person.id)
    assert link is not None
    return link


def _new(address: str, name: Name, actor: Actor) -> Person:
    now = clock.now()
    person = Person(
        first_name=name.first,
        last_name=name.last,
        session_version=1,
        feed_version=1,
        created_at=now,
    )
    person.addresses = [
        EmailAddress(address=address, verified_at=now, is_primary=True, created_at=now)
    ]
    db.session.add(person)
    db.session.flush()
    audit.record(actor, "person.added", person, after={"address": address})
    return person
