"""What a browser may send about reports."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms.validators import Optional, ValidationError

from pdtrack.core import clock
from pdtrack.core.fields import Day
from pdtrack.core.forms import Form
from pdtrack.reports.attendance import Period


class PeriodForm(Form):
    """From which day to which; without any, this fiscal year."""

    class Meta(Form.Meta):
        """A question that changes nothing needs no token."""

        csrf = False

    from_ = Day("From", [Optional()], name="from")
    to = Day("To", [Optional()])

    def validate_to(self, field: Any) -> None:
        """Keep the days in order."""
        if self.from_.data and field.data and field.data < self.from_.data:
            raise ValidationError("Choose a last day that is not before the first.")

    @property
    def period(self) -> Period:
        """The days asked for; the fiscal year of whichever is missing."""
        known = self.from_.data or self.to.data or clock.today()
        first, last = clock.fiscal_year_dates(clock.fiscal_year(known))
        asked_first: date = self.from_.data or first
        asked_last: date = self.to.data or last
        return Period(asked_first, max(asked_first, asked_last))
