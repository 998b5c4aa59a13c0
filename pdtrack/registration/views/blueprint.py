"""The blueprint that every page about registrations belongs to."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("registration", __name__)
