"""Finding sessions by words and filters, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from pdtrack.catalog.search.entries import (
    create_index,
    index,
    index_course,
    index_topic,
    rebuild,
)
from pdtrack.catalog.search.listing import Listing, Near, Sort, Wanted, near, search, upcoming

__all__ = [
    "Listing",
    "Near",
    "Sort",
    "Wanted",
    "create_index",
    "index",
    "index_course",
    "index_topic",
    "near",
    "rebuild",
    "search",
    "upcoming",
]
