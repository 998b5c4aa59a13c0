"""Setting up collaboratives: staff, rooms and courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import update

from pdtrack.accounts.models import Confirmation, Position
from pdtrack.catalog.models import Course, Venue
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.demo import texts
from pdtrack.demo.bulk import Rows
from pdtrack.demo.people import Register, Someone
from pdtrack.demo.state import State
from pdtrack.demo.texts import HostText
from pdtrack.organizations.models import Collaborative, Organization

COORDINATOR = "coordinator@demo.example"
PRESENTER = "presenter@demo.example"


@dataclass(frozen=True)
class Staff:
    """Somebody who works for a collaborative, and the address for mail."""

    name: str
    address: str
    person: Someone


@dataclass
class Host:
    """A collaborative with all that its sessions need."""

    organization: Collaborative
    text: HostText
    contacts: list[Staff]
    presenters: list[Staff]
    venues: list[int]
    courses: dict[str, int] = field(default_factory=dict)
    # Who may come: people of member districts, and a few others.
    public: Sequence[Someone] = ()


def set_up(
    rows: Rows, register: Register, collaborative: Collaborative, text: HostText, *, is_demo: bool
) -> Host:
    """Write down a collaborative's staff and rooms, and what its certificates say.

    The first coordinator and presenter of the demo's own collaborative are the demo's.
    """
    _describe(collaborative, text)
    contacts = [
        _staff(register, collaborative, name, RoleKind.COORDINATOR, *own)
        for name, own in _with_own(text.contacts, COORDINATOR if is_demo else None)
    ]
    presenters = [
        _staff(register, collaborative, name, RoleKind.PRESENTER, *own)
        for name, own in _with_own(text.presenters, PRESENTER if is_demo else None)
    ]
    venues = [
        rows.add(Venue, collaborative_id=collaborative.id, **vars(venue)) for venue in text.venues
    ]
    return Host(collaborative, text, contacts, presenters, venues)


def course_of(rows: Rows, state: State, host: Host, key: str) -> int:
    """Return the host's course of this name, written down when first asked for."""
    if key not in host.courses:
        text = texts.courses()[key]
        values = {name: value for name, value in vars(text).items() if name != "topic"}
        host.courses[key] = rows.add(
            Course,
            collaborative_id=host.organization.id,
            topic_id=state.topics[text.topic].id,
            **values,
        )
    return host.courses[key]


def _with_own(names: Sequence[str], address: str | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return the names, the first of them with the address of the demo."""
    first = (address,) if address else ()
    return [(name, () if index else first) for index, name in enumerate(names)]


def _staff(
    register: Register, organization: Organization, name: str, role: RoleKind, *addresses: str
) -> Staff:
    first, _, last = name.rpartition(" ")
    own = register.address(first, last, f"{organization.org_code}.example")
    person = register.person(first, last, *addresses, own)
    register.employ(
        person, organization, confirmed_by=Confirmation.DOMAIN, position=Position.SPECIALIST
    )
    register.give(person, role, organization)
    return Staff(name, (*addresses, own)[0], person)


def _describe(collaborative: Collaborative, text: HostText) -> None:
    db.session.execute(
        update(Collaborative)
        .where(Collaborative.id == collaborative.id)
        .values(
            contact_email=f"pd@{collaborative.org_code}.example",
            contact_phone=text.phone,
            website=text.website,
            signer_name=text.signer_name,
            signer_title=text.signer_title,
            provider_number=text.provider_number,
            free_cancellation_days=text.free_cancellation_days,
            cancellation_note=text.cancellation_note,
        )
    )
