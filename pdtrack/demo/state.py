"""The real organizations, as they were imported, and importing them if nobody did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import select

from pdtrack.catalog import actions as catalog
from pdtrack.catalog.models import Topic
from pdtrack.catalog.topics import FIRST_ROWS
from pdtrack.core.authz import Actor
from pdtrack.core.db import db
from pdtrack.demo.bulk import Rows
from pdtrack.organizations.actions.listings import import_shipped
from pdtrack.organizations.models import (
    Collaborative,
    District,
    EmailDomain,
    Membership,
    Organization,
    School,
)


@dataclass(frozen=True)
class State:
    """Massachusetts: who educates whom."""

    collaboratives: dict[str, Collaborative]
    districts: dict[str, District]
    schools: dict[int, list[School]]
    memberships: Sequence[Membership]
    topics: dict[str, Topic]

    @classmethod
    def read(cls) -> Self:
        """Return the organizations that there are."""
        schools: dict[int, list[School]] = {}
        for school in db.session.scalars(select(School).order_by(School.org_code)):
            schools.setdefault(school.district_id, []).append(school)
        by_code = select(Organization).order_by(Organization.org_code)
        found = db.session.scalars(by_code).all()
        return cls(
            collaboratives={
                each.slug or "": each for each in found if isinstance(each, Collaborative)
            },
            districts={each.org_code: each for each in found if isinstance(each, District)},
            schools=schools,
            memberships=db.session.scalars(select(Membership).order_by(Membership.id)).all(),
            topics={each.slug: each for each in db.session.scalars(select(Topic))},
        )

    def members(self, collaborative: Collaborative, on: date) -> list[District]:
        """Return the districts that belong to a collaborative on a day, by code."""
        ids = {
            each.district_id
            for each in self.memberships
            if each.collaborative_id == collaborative.id and is_in_force(each, on)
        }
        return [district for district in self.districts.values() if district.id in ids]

    def schools_of(self, organization: Organization) -> list[School]:
        """Return the schools of a district."""
        return self.schools.get(organization.id, [])


def is_in_force(membership: Membership, on: date) -> bool:
    """Whether a membership holds on a day."""
    ends = membership.valid_to
    return membership.valid_from <= on and (ends is None or on <= ends)


def import_missing(actor: Actor) -> None:
    """Import the organizations of `data/` if there are none yet, and add the topics."""
    import_shipped(actor=actor)
    catalog.add_topics(rows=FIRST_ROWS, actor=actor)


def add_domains(rows: Rows, state: State) -> None:
    """Give every organization a mail domain of its own, in which nobody gets any mail."""
    known = set(db.session.scalars(select(EmailDomain.domain)))
    for each in (*state.collaboratives.values(), *state.districts.values()):
        domain = f"{each.org_code}.example"
        if domain not in known:
            rows.add(EmailDomain, organization_id=each.id, domain=domain)
