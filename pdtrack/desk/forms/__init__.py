"""What a browser may send about sessions and venues."""

from __future__ import annotations

from pdtrack.desk.forms.acts import CancelForm, ConfirmForm, PresentersForm, PutAwayForm
from pdtrack.desk.forms.details import NewSessionForm, SessionForm
from pdtrack.desk.forms.meetings import MeetingsForm
from pdtrack.desk.forms.venues import VenueForm

__all__ = [
    "CancelForm",
    "ConfirmForm",
    "MeetingsForm",
    "NewSessionForm",
    "PresentersForm",
    "PutAwayForm",
    "SessionForm",
    "VenueForm",
]
