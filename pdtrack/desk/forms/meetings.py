"""All meetings of a session on one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from wtforms import BooleanField, Field, FieldList, FormField, SelectField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from pdtrack.catalog import actions as catalog
from pdtrack.catalog import rules
from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, Meeting, Venue
from pdtrack.core import clock
from pdtrack.core.errors import DomainError, Stale
from pdtrack.core.fields import Day, Hour, Version, WholeNumber
from pdtrack.core.forms import Form, SelectChoice
from pdtrack.desk.actions import MeetingHeld
from pdtrack.desk.forms.fields import between

SPARE_ROWS = 3
MOST_WEEKS = 40
# Where the name of a detail differs from the plain name of its field.
FIELDS = {"starts_at": "start", "ends_at": "end", "break_minutes": "breaks", "venue_id": "venue"}


class MeetingRow(Form):
    """One meeting; an empty row is none."""

    class Meta(Form.Meta):
        """The form around it carries the token."""

        csrf = False

    id = WholeNumber(widget=HiddenInput())
    day = Day("Date", [Optional()])
    start = Hour("Starts", [Optional()])
    end = Hour("Ends", [Optional()])
    breaks = WholeNumber(
        "Breaks", [Optional(), between(0, 960)], render_kw={"inputmode": "numeric"}
    )
    venue = SelectField("Another place")
    remove = BooleanField("Take this meeting out")

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written into a spare row."""
        typed = (self.day, self.start, self.end, self.breaks)
        return self.id.data is None and not any(_has_something(field) for field in typed)

    @property
    def is_left_out(self) -> bool:
        """Whether there will be no such meeting."""
        return self.is_blank or bool(self.remove.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check a row that is to be a meeting; the others may say what they like."""
        if self.is_left_out:
            return True
        is_good: bool = super().validate(extra_validators)
        for field, message in (
            (self.day, "Enter the date."),
            (self.start, "Enter when it starts."),
            (self.end, "Enter when it ends."),
        ):
            if field.data is None and not field.errors:
                field.errors = [message]
                is_good = False
        return is_good

    @property
    def planned(self) -> PlannedMeeting:
        """Return the meeting that a good row stands for."""
        day, start, end = self.day.data, self.start.data, self.end.data
        assert day is not None
        assert start is not None
        assert end is not None
        return PlannedMeeting(
            id=self.id.data,
            starts_at=clock.at(day, start),
            ends_at=clock.at(day, end),
            break_minutes=self.breaks.data or 0,
            venue_id=int(self.venue.data) if self.venue.data else None,
        )

    def fill(self, day: date, like: MeetingRow) -> None:
        """Write another row's meeting into this one, on another day."""
        for field, value in (
            (self.day, day),
            (self.start, like.start.data),
            (self.end, like.end.data),
            (self.breaks, like.breaks.data),
            (self.venue, like.venue.data),
        ):
            field.data, field.raw_data, field.process_errors = value, None, []


class _Rows(FieldList):  # type: ignore[type-arg]
    """Rows of a form, numbered by whoever sends it."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """Pass over numbers that no page of ours writes, which the library cannot read."""
        start = f"{prefix}-"
        for name in formdata:
            number = name.removeprefix(start).partition("-")[0]
            if name.startswith(start) and number.isascii() and number.isdigit():
                yield int(number[:6])


class MeetingsForm(Form):
    """A session's meetings, with spare rows and a way to repeat one every week."""

    version = Version()
    meetings = _Rows(FormField(MeetingRow), max_entries=rules.MOST_MEETINGS + 10)
    weeks = WholeNumber("How many more weeks", [Optional()])
    is_stale = False
    # Where the rows begin that a button has just added.
    first_new: int | None = None

    @classmethod
    def showing(cls, course_session: CourseSession, venues: Iterable[Venue]) -> MeetingsForm:
        """Return the form with a session's meetings as they are now."""
        standing = [each for each in course_session.meetings if each.cancelled_at is None]
        form = cls(
            data={
                "version": course_session.version,
                "meetings": [_shown(each) for each in standing],
            }
        )
        if not form.is_submitted():
            form.add_rows(1 if standing else SPARE_ROWS)
        form._venues = _choices(venues, standing)
        form._offer_venues()
        return form

    def add_rows(self, count: int = SPARE_ROWS) -> None:
        """Add empty rows, as many as there may be."""
        self.first_new = len(self.meetings.entries)
        for _ in range(min(count, rules.MOST_MEETINGS - len(self.meetings.entries))):
            self.meetings.append_entry({})
        self._offer_venues()

    @property
    def asks_to_repeat(self) -> bool:
        """Whether weeks were typed: Enter in their field presses the form's first button, Save."""
        return self.is_submitted() and _has_something(self.weeks)

    def repeat_weekly(self) -> None:
        """Write the last meeting once more for each of the weeks that follow."""
        rows = [each for each in self.rows if _is_whole(each) and not each.is_left_out]
        weeks: int | None = self.weeks.data
        if not rows:
            self.weeks.errors = ["Fill in one meeting first; then it can be repeated."]
        elif weeks is None or not 1 <= weeks <= MOST_WEEKS:
            self.weeks.errors = [f"Say for how many weeks: a number from 1 to {MOST_WEEKS}."]
        elif sum(not each.is_blank for each in self.rows) + weeks > rules.MOST_MEETINGS:
            self.weeks.errors = [f"A session has at most {rules.MOST_MEETINGS} meetings."]
        else:
            self._repeat(max(rows, key=lambda row: row.day.data or date.min), weeks)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each row, then the rows with each other."""
        is_good = super().validate(extra_validators)
        for row in self._wanted if is_good else ():
            for problem in rules.meeting_problems(row.planned):
                self._refuse_row(row, DomainError(problem.message, field=problem.field))
                is_good = False
        return is_good and self._are_apart()

    @property
    def rows(self) -> list[MeetingRow]:
        """The rows, empty ones included."""
        return [entry.form for entry in self.meetings.entries]

    @property
    def planned(self) -> list[PlannedMeeting]:
        """The meetings that there are to be."""
        return [row.planned for row in self._wanted]

    def refuse(self, refusal: DomainError) -> None:
        """Write a refusal at the row, and the field, that it is about."""
        self.is_stale = self.is_stale or isinstance(refusal, Stale)
        if isinstance(refusal, MeetingHeld):
            self._refuse_to_remove(refusal)
        elif isinstance(refusal, catalog.MeetingRefused):
            self._refuse_row(self._wanted[refusal.index], refusal)
        else:
            super().refuse(DomainError(refusal.message))

    @property
    def _wanted(self) -> list[MeetingRow]:
        return [row for row in self.rows if not row.is_left_out]

    def _are_apart(self) -> bool:
        planned = self.planned
        clash = rules.overlap(planned)
        if clash is None:
            return True
        row = self._wanted[planned.index(clash)]
        message = "This begins before the meeting before it has ended."
        self._refuse_row(row, DomainError(message, field="starts_at"))
        return False

    def _refuse_row(self, row: MeetingRow, refusal: DomainError) -> None:
        field = FIELDS.get(refusal.field or "", refusal.field)
        row.refuse(DomainError(refusal.message, field=field))
        self.meetings.errors = [entry.errors for entry in self.meetings.entries]

    def _refuse_to_remove(self, refusal: MeetingHeld) -> None:
        rows = [each for each in self.rows if each.id.data == refusal.meeting_id]
        if not rows:  # Its row was not sent, which no page of ours does.
            super().refuse(DomainError(refusal.message))
        for row in rows[:1]:
            self._refuse_row(row, DomainError(refusal.message, field="remove"))

    def _repeat(self, last: MeetingRow, weeks: int) -> None:
        spare = [row for row in self.rows if row.is_blank]
        self.add_rows(weeks - len(spare))
        day = last.day.data or clock.today()
        blank = [index for index, row in enumerate(self.rows) if row.is_blank][:weeks]
        self.first_new = blank[0]
        for week, row in enumerate([self.rows[index] for index in blank], start=1):
            row.fill(day + timedelta(days=7 * week), last)
        self.weeks.data, self.weeks.raw_data = None, []  # Done: the next Save is meant.

    def _offer_venues(self) -> None:
        for row in self.rows:
            row.venue.choices = self._venues

    _venues: Sequence[SelectChoice] = ()


def _has_something(field: Field) -> bool:
    typed: list[object] = field.raw_data or [field.data]
    return bool(str("" if typed[0] is None else typed[0]).strip())


def _is_whole(row: MeetingRow) -> bool:
    hours: tuple[time | None, ...] = (row.start.data, row.end.data)
    return row.day.data is not None and None not in hours


def _shown(meeting: Meeting) -> dict[str, Any]:
    starts, ends = clock.local(meeting.starts_at), clock.local(meeting.ends_at)
    return {
        "id": meeting.id,
        "day": starts.date(),
        "start": starts.time(),
        "end": ends.time(),
        "breaks": meeting.break_minutes,
        "venue": str(meeting.venue_id or ""),
    }


def _choices(venues: Iterable[Venue], meetings: Iterable[Meeting]) -> list[SelectChoice]:
    offered = {each.id: each for each in venues}
    for meeting in meetings:
        if meeting.venue is not None:
            offered.setdefault(meeting.venue.id, meeting.venue)
    return [
        SelectChoice("", "The session’s own"),
        *(SelectChoice(str(each.id), f"{each.name}, {each.town}") for each in offered.values()),
    ]
