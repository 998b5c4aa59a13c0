"""Acts whose consequences were just read, and who teaches."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pdtrack.accounts.models import Person
from pdtrack.core.forms import Form, SelectChoice
from pdtrack.desk.forms.fields import at_most


class ConfirmForm(Form):
    """An act that needs nothing but the person's word."""


class CancelForm(Form):
    """Why a session does not take place."""

    reason = TextAreaField(
        "Why is it cancelled?",
        [InputRequired("Say why, for those who registered."), at_most(1000)],
        description="People read these words in the mail and on the session’s page.",
    )


class PutAwayForm(Form):
    """Why a draft is put away, if there is anything to say: nobody has seen it."""

    reason = TextAreaField(
        "Why is it put away?",
        [Optional(), at_most(1000)],
        description="Only your staff reads this.",
    )


class PresentersForm(Form):
    """Who teaches a session and may take its attendance."""

    presenters = SelectMultipleField(
        "People who teach it",
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="They see this session’s roster and take its attendance; nothing else.",
    )

    def offer(self, people: Iterable[Person]) -> None:
        """Offer these people, by name."""
        self.presenters.choices = [
            SelectChoice(
                each.id,
                f"{each.display_name} ({each.email})" if each.email else each.display_name,
            )
            for each in people
        ]
