"""Reading what a coordinator must know: what is urgent, what is near, and what was sent."""

from __future__ import annotations

from pdtrack.desk.queries.mail import (
    Batch,
    batches_waiting,
    mails_waiting,
    states_of_mail,
    undoable_mail,
)
from pdtrack.desk.queries.needs import (
    MOST_AHEAD,
    Beginnings,
    Filling,
    Needs,
    Ready,
    beginnings,
    meetings_ahead,
    needs_me_now,
)
from pdtrack.desk.queries.sessions import (
    LIST_STATES,
    earlier_runs,
    has_credit,
    held_meetings,
    possible_presenters,
    sessions,
    sessions_by_state,
    untouched_copy,
    untouched_twin,
)

__all__ = [
    "LIST_STATES",
    "MOST_AHEAD",
    "Batch",
    "Beginnings",
    "Filling",
    "Needs",
    "Ready",
    "batches_waiting",
    "beginnings",
    "earlier_runs",
    "has_credit",
    "held_meetings",
    "mails_waiting",
    "meetings_ahead",
    "needs_me_now",
    "possible_presenters",
    "sessions",
    "sessions_by_state",
    "states_of_mail",
    "undoable_mail",
    "untouched_copy",
    "untouched_twin",
]
