"""What a browser may send about attendance."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from pdtrack.attendance.models import Presence
from pdtrack.core import incoming
from pdtrack.core.fields import WholeNumber
from pdtrack.core.forms import Form, SelectChoice

MARKS = [
    SelectChoice(Presence.PRESENT.value, "Present"),
    SelectChoice(Presence.PARTIAL.value, "Partial"),
    SelectChoice(Presence.ABSENT.value, "Absent"),
]


class PartForm(Form):
    """Which meeting of the session is meant; empty is the work outside meetings."""

    meeting = HiddenField()

    @property
    def meeting_id(self) -> int | None:
        """The meeting's id, if a meeting is meant; no meeting has the id 0."""
        text = self.meeting.data or ""
        return (incoming.row_number(text) or 0) if text else None


class MarkForm(PartForm):
    """One person's presence at one meeting."""

    presence = RadioField(
        "Was this person there?",
        [InputRequired("Choose present, partial or absent.")],
        choices=MARKS,
    )
    minutes = WholeNumber("Minutes", [Optional()])


class PaperForm(PartForm):
    """The numbers of a printed roster whose signatures somebody read."""

    were = RadioField(
        "Whose numbers do you type?",
        [InputRequired("Choose whether they were there.")],
        choices=[
            SelectChoice(Presence.PRESENT.value, "Those who were there. Nobody else is marked."),
            SelectChoice(
                Presence.ABSENT.value, "Those who were absent. Everybody else is marked present."
            ),
        ],
        default=Presence.PRESENT.value,
    )
    numbers = StringField(
        "Numbers on the printed roster",
        [
            DataRequired("Write the numbers, like 1-12, 15, 18."),
            Length(max=1000, message="Use at most 1,000 characters."),
        ],
        description="For example: 1-12, 15, 18",
        render_kw={"autocomplete": "off"},
    )


class ObjectionForm(Form):
    """What somebody says is wrong; the view says which meetings there are."""

    meeting = SelectField("Which meeting?", validators=[InputRequired("Choose a meeting.")])
    text = TextAreaField(
        "What is wrong, and what is right?",
        [
            DataRequired("Tell us what is wrong, for example: I was there until the end."),
            Length(max=1000, message="Use at most 1,000 characters."),
        ],
    )


class AnswerForm(Form):
    """What became of it."""

    answer = TextAreaField(
        "Your answer",
        [
            DataRequired("Write an answer; it is mailed to the person."),
            Length(max=1000, message="Use at most 1,000 characters."),
        ],
    )


class RemovalForm(Form):
    """Why somebody is taken off the roster."""

    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Say why; the person is told these words."),
            Length(max=500, message="Use at most 500 characters."),
        ],
        description="The person is told these words.",
    )
