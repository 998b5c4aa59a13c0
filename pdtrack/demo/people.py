"""Inventing people: their names, addresses and where they work."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from pdtrack.accounts.models import (
    Confirmation,
    EmailAddress,
    Employment,
    OtherEmployer,
    Person,
    Position,
    Role,
)
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.demo import texts
from pdtrack.demo.bulk import Rows
from pdtrack.demo.days import daytime
from pdtrack.organizations.models import Organization, School

_LETTERS = str.maketrans({"Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Æ": "Ae"})
_POSITIONS = {
    Position.TEACHER: 46,
    Position.SPECIAL_EDUCATOR: 14,
    Position.PARAPROFESSIONAL: 17,
    Position.SPECIALIST: 6,
    Position.COUNSELOR: 5,
    Position.NURSE: 3,
    Position.COACH: 2,
    Position.ADMINISTRATOR: 4,
    Position.OFFICE: 2,
    Position.SUBSTITUTE: 2,
    Position.OTHER: 1,
}
_ONE_LONG_NAME_IN = 80


@dataclass(frozen=True, slots=True)
class Job:
    """Where somebody works or worked."""

    id: int
    organization_id: int | None
    is_confirmed: bool
    from_on: date
    to_on: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether the person worked there on a day."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(slots=True, eq=False)
class Someone:
    """A person as the rest of the demo knows them."""

    id: int
    first: str
    last: str
    jobs: list[Job] = field(default_factory=list)

    def job_on(self, day: date) -> Job | None:
        """Return where the person worked on a day, the most recent if in two places."""
        current = [job for job in self.jobs if job.is_on(day)]
        return current[-1] if current else (self.jobs[0] if self.jobs else None)


@dataclass(frozen=True)
class Employer:
    """A district with its schools, and the collaborative that knows its people."""

    organization: Organization
    schools: Sequence[School]
    known_to: Organization


class Register:
    """Writes people down."""

    def __init__(self, rows: Rows, random: Random, password_hash: str) -> None:
        self.rows = rows
        self.random = random
        self._password_hash = password_hash
        self._now = clock.now()
        self._today = clock.today()
        self._taken: set[str] = set()
        self._positions = list(_POSITIONS)
        self._weights = list(_POSITIONS.values())

    def person(
        self, first: str, last: str, *addresses: str, added_by_id: int | None = None
    ) -> Someone:
        """Write a person down: with an account if there are addresses, the first for mail."""
        created_at = self._sometime()
        has_account = bool(addresses)
        person_id = self.rows.add(
            Person,
            first_name=first,
            last_name=last,
            password_hash=self._password_hash if has_account else None,
            created_at=created_at,
            last_signed_in_at=self._after(created_at) if has_account else None,
            added_by_id=added_by_id,
        )
        for index, address in enumerate(addresses):
            self._taken.add(address)
            self.rows.add(
                EmailAddress,
                person_id=person_id,
                address=address,
                verified_at=created_at,
                is_primary=index == 0,
                created_at=created_at,
            )
        return Someone(person_id, first, last)

    def employ(
        self,
        person: Someone,
        employer: Organization | None,
        *,
        school: School | None = None,
        confirmed_by: Confirmation | None = Confirmation.DOMAIN,
        years: tuple[date, date | None] | None = None,
        **more: Any,
    ) -> Job:
        """Write down where a person works; without an employer, of a kind that is on no list."""
        from_on, to_on = years or (self._first_day(), None)
        position = more.pop("position", None) or self._position()
        confirmed_at = clock.at(from_on, self._now.time()) if confirmed_by else None
        job_id = self.rows.add(
            Employment,
            person_id=person.id,
            organization_id=employer.id if employer else None,
            school_id=school.id if school else None,
            position=position,
            from_on=from_on,
            to_on=to_on,
            confirmed_at=min(confirmed_at, self._now) if confirmed_at else None,
            confirmed_by=confirmed_by,
            **more,
        )
        job = Job(job_id, employer.id if employer else None, bool(confirmed_by), from_on, to_on)
        person.jobs.append(job)
        return job

    def give(self, person: Someone, kind: RoleKind, organization: Organization | None) -> None:
        """Give a person a role."""
        self.rows.add(
            Role,
            person_id=person.id,
            kind=kind,
            organization_id=organization.id if organization else None,
            given_at=self._sometime(),
        )

    def name(self) -> tuple[str, str]:
        """Invent a name; now and then a long one."""
        found = texts.names()
        if self.random.randrange(_ONE_LONG_NAME_IN) == 0:
            first, last = self.random.choice(found["long"])
            return first, last
        return self.random.choice(found["first"]), self.random.choice(found["last"])

    def address(self, first: str, last: str, domain: str) -> str:
        """Return an address that nobody has yet."""
        local = f"{_plain(first.split(maxsplit=1)[0])}.{_plain(last.split(maxsplit=1)[0])}"
        address, number = f"{local}@{domain}", 1
        while address in self._taken:
            number += 1
            address = f"{local}{number}@{domain}"
        return address

    def _position(self) -> Position:
        return self.random.choices(self._positions, self._weights)[0]

    def _first_day(self) -> date:
        return date(self._today.year - self.random.randint(2, 15), 9, 1)

    def _sometime(self) -> datetime:
        return daytime(self._now - timedelta(minutes=self.random.randint(400 * 1440, 700 * 1440)))

    def _after(self, moment: datetime) -> datetime:
        return moment + (self._now - moment) * self.random.random()


def invent(
    register: Register,
    how_many: int,
    employers: Sequence[Employer],
) -> list[Someone]:
    """Invent people and where they work: most confirmed, some claimed, some without account."""
    weights = [max(len(each.schools), 1) for each in employers]
    chosen = register.random.choices(employers, weights, k=how_many)
    return [_invented(register, each) for each in chosen]


def _invented(register: Register, workplace: Employer) -> Someone:
    random, employer, schools = register.random, workplace.organization, workplace.schools
    first, last = register.name()
    school = random.choice(schools) if schools and random.random() < 0.9 else None  # noqa: PLR2004 - nine in ten name their school.
    kind = random.random()
    if kind < 0.03:  # noqa: PLR2004 - who drives a bus may have no address.
        person = register.person(first, last, added_by_id=workplace.known_to.id)
        register.employ(
            person,
            employer,
            confirmed_by=Confirmation.ROSTER,
            position=random.choice([Position.PARAPROFESSIONAL, Position.OTHER]),
            employee_number=f"{person.id:06}",
        )
        return person
    if kind < 0.08:  # noqa: PLR2004 - who signed up with a private address only claims it.
        person = register.person(first, last, register.address(first, last, "mail.example"))
        if random.random() < 0.3:  # noqa: PLR2004 - a few work for nobody on the list.
            register.employ(
                person,
                None,
                confirmed_by=None,
                other_kind=OtherEmployer.PRIVATE_SCHOOL,
                other_name="Willowbrook School",
            )
        else:
            register.employ(person, employer, school=school, confirmed_by=None)
        return person
    domain = f"{employer.org_code}.example"
    person = register.person(first, last, register.address(first, last, domain))
    register.employ(person, employer, school=school)
    return person


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS).casefold())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())
