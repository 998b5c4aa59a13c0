"""The small demo: three collaboratives, forty sessions, three hundred people, and six to be."""

from __future__ import annotations

from random import Random

from pdtrack.accounts.models import Person
from pdtrack.attendance import actions as attendance
from pdtrack.attendance.queries import find_part
from pdtrack.catalog import queries as catalog
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.demo import texts
from pdtrack.demo.awards import Certifier
from pdtrack.demo.bulk import Rows
from pdtrack.demo.cast import DISTRICT, gather
from pdtrack.demo.hosts import Host, set_up
from pdtrack.demo.people import Employer, Register, Someone, invent
from pdtrack.demo.prices import Prices
from pdtrack.demo.registrations import Filler
from pdtrack.demo.runs import Maker, Run
from pdtrack.demo.state import State
from pdtrack.organizations.models import District
from pdtrack.registration import actions as registration
from pdtrack.registration import queries as registrations

PEOPLE = 300
# The collaborative of the demo's coordinator, presenter and board member.
FIRST = "ces"
_OUTSIDERS = 10
_AT_HOME = 16
_WISH = "I am hard of hearing: please seat me near the front, with a view of the presenter."


class SmallDemo:
    """Writes the small demo, step by step."""

    def __init__(self, rows: Rows, state: State, register: Register, random: Random) -> None:
        self.rows = rows
        self.state = state
        self.register = register
        self.random = random
        self.hosts: dict[str, Host] = {}
        self.cast: dict[str, Someone] = {}
        self.runs: list[Run] = []
        self.certifier = Certifier(rows, random)

    def write(self) -> None:
        """Write everybody and everything, but for what they do themselves today."""
        for slug, text in texts.hosts().items():
            collaborative = self.state.collaboratives[slug]
            self.hosts[slug] = set_up(
                self.rows, self.register, collaborative, text, is_demo=slug == FIRST
            )
        self.cast = gather(self.register, self.state, self.hosts[FIRST])
        self._invent_public()
        self.runs = self._make_sessions()
        self.rows.write()
        for run in self.runs:
            if run.plan.certified:
                self.certifier.certify(run)
        self.certifier.finish()

    def act(self) -> None:
        """Let the educator do by the product's own means what leaves mail behind."""
        educator = db.session.get_one(Person, self.cast["educator"].id)
        job = educator.employments[0]
        for run in self._with("registers today"):
            course_session = catalog.any_course_session(run.id)
            assert course_session is not None
            made = registration.register(
                person=educator,
                course_session=course_session,
                employment=job,
                accommodations=_WISH,
                actor=educator,
            )
            registration.write_details(
                registration=made, accommodations=_WISH, po_number="PO-27-00418", actor=educator
            )
        for run in self._with("objects"):
            course_session = catalog.any_course_session(run.id)
            assert course_session is not None
            found = registrations.find_active(course_session, educator)
            assert found is not None
            attendance.raise_objection(
                registration=found,
                part=find_part(course_session, run.meetings[-1][0]),
                text=texts.names()["objections"][0],
                actor=educator,
            )

    def _with(self, does: str) -> list[Run]:
        return [run for run in self.runs if run.plan.cast.get("educator") == does]

    def _invent_public(self) -> None:
        """Invent who comes: from member districts, and a few from elsewhere."""
        share = PEOPLE // len(self.hosts)
        home, everywhere = self.state.districts[DISTRICT], list(self.state.districts.values())
        # The district's administrator has something to see.
        people = invent(self.register, _AT_HOME, self._employers([home], self.hosts[FIRST]))
        for host in self.hosts.values():
            members = self.state.members(host.organization, clock.today())
            outsiders = self.random.sample(everywhere, _OUTSIDERS)
            missing = share - _OUTSIDERS - (_AT_HOME if host is self.hosts[FIRST] else 0)
            people += invent(self.register, missing, self._employers(members, host))
            host.public = invent(self.register, _OUTSIDERS, self._employers(outsiders, host))
        for host in self.hosts.values():
            ids = {each.id for each in self.state.members(host.organization, clock.today())}
            insiders = [each for each in people if each.jobs[0].organization_id in ids]
            host.public = [*insiders, *host.public]

    def _employers(self, districts: list[District], host: Host) -> list[Employer]:
        return [
            Employer(each, self.state.schools_of(each), host.organization) for each in districts
        ]

    def _make_sessions(self) -> list[Run]:
        maker = Maker(self.rows, self.state, self.random)
        filler = Filler(self.rows, Prices(self.state), self.random)
        runs = []
        for slug, plan in texts.plans():
            run = maker.make(self.hosts[slug], plan)
            filler.mark(run, filler.fill(run, self.cast))
            runs.append(run)
        return runs
