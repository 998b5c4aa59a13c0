"""What may be done about registrations: each function one transaction."""

from __future__ import annotations

from pdtrack.registration.actions.details import mark_completed, mark_uncompleted, write_details
from pdtrack.registration.actions.ending import cancel, cancel_course_session, remove
from pdtrack.registration.actions.line import rebalance
from pdtrack.registration.actions.pricing import settle_price, settle_prices
from pdtrack.registration.actions.refusals import (
    AlreadyRegistered,
    HasBegun,
    NoLongerActive,
    NotYetOpen,
    NotYourEmployment,
    OrderNotAllowed,
    RegistrationClosed,
    RegistrationRefused,
    SessionCancelled,
    SessionFull,
)
from pdtrack.registration.actions.registering import register, register_for, register_new_person
from pdtrack.registration.actions.telling import remind, tell_of_change

__all__ = [
    "AlreadyRegistered",
    "HasBegun",
    "NoLongerActive",
    "NotYetOpen",
    "NotYourEmployment",
    "OrderNotAllowed",
    "RegistrationClosed",
    "RegistrationRefused",
    "SessionCancelled",
    "SessionFull",
    "cancel",
    "cancel_course_session",
    "mark_completed",
    "mark_uncompleted",
    "rebalance",
    "register",
    "register_for",
    "register_new_person",
    "remind",
    "remove",
    "settle_price",
    "settle_prices",
    "tell_of_change",
    "write_details",
]
