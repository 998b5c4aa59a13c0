"""Reading what the public pages show, each in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.catalog.rules import Price
from pdtrack.catalog.search import Listing
from pdtrack.core import clock
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Registration
from pdtrack.registration.rules import Counts
from pdtrack.storefront import rules
from pdtrack.storefront.rules import Places, Stage


@dataclass(frozen=True)
class Line:
    """A session of a list as this visitor sees it."""

    session: Listing
    price: Price
    places: Places
    registration: Registration | None

    @property
    def earned(self) -> str:
        """What completing it earns."""
        return rules.earned(self.session)

    @property
    def price_note(self) -> str:
        """In a few words whose price it is; the session's page says why."""
        return rules.price_note(self.session, self.price)


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
    return [
        Line(
            session=listing,
            price=prices[listing.id],
            places=rules.places(listing, counts[listing.id]),
            registration=own.get(listing.id),
        )
        for listing in listings
    ]


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
