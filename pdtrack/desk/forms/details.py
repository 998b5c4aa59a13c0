"""What a coordinator writes down about a session, its meetings apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.validators import InputRequired, Optional

from pdtrack.catalog import actions as catalog
from pdtrack.catalog import rules
from pdtrack.catalog.details import SessionDetails
from pdtrack.catalog.models import CourseSession, Format, Promise, Venue
from pdtrack.core.errors import DomainError, Stale
from pdtrack.core.fields import Day, MoneyField, PointsField, Version, WholeNumber
from pdtrack.core.forms import Form, OneLine, SelectChoice
from pdtrack.desk.forms.fields import at_most, between, is_address, is_web_address

# Where the name of a detail differs from the plain name of its field.
FIELDS = {
    "venue_id": "venue",
    "member_price_cents": "member_price",
    "non_member_price_cents": "non_member_price",
    "promised_tenths": "promised_pdps",
}
MOST_MINUTES = 60_000
PROMISES = (
    SelectChoice(Promise.HOURS.value, "Hours: an attendance certificate for the hours attended"),
    SelectChoice(
        Promise.COUNTS_TOWARD.value,
        "Counts toward PDPs: the hours are saved until there are enough on the topic",
    ),
    SelectChoice(
        Promise.PDPS.value,
        "PDPs: at least 10 hours on the topic, an assessment, and mastery of it",
    ),
)


class _DetailsForm(Form):
    """Shows refusals about details at the fields where they were typed."""

    is_stale = False

    def refuse(self, refusal: DomainError) -> None:
        """Write a refusal at its field, and each of several at its own."""
        self.is_stale = self.is_stale or isinstance(refusal, Stale)
        if isinstance(refusal, catalog.NotFit):
            for problem in refusal.problems:
                self.refuse(DomainError(problem.message, field=problem.field))
            return
        field = FIELDS.get(refusal.field or "", refusal.field)
        super().refuse(DomainError(refusal.message, field=field))

    def _refuse_all(self, details: SessionDetails) -> bool:
        """Write what cannot be right whatever the database says; return whether nothing was."""
        problems = list(rules.detail_problems(details))
        for problem in problems:
            self.refuse(DomainError(problem.message, field=problem.field))
        return not problems


class NewSessionForm(_DetailsForm):
    """What is needed to begin a session; everything else follows on its own pages."""

    title = StringField(
        "Title",
        [InputRequired("Give the session a title."), at_most(200), OneLine()],
        description="What people see in the catalog. The course’s title does for most.",
    )
    format = RadioField(
        "How people come together",
        [InputRequired("Choose how people come together.")],
        choices=[SelectChoice(each.value, each.label) for each in Format],
    )
    capacity = WholeNumber(
        "Places",
        [
            InputRequired("Say how many places there are."),
            between(1, rules.MOST_PLACES),
        ],
        description="How many people can take part. You can raise it later.",
    )

    def details(self, **more: Any) -> SessionDetails:
        """Return what was written down, with what is known already."""
        return SessionDetails(
            title=self.title.data or "",
            format=Format(self.format.data),
            capacity=self.capacity.data or 0,
            **more,
        )


class SessionForm(NewSessionForm):
    """Everything about a session but its meetings."""

    version = Version()
    note = TextAreaField(
        "About this session",
        [Optional(), at_most(4000)],
        description="What is special this time. The course’s description is shown anyway.",
    )
    venue = SelectField("Venue")
    bring = TextAreaField(
        "What to bring",
        [Optional(), at_most(1000)],
        description="Laptop, lunch, comfortable clothes. It is in the confirmation mail too.",
    )
    online_link = URLField(
        "Link to join online",
        [Optional(), at_most(2000), is_web_address],
        description="Shown only to people who are registered.",
        render_kw={"placeholder": "https://"},
    )
    online_note = TextAreaField(
        "How to join online",
        [Optional(), at_most(1000)],
        description="A passcode or a phone number, for instance. Only the registered see it.",
    )
    presenter_name = StringField(
        "Presenter",
        [Optional(), at_most(200), OneLine()],
        description="As the public page names who teaches.",
    )
    contact_name = StringField(
        "Contact person",
        [Optional(), at_most(200), OneLine()],
        description="Whom people may ask. Needed before the session is published.",
    )
    contact_email = EmailField(
        "Contact’s e-mail address",
        [Optional(), at_most(254), is_address],
        description="Answers to the session’s mail go there. Needed before it is published.",
    )
    contact_phone = TelField("Contact’s phone number", [Optional(), at_most(50), OneLine()])
    minimum = WholeNumber(
        "Minimum",
        [Optional(), between(0, rules.MOST_PLACES)],
        description="Below this many people you are reminded to decide before registration closes.",
    )
    has_waitlist = BooleanField(
        "Keep a waitlist when the session is full",
        description="People who wait already stay in line.",
    )
    member_price = MoneyField(
        "Price for members", [InputRequired("Enter a price; 0 if it is free.")]
    )
    non_member_price = MoneyField(
        "Price for everybody else", [InputRequired("Enter a price; 0 if it is free.")]
    )
    opens_days_before = WholeNumber(
        "Opens", [Optional(), between(0, 3650)], description="Empty: as soon as it is published."
    )
    closes_hours_before = WholeNumber(
        "Closes",
        [InputRequired("Say when registration closes; 0 is at the start."), between(0, 8760)],
        description="0 closes it when the first meeting begins; 48 is two days before.",
    )
    promise = RadioField(
        "What people earn", [InputRequired("Choose what people earn.")], choices=PROMISES
    )
    promised_pdps = PointsField("PDPs", [Optional()], description="Only if PDPs are promised.")
    independent_minutes = WholeNumber(
        "Independent work",
        [Optional(), between(0, MOST_MINUTES)],
        description="Credited beside the meetings; all of the credit if the session is self-paced.",
    )
    opens_on = Day("Can be begun on", [Optional()])
    due_on = Day("Due on", [Optional()])

    @classmethod
    def showing(cls, course_session: CourseSession, venues: Iterable[Venue]) -> SessionForm:
        """Return the form with what a session says now."""
        details = dict(SessionDetails.of(course_session).items())
        form = cls(
            data={
                **details,
                **{field: details[name] for name, field in FIELDS.items()},
                "venue": str(course_session.venue_id or ""),
                "version": course_session.version,
            }
        )
        form.venue.choices = _venue_choices(course_session, venues)
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then what they say together."""
        return super().validate(extra_validators) and self._refuse_all(self.written)

    @property
    def written(self) -> SessionDetails:
        """Return everything that was written down."""
        typed = {name: self[FIELDS.get(name, name)].data for name in _names()}
        return SessionDetails(
            **{
                **typed,
                "format": Format(self.format.data),
                "promise": Promise(self.promise.data),
                "venue_id": int(self.venue.data) if self.venue.data else None,
                "independent_minutes": self.independent_minutes.data or 0,
                **{name: typed[name] or None for name in ("online_link", "online_note")},
                "contact_phone": typed["contact_phone"] or None,
            }
        )


def _names() -> Sequence[str]:
    return tuple(SessionDetails.__dataclass_fields__)


def _venue_choices(course_session: CourseSession, venues: Iterable[Venue]) -> list[SelectChoice]:
    """Offer the venues in use, and the session's own even if it is not in use anymore."""
    offered = {each.id: each for each in venues}
    if course_session.venue is not None:
        offered.setdefault(course_session.venue.id, course_session.venue)
    return [
        SelectChoice("", "No venue"),
        *(SelectChoice(str(each.id), f"{each.name}, {each.town}") for each in offered.values()),
    ]
