"""What a session costs somebody, as the catalog would say: asked once for all who are alike."""

from __future__ import annotations

from datetime import date

from pdtrack.accounts.models import Employment, OtherEmployer
from pdtrack.catalog import rules
from pdtrack.catalog.rules import Price
from pdtrack.core import clock
from pdtrack.demo.people import Job
from pdtrack.demo.runs import Run
from pdtrack.demo.state import State
from pdtrack.organizations.models import Organization

_Key = tuple[int, int, int, int | None, bool, bool]


class Prices:
    """Prices of sessions, kept by what they depend on."""

    def __init__(self, state: State) -> None:
        self._state = state
        found = (*state.collaboratives.values(), *state.districts.values())
        self._organizations: dict[int, Organization] = {each.id: each for each in found}
        self._members: dict[tuple[int, date], set[int]] = {}
        self._kept: dict[_Key, Price] = {}

    def of(self, run: Run, job: Job | None) -> Price:
        """Return what a session costs whoever works there."""
        members = self._members_on(run)
        key = (
            run.host.organization.id,
            run.details.member_price_cents,
            run.details.non_member_price_cents,
            job.organization_id if job else None,
            job is not None and job.is_confirmed,
            job is not None and job.organization_id in members,
        )
        if key not in self._kept:
            self._kept[key] = self._found(run, job, members)
        return self._kept[key]

    def _members_on(self, run: Run) -> set[int]:
        host = run.host.organization
        day = rules.price_day(
            starts_at=run.starts_at, is_self_paced=run.is_self_paced, today=clock.today()
        )
        if (host.id, day) not in self._members:
            members = self._state.members(host, day)
            self._members[host.id, day] = {each.id for each in members}
        return self._members[host.id, day]

    def _found(self, run: Run, job: Job | None, members: set[int]) -> Price:
        host = run.host.organization
        employments = [self._employment(job)] if job else []
        standing, employer = rules.best_standing(employments, members, host.id)
        return rules.price(
            member_cents=run.details.member_price_cents,
            non_member_cents=run.details.non_member_price_cents,
            standing=standing,
            employer=employer,
            host=host.short_name or host.name,
        )

    def _employment(self, job: Job) -> Employment:
        """Return an employment that is never saved, for the rule to look at."""
        if job.organization_id is None:
            return Employment(other_kind=OtherEmployer.PRIVATE_SCHOOL)
        return Employment(
            organization_id=job.organization_id,
            organization=self._organizations[job.organization_id],
            confirmed_at=clock.now() if job.is_confirmed else None,
        )
