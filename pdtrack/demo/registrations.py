"""Filling sessions: who has a place, who waits, who left, and who was there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from pdtrack.attendance import rules as attendance
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.catalog import rules as catalog
from pdtrack.catalog.models import SessionState
from pdtrack.core import clock
from pdtrack.demo import texts
from pdtrack.demo.bulk import Rows
from pdtrack.demo.days import daytime
from pdtrack.demo.people import Someone
from pdtrack.demo.prices import Prices
from pdtrack.demo.runs import Run
from pdtrack.registration.models import Registration, Status

_TODAY = "registers today"
_OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Place:
    """A place somebody has, by the registration's number."""

    registration_id: int
    person: Someone
    role: str | None


class Filler:
    """Registers people, and marks who came."""

    def __init__(self, rows: Rows, prices: Prices, random: Random) -> None:
        self.rows = rows
        self.prices = prices
        self.random = random
        self.now = clock.now()

    def fill(self, run: Run, cast: dict[str, Someone]) -> list[Place]:
        """Register as many people as planned, and return those who hold a place."""
        plan = run.plan
        named = {
            name: cast[name] for name, does in plan.cast.items() if not does.startswith(_TODAY)
        }
        strangers = self._strangers(run, plan.taken - len(named))
        is_off = plan.state == SessionState.CANCELLED
        statuses = [Status.WITHDRAWN if is_off else Status.REGISTERED] * plan.taken
        statuses += [Status.CANCELLED] * plan.left + [Status.WITHDRAWN] * plan.removed
        people: list[tuple[Someone, str | None]] = [(each, name) for name, each in named.items()]
        people += [(each, None) for each in strangers]
        chosen = list(zip(people, [*statuses, *[Status.WAITLISTED] * plan.waiting], strict=True))
        # Whoever waits came last; the others came in any order.
        coming, waiting = chosen[: len(statuses)], chosen[len(statuses) :]
        self.random.shuffle(coming)
        moments = self._moments(run, len(chosen))
        places = []
        for ((person, role), status), at in zip([*coming, *waiting], moments, strict=True):
            number = self._register(run, person, status, at)
            if status == Status.REGISTERED:
                places.append(Place(number, person, role))
        return places

    def mark(self, run: Run, places: list[Place]) -> None:
        """Take the attendance of the meetings that are over, as planned."""
        over = list(self._over(run))
        marked = {"all": over, "all but last": over[:-1], "none": []}[run.plan.marks]
        for meeting_id, credited, ended_at in marked:
            recorded_at = min(ended_at + timedelta(minutes=self.random.randint(4, 90)), self.now)
            for place in places:
                self._mark(run, place, meeting_id, credited, recorded_at)

    def _over(self, run: Run) -> Iterator[tuple[int | None, int, datetime]]:
        """Yield what was credited as one before today, with its minutes and its end."""
        for (meeting_id, meeting), offset in zip(run.meetings, run.plan.days, strict=True):
            if offset < 0:
                yield meeting_id, catalog.credited_minutes(meeting), meeting.ends_at
        handed_in_at = run.ends_at + timedelta(days=1) if run.ends_at else self.now
        if run.details.independent_minutes and handed_in_at < self.now:
            yield None, run.details.independent_minutes, handed_in_at

    def _mark(
        self, run: Run, place: Place, meeting_id: int | None, credited: int, at: datetime
    ) -> None:
        presence, minutes = self._presence(run, place, credited)
        self.rows.add(
            AttendanceEntry,
            registration_id=place.registration_id,
            meeting_id=meeting_id,
            presence=presence,
            minutes=attendance.minutes_for(presence, minutes=minutes, credited=credited),
            recorded_at=at,
            recorded_by_id=run.recorder_id,
        )

    def _presence(self, run: Run, place: Place, credited: int) -> tuple[Presence, int | None]:
        if place.role is not None:
            has_left = run.plan.cast.get(place.role) == _OBJECTS
            return (Presence.PARTIAL, credited // 2) if has_left else (Presence.PRESENT, None)
        chance = self.random.random()
        if chance < 0.06:  # noqa: PLR2004 - as in life.
            return Presence.ABSENT, None
        if chance < 0.11:  # noqa: PLR2004
            return Presence.PARTIAL, max(credited * self.random.randint(2, 9) // 10, 1)
        return Presence.PRESENT, None

    def _strangers(self, run: Run, taken: int) -> list[Someone]:
        wanted = taken + run.plan.left + run.plan.removed + run.plan.waiting
        return self.random.sample(run.host.public, wanted) if wanted > 0 else []

    def _moments(self, run: Run, how_many: int) -> list[datetime]:
        """Return when people registered, in order."""
        first, last = run.registers_from, run.registers_until
        shares = sorted(self.random.random() for _ in range(how_many))
        drawn = [daytime(first + (last - first) * share) for share in shares]
        return [min(max(moment, first), last) for moment in drawn]

    def _register(self, run: Run, person: Someone, status: Status, at: datetime) -> int:
        job = person.job_on(clock.local(at).date())
        price = self.prices.of(run, job)
        may_bill = job is not None and job.is_confirmed and job.organization_id is not None
        has_order = may_bill and price.cents and self.random.random() < 0.4  # noqa: PLR2004 - as in life.
        has_wish = self.random.random() < 0.05  # noqa: PLR2004
        ended_at = run.registers_until if status == Status.WITHDRAWN else self._later(run, at)
        is_removed = status == Status.WITHDRAWN and run.plan.state != SessionState.CANCELLED
        return self.rows.add(
            Registration,
            course_session_id=run.id,
            person_id=person.id,
            employment_id=job.id if job else None,
            status=status,
            registered_at=at,
            status_changed_at=at if status.is_active else ended_at,
            price_cents=price.cents,
            price_reason=price.reason,
            price_is_provisional=price.is_provisional,
            accommodations=self.random.choice(texts.names()["accommodations"])
            if has_wish
            else None,
            po_number=f"PO-{at:%y}-{self.random.randint(200, 9800):05}" if has_order else None,
            ended_reason="Registered twice, under two names." if is_removed else None,
        )

    def _later(self, run: Run, at: datetime) -> datetime:
        return at + (run.registers_until - at) * self.random.random()
