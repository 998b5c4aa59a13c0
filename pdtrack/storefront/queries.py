"""Reading what the public pages show, each in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.catalog.rules import Price
from pdtrack.catalog.search import Listing
from pdtrack.core import clock, filters
from pdtrack.core.db import db
from pdtrack.core.folding import folded
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Registration
from pdtrack.registration.rules import Counts
from pdtrack.storefront import rules
from pdtrack.storefront.rules import Places, Stage


@dataclass(frozen=True, slots=True)
class Line:
    """A session of a list as this visitor sees it, in words."""

    session: Listing
    registration: Registration | None
    day: date | None
    eyebrow: str
    when: str
    where: str
    earned: str
    price: Price
    price_text: str
    price_note: str
    places: Places


@dataclass(frozen=True)
class Offer:
    """A session's page as this visitor sees it."""

    stage: Stage
    price: Price
    counts: Counts
    places: Places
    registration: Registration | None
    position: int | None
    last_free_day: date | None


def lines(listings: Sequence[Listing], visitor: Person | None) -> list[Line]:
    """Return lists' lines for a visitor: four queries at most, however many lines."""
    if not listings:
        return []
    ids = [listing.id for listing in listings]
    counts = registrations.counts(ids)
    prices = catalog.prices_for(listings, _employments(visitor))
    own = registrations.active_by_session(visitor, ids) if visitor else {}
    return [_line(each, counts[each.id], prices[each.id], own.get(each.id)) for each in listings]


def _line(
    listing: Listing, counts: Counts, price: Price, registration: Registration | None
) -> Line:
    return Line(
        session=listing,
        registration=registration,
        day=rules.day(listing),
        eyebrow=f"{listing.host_name} · {listing.topic_name}",
        when=rules.when(listing),
        where=f"{listing.format.label}, {listing.town}" if listing.town else listing.format.label,
        earned=rules.earned(listing),
        price=price,
        price_text=filters.price(price.cents),
        price_note=rules.price_note(listing, price),
        places=rules.standing(listing, counts),
    )


def offer(course_session: CourseSession, visitor: Person | None) -> Offer:
    """Return how a session stands for a visitor."""
    counts = registrations.count(course_session)
    own = registrations.find_active(course_session, visitor) if visitor else None
    return Offer(
        stage=rules.stage(course_session, counts=counts, registration=own, now=clock.now()),
        price=catalog.price_for(course_session, _employments(visitor)),
        counts=counts,
        places=rules.places(course_session, counts),
        registration=own,
        position=registrations.position_in_line(own) if own else None,
        last_free_day=registrations.last_free_day(course_session),
    )


def _employments(visitor: Person | None) -> list[Employment] | None:
    return accounts.employments_on(visitor, clock.today()) if visitor else None


def hosts() -> list[tuple[str, str]]:
    """Return every open collaborative's name in addresses and on pages, to choose from."""
    rows = db.session.execute(
        select(Collaborative.slug, Collaborative.name)
        .where(organizations.is_open(clock.today()))
        .order_by(folded(Collaborative.name))
    )
    return [(slug or "", name) for slug, name in rows]
