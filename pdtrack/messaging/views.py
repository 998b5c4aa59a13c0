"""The part of messaging that runs by itself."""

from __future__ import annotations

from flask import Flask

from pdtrack.core import jobs, outbox
from pdtrack.core.authz import SYSTEM
from pdtrack.messaging import actions


def init_app(app: Flask) -> None:  # noqa: ARG001 - every feature is put in alike.
    """Let the worker remind people at every sweep, of what is still so when the mail leaves."""
    jobs.add("reminders", actions.send_due_reminders)
    outbox.condition(actions.CONDITION, lambda id_: actions.confirm(reminder_id=id_, actor=SYSTEM))
