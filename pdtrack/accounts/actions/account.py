"""One's own account: name, MEPID, accommodations, calendar feed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pdtrack.accounts.models import Person
from pdtrack.core import audit
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, lock


@dataclass(frozen=True)
class Profile:
    """What a person says about themselves."""

    first_name: str
    last_name: str
    mepid: str | None
    accommodations: str | None


@action
def edit(*, person: Person, profile: Profile, actor: Actor) -> None:
    """Change what a person says about themselves; certificates keep the name they show."""
    lock(person)
    before = asdict(_profile_of(person))
    for name, value in asdict(profile).items():
        setattr(person, name, value)
    after = asdict(profile)
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        # What somebody needs is between them and the coordinators: the log keeps no copy.
        kept = [name for name in changed if name != "accommodations"]
        audit.record(
            actor,
            "person.edited",
            person,
            before={name: before[name] for name in kept},
            after={name: after[name] for name in kept},
        )


@action
def end_feed(*, person: Person, actor: Actor) -> None:
    """End the address of the person's calendar feed; there is a new one at once."""
    lock(person)
    person.feed_version += 1
    audit.record(actor, "person.ended_feed", person)


def _profile_of(person: Person) -> Profile:
    return Profile(person.first_name, person.last_name, person.mepid, person.accommodations)
