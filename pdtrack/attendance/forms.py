"""What a browser may send about attendance."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from pdtrack.attendance.models import Presence
from pdtrack.core.forms import Form

MARKS = (
    (Presence.PRESENT.value, "Present"),
    (Presence.PARTIAL.value, "Partial"),
    (Presence.ABSENT.value, "Absent"),
)


class PartForm(Form):
    """Which meeting of the session is meant; empty is the work outside meetings."""

    meeting = HiddenField()

    def validate_meeting(self, field: Any) -> None:
        """Take a number or nothing."""
        if field.data and not (field.data.isascii() and field.data.isdigit()):
            raise ValidationError("Choose one of the session's meetings.")

    @property
    def meeting_id(self) -> int | None:
        """The meeting's id, if a meeting is meant."""
        return int(self.meeting.data) if self.meeting.data else None


class MarkForm(PartForm):
    """One person's presence at one meeting."""

    presence = RadioField(
        "Was this person there?",
        [InputRequired("Choose present, partial or absent.")],
        choices=MARKS,
    )
    minutes = IntegerField("Minutes", [Optional()])


class ObjectionForm(Form):
    """What somebody says is wrong; the view says which meetings there are."""

    meeting = SelectField("Which meeting?", validators=[InputRequired("Choose a meeting.")])
    text = TextAreaField(
        "What is wrong, and what is right?",
        [
            InputRequired("Tell us what is wrong, for example: I was there until the end."),
            Length(max=1000, message="Use at most 1,000 characters."),
        ],
    )


class AnswerForm(Form):
    """What became of it."""

    answer = TextAreaField(
        "Your answer",
        [
            InputRequired("Write an answer; it is mailed to the person."),
            Length(max=1000, message="Use at most 1,000 characters."),
        ],
    )
