"""Mail domains of employers, and what they prove about those who say they work there."""

from __future__ import annotations

from dataclasses import dataclass

from pdtrack.accounts.actions import employments
from pdtrack.core.authz import Actor
from pdtrack.core.db import action
from pdtrack.organizations.actions import domains
from pdtrack.organizations.models import EmailDomain, Organization


@dataclass(frozen=True)
class Added:
    """A domain, and how many people it confirmed."""

    domain: EmailDomain
    confirmed: int


@action
def add(*, organization: Organization, typed: str, actor: Actor) -> Added:
    """Call a mail domain an employer's own, and confirm whoever has a verified address in it.

    Raises `BadDomain` or `DomainTaken`.
    """
    domain = domains.add(organization=organization, typed=typed, actor=actor)
    confirmed = employments.confirm_by_domain(
        organization_id=organization.id, domain=domain.domain, actor=actor
    )
    return Added(domain, confirmed)
