"""What somebody may look for in the audit log."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import Optional, Regexp

from pdtrack.accounts import queries as people
from pdtrack.core import clock, incoming
from pdtrack.core.fields import Day
from pdtrack.core.forms import Form
from pdtrack.operations.queries import WhatHappened
from pdtrack.organizations import queries as organizations

USUAL_DAYS = timedelta(days=30)
_SUBJECT = re.compile(r"([a-z_]+)(?::([0-9]{1,9}))?")


class AuditFilter(Form):
    """Which entries to show."""

    event = StringField("What happened", description="As it begins: registration.")
    person = StringField("Person", description="An address, or a number.")
    organization = StringField("Organization", description="Its code of eight digits.")
    subject = StringField(
        "About",
        [Optional(), Regexp(rf"{_SUBJECT.pattern}\Z", message="Enter it like registrations:12.")],
        description="Like registrations:12.",
    )
    from_on = Day("From", [Optional()], name="from")
    to_on = Day("To", [Optional()], name="to")

    def __init__(self, asked: MultiDict[str, str], **options: Any) -> None:
        # Reading needs no token, and the address of a search can be shared.
        super().__init__(asked, meta={"csrf": False}, **options)
        if not asked:
            self.from_on.data = clock.today() - USUAL_DAYS

    def wanted(self) -> WhatHappened:
        """Return what to look for; a field that makes no sense is shown with an error."""
        self.validate()
        organization = organizations.by_org_code(self.organization.data or "")
        subject = _SUBJECT.fullmatch(self.subject.data or "")
        if self.organization.data and organization is None:
            self.organization.errors = ["No organization has this code."]
        return WhatHappened(
            event=self.event.data or "",
            person_id=self._person_id(),
            organization_id=organization.id if organization else None,
            subject_type=subject[1] if subject else "",
            subject_id=int(subject[2]) if subject and subject[2] else None,
            from_on=self.from_on.data,
            to_on=self.to_on.data,
        )

    def _person_id(self) -> int | None:
        asked = self.person.data or ""
        number = incoming.row_number(asked)
        if number is not None:
            return number
        person = people.by_address(asked.lower()) if asked else None
        if asked and person is None:
            self.person.errors = ["Nobody has this address."]
        return person.id if person else None
