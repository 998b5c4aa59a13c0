"""Rosters and lists of registrations as files."""

from __future__ import annotations
