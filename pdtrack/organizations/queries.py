"""Reading organizations, their schools, memberships and domains."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import joinedload

from pdtrack.core import clock, folding, pages
from pdtrack.core.db import db
from pdtrack.core.folding import folded
from pdtrack.core.pages import Page
from pdtrack.organizations.models import (
    Collaborative,
    District,
    EmailDomain,
    FormerName,
    Membership,
    Organization,
    OrganizationKind,
    School,
)
from pdtrack.organizations.rules import letters_of


class Employer(NamedTuple):
    """An organization as a list of employers names it."""

    id: int
    name: str
    kind: OrganizationKind


def organization(organization_id: int) -> Organization | None:
    """Return an organization by its id."""
    return db.session.get(Organization, organization_id)


def by_org_code(org_code: str) -> Organization | None:
    """Return the collaborative or district with this code."""
    return db.session.scalar(select(Organization).where(Organization.org_code == org_code))


def collaborative_lettered(letters: str) -> Collaborative | None:
    """Return the collaborative, closed or not, whose certificates are numbered under letters."""
    named = db.session.scalars(select(Collaborative).where(Collaborative.short_name.is_not(None)))
    return next((each for each in named if letters_of(each.short_name or "") == letters), None)


def collaborative(slug: str) -> Collaborative | None:
    """Return the collaborative with this short name in addresses, closed or not."""
    return db.session.scalar(select(Collaborative).where(Collaborative.slug == slug))


def district(org_code: str) -> District | None:
    """Return the district with this code, closed or not."""
    return db.session.scalar(select(District).where(District.org_code == org_code))


def collaboratives() -> Sequence[Collaborative]:
    """Return the collaboratives that are open, by name."""
    return db.session.scalars(
        select(Collaborative).where(is_open(clock.today())).order_by(folded(Collaborative.name))
    ).all()


def only_collaborative() -> Collaborative | None:
    """Return the collaborative of an installation that serves just one."""
    found = db.session.scalars(select(Collaborative).where(is_open(clock.today())).limit(2)).all()
    return found[0] if len(found) == 1 else None


def employers() -> list[Employer]:
    """Return every open organization as an employer, by name."""
    rows = db.session.execute(
        select(Organization.id, Organization.name, Organization.kind)
        .where(is_open(clock.today()))
        .order_by(folded(Organization.name))
    )
    return [Employer(*row) for row in rows]


def is_open(on: date) -> ColumnElement[bool]:
    """Whether an organization is open on a day; for statements."""
    return or_(Organization.closed_on.is_(None), Organization.closed_on > on)


def schools_of(organization_id: int) -> Sequence[School]:
    """Return the schools of a district, by name; none for a collaborative."""
    return db.session.scalars(
        select(School)
        .where(School.district_id == organization_id)
        .order_by(folded(School.name), School.id)
    ).all()


def school_of(organization_id: int, school_id: int) -> School | None:
    """Return a school if it belongs to the organization."""
    return db.session.scalar(
        select(School).where(School.id == school_id, School.district_id == organization_id)
    )


def in_force(on: date) -> ColumnElement[bool]:
    """Whether a membership is in force on a day; for statements."""
    return (Membership.valid_from <= on) & (
        Membership.valid_to.is_(None) | (Membership.valid_to >= on)
    )


def member_collaborative_ids(organization_id: int, on: date) -> set[int]:
    """Return the collaboratives that a district belongs to on a day."""
    return set(
        db.session.scalars(
            select(Membership.collaborative_id).where(
                Membership.district_id == organization_id, in_force(on)
            )
        )
    )


def members(collaborative_id: int, on: date) -> Sequence[District]:
    """Return the districts that belong to a collaborative on a day, by name."""
    return (
        db.session.scalars(
            select(District)
            .join(Membership, Membership.district_id == District.id)
            .where(Membership.collaborative_id == collaborative_id, in_force(on))
            .order_by(folded(District.name))
        )
        .unique()
        .all()
    )


def memberships_of(organization_id: int) -> Sequence[Membership]:
    """Return the memberships of a collaborative or a district, the newest first."""
    return db.session.scalars(
        select(Membership)
        .where(
            or_(
                Membership.collaborative_id == organization_id,
                Membership.district_id == organization_id,
            )
        )
        .options(joinedload(Membership.collaborative), joinedload(Membership.district))
        .order_by(Membership.valid_from.desc(), Membership.id)
    ).all()


def domains_of(organization_id: int) -> Sequence[EmailDomain]:
    """Return the mail domains that an organization calls its own."""
    return db.session.scalars(
        select(EmailDomain)
        .where(EmailDomain.organization_id == organization_id)
        .order_by(EmailDomain.domain)
    ).all()


def domain_of(organization_id: int, domain_id: int) -> EmailDomain | None:
    """Return one of an organization's mail domains."""
    return db.session.scalar(
        select(EmailDomain).where(
            EmailDomain.id == domain_id, EmailDomain.organization_id == organization_id
        )
    )


def organization_of_domain(domain: str) -> Organization | None:
    """Return the open organization that calls a mail domain its own.

    A domain inside it (students.example.org) does not count: whoever owns it says so.
    """
    return db.session.scalar(
        select(Organization)
        .join(EmailDomain, EmailDomain.organization_id == Organization.id)
        .where(EmailDomain.domain == domain.strip().lower(), is_open(clock.today()))
    )


def holder_of_domain(domain: str) -> Organization | None:
    """Return the organization that holds a mail domain, open or closed."""
    return db.session.scalar(
        select(Organization)
        .join(EmailDomain, EmailDomain.organization_id == Organization.id)
        .where(EmailDomain.domain == domain)
    )


def membership_of(organization_id: int, membership_id: int) -> Membership | None:
    """Return a membership of this collaborative or district, and of no other."""
    return db.session.scalar(
        select(Membership).where(
            Membership.id == membership_id,
            or_(
                Membership.collaborative_id == organization_id,
                Membership.district_id == organization_id,
            ),
        )
    )


def former_names(organization_id: int) -> Sequence[FormerName]:
    """Return the names that an organization had, the last one first."""
    return db.session.scalars(
        select(FormerName)
        .where(FormerName.organization_id == organization_id)
        .order_by(FormerName.until_at.desc(), FormerName.id.desc())
    ).all()


def find_organizations(
    *, text: str = "", kind: OrganizationKind | None = None, number: int = 1
) -> Page[Organization]:
    """Return a page of organizations whose present or former name, short name or code matches."""
    statement = select(Organization).order_by(folded(Organization.name), Organization.id)
    if kind is not None:
        statement = statement.where(Organization.kind == kind)
    for word in text.split()[:8]:
        statement = statement.where(_matches(word))
    return pages.paginate(statement, number=number)


def _matches(word: str) -> ColumnElement[bool]:
    was_called = exists().where(
        FormerName.organization_id == Organization.id,
        folding.has(FormerName.name, word),
    )
    return or_(
        folding.has(Organization.name, word),
        Organization.org_code.startswith(word, autoescape=True),
        # Named by the table: the class would leave out whatever is no collaborative.
        folding.has(Collaborative.__table__.c.short_name, word),
        was_called,
    )
