"""Pages of one's own account."""

from __future__ import annotations
