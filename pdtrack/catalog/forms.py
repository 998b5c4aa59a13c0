"""What a browser may send about courses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # The stubs are older.
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pdtrack.catalog.details import CourseDetails
from pdtrack.catalog.models import CreditCategory, Topic
from pdtrack.core.fields import Version
from pdtrack.core.forms import Form, OneLine

LONGEST_TEXT = 10_000


def _topic_id(value: Any) -> int | None:
    return int(value) if str(value).isascii() and str(value).isdigit() else None


class CourseForm(Form):
    """A course: what is taught, to whom, and how it is assessed."""

    title = StringField(
        "Title", [DataRequired("Give the course a title."), Length(max=200), OneLine()]
    )
    topic_id = SelectField(
        "Topic",
        [DataRequired("Choose a topic, so that people find it.")],
        coerce=_topic_id,
        description="Hours on one topic add up, also across collaboratives. Search finds a "
        "topic by its other names too.",
    )
    description = TextAreaField(
        "What it is about",
        [DataRequired("Say what it is about: this is what people read first."),
         Length(max=LONGEST_TEXT)],
        render_kw={"rows": 6},
    )  # fmt: skip
    goals = TextAreaField(
        "Learning goals",
        [Optional(), Length(max=LONGEST_TEXT)],
        description="One a line. They are printed on the certificate.",
    )
    audience = TextAreaField("Who it is for", [Optional(), Length(max=LONGEST_TEXT)])
    prerequisites = TextAreaField(
        "What one should know or do before", [Optional(), Length(max=LONGEST_TEXT)]
    )
    categories = SelectMultipleField(
        "Counts as",
        choices=[SelectChoice(each.value, each.label) for each in CreditCategory],
        description="The categories of license renewal that this course fits. One PDP counts "
        "once, whichever category somebody uses it for.",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    assessment = TextAreaField(
        "Assessment of learning",
        [Optional(), Length(max=LONGEST_TEXT)],
        description="What participants hand in or are asked. A session can promise PDPs only "
        "with an assessment and criteria for mastery.",
    )
    mastery = TextAreaField(
        "Criteria for mastery",
        [Optional(), Length(max=LONGEST_TEXT)],
        description="What is good enough, such as 80 percent of the quiz.",
    )
    version = Version()

    def offer(self, topics: Sequence[Topic]) -> None:
        """Offer the topics to choose from."""
        self.topic_id.choices = [
            SelectChoice("", "Choose a topic"),
            *(SelectChoice(each.id, each.name) for each in topics),
        ]

    @property
    def details(self) -> CourseDetails:
        """What was sent, as actions take it."""
        return CourseDetails.read(
            {
                name: value or "" if name not in {"topic_id", "categories"} else value
                for name, value in self.data.items()
            }
        )


class ConfirmForm(Form):
    """Nothing but the will to do it."""
