"""Mail domains that organizations call their own."""

from __future__ import annotations

from pdtrack.core import errors
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db
from pdtrack.core.errors import DomainError
from pdtrack.organizations import journal, queries, rules
from pdtrack.organizations.models import EmailDomain, Organization


class BadDomain(DomainError):
    """The domain is none, or one in which anybody can have an address."""


class DomainTaken(DomainError):
    """Another organization calls the domain its own."""


errors.constraint("uq_email_domains_domain", DomainTaken, "This domain is taken.", "domain")


@action
def add(*, organization: Organization, typed: str, actor: Actor) -> EmailDomain:
    """Call a mail domain an organization's own. Raises `BadDomain` or `DomainTaken`.

    `accounts.actions.domains.add` also confirms who works there.
    """
    domain = rules.domain_of(typed)
    if domain is None:
        raise BadDomain("Enter a domain like northampton-k12.us.", field="domain")
    if rules.is_public_mail(domain):
        message = f"Anybody can have an address at {domain}, so it proves nothing."
        raise BadDomain(message, field="domain")
    holder = queries.holder_of_domain(domain)
    if holder is not None:
        raise DomainTaken(f"{holder.name} calls {domain} its own.", field="domain")
    added = EmailDomain(organization=organization, domain=domain)
    db.session.add(added)
    journal.record(actor, "domain_added", organization, after={"domain": domain})
    return added


@action
def remove(*, domain: EmailDomain, actor: Actor) -> None:
    """Stop calling a mail domain an organization's own; what it confirmed stays confirmed."""
    before = {"domain": domain.domain}
    journal.record(actor, "domain_removed", domain.organization, before=before)
    db.session.delete(domain)
