"""Making sessions: their details, meetings and deadlines, as the catalog would write them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from pdtrack.catalog import rules
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import (
    CourseSession,
    Format,
    Meeting,
    SessionPresenter,
    SessionState,
    closing,
    opening,
)
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import ActorKind
from pdtrack.demo import texts
from pdtrack.demo.bulk import Rows
from pdtrack.demo.days import daytime, school_day, school_days
from pdtrack.demo.hosts import Host, Staff, course_of
from pdtrack.demo.state import State
from pdtrack.demo.texts import Plan

_LINK = "https://meet.example/"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A session as it was made, with what those who come need to know of it."""

    id: int
    plan: Plan
    host: Host
    details: SessionDetails
    meetings: list[tuple[int, PlannedMeeting]]
    starts_at: datetime | None
    ends_at: datetime | None
    # From when to when people register: until now at most.
    registers_from: datetime
    registers_until: datetime
    recorder_id: int

    @property
    def is_self_paced(self) -> bool:
        """Whether it has no meetings."""
        return self.details.format == Format.SELF_PACED


class Maker:
    """Makes sessions."""

    def __init__(self, rows: Rows, state: State, random: Random) -> None:
        self.rows = rows
        self.state = state
        self.random = random
        self.now = clock.now()
        self.today = clock.today()

    def make(self, host: Host, plan: Plan) -> Run:
        """Write down a session with its meetings."""
        presenter = host.presenters[plan.presenter] if plan.presenter is not None else None
        details = self._details(host, plan, presenter)
        meetings = self._planned(plan)
        starts_at, ends_at, credited = rules.span(details, meetings)
        listed_at = ends_at if plan.span else starts_at
        opens_at = opening(starts_at, plan.opens)
        closes_at = closing(listed_at, plan.closes)
        written_at, published_at, cancelled_at = self._history(plan, starts_at)
        course_session_id = self.rows.add(
            CourseSession,
            course_id=course_of(self.rows, self.state, host, plan.course),
            collaborative_id=host.organization.id,
            topic_id=self.state.topics[texts.courses()[plan.course].topic].id,
            state=plan.state,
            starts_at=starts_at,
            ends_at=ends_at,
            credited_minutes=credited,
            listed_at=listed_at,
            opens_at=opens_at,
            closes_at=closes_at,
            published_at=published_at,
            cancelled_at=cancelled_at,
            cancellation_reason=plan.reason,
            changed_at=cancelled_at or published_at or written_at,
            uid=self._uid(),
            **dict(details.items()),
        )
        if presenter is not None:
            self.rows.add(
                SessionPresenter,
                course_session_id=course_session_id,
                person_id=presenter.person.id,
            )
        self._record(host, course_session_id, plan, written_at, published_at, cancelled_at)
        ends = [each for each in (self.now, closes_at, cancelled_at) if each]
        return Run(
            id=course_session_id,
            plan=plan,
            host=host,
            details=details,
            meetings=self._meetings(course_session_id, meetings, plan, published_at or written_at),
            starts_at=starts_at,
            ends_at=ends_at,
            registers_from=max(filter(None, (published_at, opens_at)), default=self.now),
            registers_until=min(ends),
            recorder_id=(presenter or host.contacts[0]).person.id,
        )

    def _details(self, host: Host, plan: Plan, presenter: Staff | None) -> SessionDetails:
        contact = host.contacts[self.random.randrange(len(host.contacts))]
        is_online = plan.how != Format.IN_PERSON
        opens_on, due_on = (
            (school_day(self.today, plan.span[0]), school_day(self.today, plan.span[1]))
            if plan.span
            else (None, None)
        )
        return SessionDetails(
            title=texts.courses()[plan.course].title,
            format=plan.how,
            capacity=plan.capacity,
            note=plan.note,
            bring=plan.bring,
            venue_id=None if plan.venue is None else host.venues[plan.venue],
            online_link=f"{_LINK}{self.random.getrandbits(48):012x}" if is_online else None,
            online_note="Opens ten minutes before. Please come with your own name." * is_online
            or None,
            presenter_name=presenter.name if presenter else host.text.guests[plan.guest],
            contact_name=contact.name,
            contact_email=contact.address,
            contact_phone=host.text.phone,
            minimum=plan.minimum,
            member_price_cents=plan.price[0] * 100,
            non_member_price_cents=plan.price[1] * 100,
            opens_days_before=plan.opens,
            closes_hours_before=plan.closes,
            promise=plan.promise,
            promised_tenths=plan.pdps,
            independent_minutes=plan.independent,
            opens_on=opens_on,
            due_on=due_on,
        )

    def _planned(self, plan: Plan) -> list[PlannedMeeting]:
        first, last = plan.hours
        return [
            PlannedMeeting(
                starts_at=clock.at(day, first),
                ends_at=clock.at(day, last),
                break_minutes=plan.pause,
            )
            for day in school_days(self.today, plan.days)
        ]

    def _meetings(
        self,
        course_session_id: int,
        meetings: list[PlannedMeeting],
        plan: Plan,
        changed_at: datetime,
    ) -> list[tuple[int, PlannedMeeting]]:
        is_off = plan.state == SessionState.CANCELLED
        return [
            (
                self.rows.add(
                    Meeting,
                    course_session_id=course_session_id,
                    starts_at=each.starts_at,
                    ends_at=each.ends_at,
                    break_minutes=each.break_minutes,
                    uid=self._uid(),
                    sequence=1 if is_off else 0,
                    changed_at=changed_at,
                ),
                each,
            )
            for each in meetings
        ]

    def _history(
        self, plan: Plan, starts_at: datetime | None
    ) -> tuple[datetime, datetime | None, datetime | None]:
        """Return when a session was written down, published and cancelled."""
        lately = self.now - self._minutes(9, 25)
        early = starts_at - self._minutes(60, 80) if starts_at else lately
        published_at = daytime(min(early, lately))
        written_at = daytime(published_at - self._minutes(2, 12))
        if plan.state == SessionState.DRAFT:
            return written_at, None, None
        if plan.state == SessionState.CANCELLED:
            return written_at, published_at, daytime(self.now - self._minutes(1, 3))
        return written_at, published_at, None

    def _record(
        self,
        host: Host,
        course_session_id: int,
        plan: Plan,
        written_at: datetime,
        published_at: datetime | None,
        cancelled_at: datetime | None,
    ) -> None:
        """Write into the audit log what the coordinator did."""
        history: list[tuple[str, datetime | None, dict[str, Any]]] = [
            ("created", written_at, {"title": texts.courses()[plan.course].title}),
            ("published", published_at, {}),
            ("cancelled", cancelled_at, {"state": "cancelled", "reason": plan.reason}),
        ]
        for event, at, after in history:
            if at is not None:
                self.rows.add(
                    AuditEntry,
                    at=at,
                    actor_kind=ActorKind.PERSON,
                    actor_id=host.contacts[0].person.id,
                    organization_id=host.organization.id,
                    event=f"course_session.{event}",
                    subject_type=CourseSession.__tablename__,
                    subject_id=course_session_id,
                    before={},
                    after=after,
                )

    def _minutes(self, least_days: int, most_days: int) -> timedelta:
        return timedelta(minutes=self.random.randint(least_days * 1440, most_days * 1440))

    def _uid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
