"""The large demo: as much as the whole state might hold after some years."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

from pdtrack.catalog.models import Promise, SessionState
from pdtrack.core import clock
from pdtrack.demo import texts
from pdtrack.demo.bulk import Rows
from pdtrack.demo.hosts import Host, set_up
from pdtrack.demo.people import Employer, Register, Someone, invent
from pdtrack.demo.prices import Prices
from pdtrack.demo.registrations import Filler
from pdtrack.demo.runs import Maker, Run
from pdtrack.demo.small import SmallDemo
from pdtrack.demo.state import State
from pdtrack.demo.texts import HostText, Plan, VenueText
from pdtrack.organizations.models import Collaborative

SESSIONS = 10_000
PEOPLE = 100_000
ATTENDANCE = 1_000_000
# Of the sessions, every other one is over; this many people came, to this many meetings.
CAME = 40
MEETINGS = 5
CERTIFIED = 50
_PAST_DAYS = 400
_COMING_DAYS = 330
_HOURS = ("15:30-18:00", "08:30-14:30", "18:00-20:30", "09:00-12:00")


class LargeDemo:
    """Writes, beside the small demo, what fills it up."""

    def __init__(self, rows: Rows, state: State, register: Register, small: SmallDemo) -> None:
        self.rows = rows
        self.state = state
        self.register = register
        self.small = small
        # Of its own, so that the small demo is the same in both sizes.
        self.random = Random(SESSIONS)

    def write(self) -> None:
        """Write everybody and everything."""
        hosts = [self._host(each) for each in self.state.collaboratives.values()]
        self._invent_public(hosts)
        maker = Maker(self.rows, self.state, self.random)
        filler = Filler(self.rows, Prices(self.state), self.random)
        certified: list[Run] = []
        plans = self._plans()
        for host, plan in zip(itertools.cycle(hosts), plans, strict=False):
            run = maker.make(host, plan)
            filler.mark(run, filler.fill(run, {}))
            self.rows.write_some()
            if plan.certified:
                certified.append(run)
        self._certify(certified)

    def _host(self, collaborative: Collaborative) -> Host:
        known = self.small.hosts.get(collaborative.slug or "")
        if known is not None:
            return known
        return set_up(
            self.rows, self.register, collaborative, self._text(collaborative), is_demo=False
        )

    def _text(self, collaborative: Collaborative) -> HostText:
        """Invent staff and rooms."""
        names = [" ".join(self.register.name()) for _ in range(7)]
        members = self.state.members(collaborative, clock.today())
        towns = [each.town or each.name for each in members][:3] or ["Boston"]
        return HostText(
            signer_name=names[0],
            signer_title="Executive Director",
            phone="617-555-0100",
            website=f"https://{collaborative.slug}.example/",
            contacts=names[1:2],
            presenters=names[2:6],
            guests=names[6:],
            venues=[
                VenueText(
                    name=f"{town} Professional Learning Center",
                    address=f"{self.random.randint(2, 400)} School Street",
                    town=town,
                    parking="In front of the building.",
                    accessibility="Step-free entrance and an accessible restroom.",
                )
                for town in towns
            ],
        )

    def _invent_public(self, hosts: list[Host]) -> None:
        """Invent the state's educators, by the size of their districts, and who goes where."""
        people = invent(self.register, PEOPLE, self._employers(hosts))
        by_employer: dict[int | None, list[Someone]] = {}
        for person in people:
            by_employer.setdefault(person.jobs[0].organization_id, []).append(person)
        for host in hosts:
            members = self.state.members(host.organization, clock.today())
            found = [by_employer.get(each.id, []) for each in members]
            strangers = self.random.sample(people, 200)
            host.public = list(dict.fromkeys(itertools.chain(*found, strangers)))
            self.rows.write_some()

    def _employers(self, hosts: list[Host]) -> list[Employer]:
        """Return all open districts; their collaborative knows their people, or the first does."""
        known_to: dict[int, Collaborative] = {}
        for host in hosts:
            for member in self.state.members(host.organization, clock.today()):
                known_to.setdefault(member.id, host.organization)
        return [
            Employer(
                each, self.state.schools_of(each), known_to.get(each.id, hosts[0].organization)
            )
            for each in self.state.districts.values()
            if each.closed_on is None
        ]

    def _plans(self) -> Iterator[Plan]:
        """Yield the sessions that are over, then those to come."""
        keys = list(texts.courses())
        past = SESSIONS // 2
        for index in range(past):
            yield self._past(keys[index % len(keys)], is_certified=index < CERTIFIED)
        for index in range(SESSIONS - past - len(self.small.runs)):
            yield self._coming(keys[index % len(keys)], index)

    def _past(self, course: str, *, is_certified: bool) -> Plan:
        first = self.random.randint(7 * MEETINGS, _PAST_DAYS)
        return Plan(
            course=course,
            days=tuple(7 * number - first for number in range(MEETINGS)),
            at=self.random.choice(_HOURS),
            venue=0,
            capacity=CAME + 5,
            taken=CAME,
            price=(120, 180),
            promise=Promise.COUNTS_TOWARD,
            presenter=self.random.randrange(2),
            certified=is_certified,
        )

    def _coming(self, course: str, index: int) -> Plan:
        first = self.random.randint(2, _COMING_DAYS)
        capacity = self.random.choice([16, 20, 24, 30, 40])
        is_full = index % 12 == 0
        is_draft = index % 50 == 0
        return Plan(
            course=course,
            days=tuple(first + 7 * number for number in range(self.random.choice([1, 1, 1, 2, 3]))),
            at=self.random.choice(_HOURS),
            pause=15,
            venue=None if index % 4 == 0 else 0,
            capacity=capacity,
            taken=0 if is_draft else capacity if is_full else self.random.randint(0, capacity - 1),
            waiting=3 if is_full and not is_draft else 0,
            price=self.random.choice([(0, 0), (60, 90), (95, 145), (150, 210)]),
            presenter=self.random.randrange(2),
            state=SessionState.DRAFT if is_draft else SessionState.PUBLISHED,
        )

    def _certify(self, runs: list[Run]) -> None:
        self.rows.write()
        for run in runs:
            self.small.certifier.certify(run)
        self.small.certifier.finish()
