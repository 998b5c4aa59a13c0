"""Reading registrations: places, lines, rosters, and what a person or a district has."""

from __future__ import annotations

from pdtrack.registration.queries.lists import (
    all_of,
    in_batches,
    of_district,
    registered,
    roster,
)
from pdtrack.registration.queries.people import (
    ahead_of,
    all_of_person,
    behind,
    last_free_day,
    of_person_with,
    other_dates,
    people_registered_with,
    prices_to_settle,
)
from pdtrack.registration.queries.places import (
    active,
    active_by_session,
    count,
    counts,
    course_session_at_the_door,
    find,
    find_active,
    in_course_session,
    line,
    position_in_line,
    positions,
    row_numbers,
    standing,
)

__all__ = [
    "active",
    "active_by_session",
    "ahead_of",
    "all_of",
    "all_of_person",
    "behind",
    "count",
    "counts",
    "course_session_at_the_door",
    "find",
    "find_active",
    "in_batches",
    "in_course_session",
    "last_free_day",
    "line",
    "of_district",
    "of_person_with",
    "other_dates",
    "people_registered_with",
    "position_in_line",
    "positions",
    "prices_to_settle",
    "registered",
    "roster",
    "row_numbers",
    "standing",
]
