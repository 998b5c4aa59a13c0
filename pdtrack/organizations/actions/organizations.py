"""Adding, editing, closing organizations."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from pdtrack.core import errors
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.organizations import journal, queries, rules
from pdtrack.organizations.actions import changes
from pdtrack.organizations.models import Collaborative, District, Organization, OrganizationKind


class CodeTaken(DomainError):
    """Another organization has the code."""


class BadCode(DomainError):
    """The code does not fit the kind of organization."""


class ShortNameTaken(DomainError):
    """Another collaborative has the short name."""


class ClosedAlready(DomainError):
    """The organization has closed."""


errors.constraint("uq_organizations_org_code", CodeTaken, "This code is taken.", "org_code")
errors.constraint("uq_schools_org_code", CodeTaken, "Somebody else added this school just now.")
errors.constraint("uq_organizations_slug", ShortNameTaken, "This name is taken.", "short_name")


@dataclass(frozen=True)
class Contact:
    """How to reach an organization."""

    contact_email: str | None = None
    contact_phone: str | None = None
    website: str | None = None


@dataclass(frozen=True)
class Provider:
    """What a collaborative's certificates and cancellation policy say."""

    legal_name: str | None = None
    provider_number: str | None = None
    signer_name: str | None = None
    signer_title: str | None = None
    free_cancellation_days: int | None = None
    cancellation_note: str | None = None


@dataclass(frozen=True)
class Basics:
    """What the platform administrator says about an organization."""

    name: str
    short_name: str | None = None
    region: str | None = None
    town: str | None = None
    type: str | None = None


@action
def add(*, kind: OrganizationKind, org_code: str, basics: Basics, actor: Actor) -> Organization:
    """Add a collaborative or a district. Raises `BadCode`, `CodeTaken` or `ShortNameTaken`."""
    fits = (
        rules.is_collaborative_code(org_code)
        if kind == OrganizationKind.COLLABORATIVE
        else rules.is_district_code(org_code)
    )
    if not fits:
        raise BadCode(
            "Eight digits, the last four zeros; 05 in front for a collaborative and for no "
            "district.",
            field="org_code",
        )
    known = queries.by_org_code(org_code)
    if known is not None:
        raise CodeTaken(f"This code belongs to {known.name}.", field="org_code")
    added = _collaborative(basics) if kind == OrganizationKind.COLLABORATIVE else _district(basics)
    added.org_code = org_code
    db.session.add(added)
    db.session.flush()
    journal.record(actor, "added", added, after={"org_code": org_code, **asdict(basics)})
    return added


@action
def edit(*, organization: Organization, basics: Basics, actor: Actor) -> None:
    """Change what an organization is called and where it is; code and address stay for good.

    Raises `BadCode` or `ShortNameTaken` for a short name that does not tell it from others.
    """
    lock(organization)
    if isinstance(organization, Collaborative) and basics.short_name != organization.short_name:
        _refuse_short_name(basics.short_name or "", of=organization)
    names = ("name", "short_name", "region")
    if isinstance(organization, District):
        names = ("name", "town", "type")
    changes.change(
        row=organization, values={name: getattr(basics, name) for name in names}, actor=actor
    )


@action
def close(*, organization: Organization, on: date, actor: Actor) -> None:
    """Close an organization from a day on: nobody can choose it any more, its record stays.

    Its memberships end the day before. Raises `ClosedAlready`.
    """
    lock(organization)
    if organization.closed_on is not None:
        raise ClosedAlready(f"{organization.name} has been closed already.", field="closed_on")
    changes.change(row=organization, values={"closed_on": on}, actor=actor)
    for membership in queries.memberships_of(organization.id):
        if membership.valid_to is None or membership.valid_to >= on:
            last = max(membership.valid_from, on - timedelta(days=1))
            changes.change(row=membership, values={"valid_to": last}, actor=actor)


@action
def reopen(*, organization: Organization, actor: Actor) -> None:
    """Open an organization that was closed by mistake; memberships are entered anew."""
    lock(organization)
    changes.change(row=organization, values={"closed_on": None}, actor=actor)


@action
def change_collaborative(
    *, collaborative: Collaborative, contact: Contact, provider: Provider, actor: Actor
) -> None:
    """Change how a collaborative is reached and what its papers say.

    Certificates that were issued keep what they were issued with.
    """
    lock(collaborative)
    changes.change(row=collaborative, values={**asdict(contact), **asdict(provider)}, actor=actor)


@action
def change_district(
    *, district: District, contact: Contact, first_school_day: date | None, actor: Actor
) -> None:
    """Change how a district is reached and when its school year begins."""
    lock(district)
    changes.change(
        row=district, values={**asdict(contact), "first_school_day": first_school_day}, actor=actor
    )


def _collaborative(basics: Basics) -> Collaborative:
    _refuse_short_name(basics.short_name or "")
    slug = rules.slug_of(basics.short_name or "")
    return Collaborative(
        name=basics.name, short_name=basics.short_name, region=basics.region, slug=slug
    )


def _refuse_short_name(short_name: str, *, of: Collaborative | None = None) -> None:
    """Refuse a short name that is no name, or under which others number certificates."""
    letters = rules.letters_of(short_name)
    if not letters:
        raise BadCode("Enter a short name with letters, like CES.", field="short_name")
    slug = rules.slug_of(short_name)
    for holder in (queries.collaborative(slug), queries.collaborative_lettered(letters)):
        if holder is not None and holder is not of:
            raise ShortNameTaken(f"This short name belongs to {holder.name}.", field="short_name")


def _district(basics: Basics) -> District:
    return District(name=basics.name, town=basics.town, type=basics.type)
