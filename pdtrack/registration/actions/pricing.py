"""What a registration costs: decided when it is made, settled when the employer's word comes."""

from __future__ import annotations

from pdtrack.catalog import queries as catalog
from pdtrack.core import audit
from pdtrack.core.authz import SYSTEM, Actor
from pdtrack.core.db import action, lock
from pdtrack.registration import emails, queries, rules
from pdtrack.registration.models import Registration, Status


def settle_prices() -> int:
    """Settle every price that waited for an employer who has confirmed the person meanwhile.

    An employment is confirmed in many ways, by people and by domains, which know
    nothing of registrations. Safe to run again at any time; says how many it settled.
    """
    waiting = list(queries.prices_to_settle())
    for registration in waiting:
        settle_price(registration=registration, actor=SYSTEM)
    return len(waiting)


@action
def settle_price(*, registration: Registration, actor: Actor) -> None:
    """Decide a provisional price anew, and tell whoever has a place if it is another one."""
    lock(registration)
    if not rules.has_open_price(registration):
        return
    before = registration.price_cents
    set_price(registration)
    if registration.price_cents == before:
        return
    audit.record(
        actor,
        "registration.price_settled",
        registration,
        organization_id=registration.course_session.collaborative_id,
        on_behalf_of_id=registration.person_id,
        before={"price_cents": before},
        after={"price_cents": registration.price_cents},
    )
    if registration.status == Status.REGISTERED:
        emails.price_settled(registration)


def set_price(registration: Registration) -> None:
    """Write down what the session costs the person now, and why; call inside an action."""
    employment = registration.employment
    price = catalog.price_for(registration.course_session, [employment] if employment else [])
    registration.price_cents = price.cents
    registration.price_reason = price.reason
    registration.price_is_provisional = price.is_provisional
