"""The blueprint that every page about organizations belongs to."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("organizations", __name__)
