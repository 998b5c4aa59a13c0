"""Pages about registrations: a person's own, a session's roster, and a district's list."""

from __future__ import annotations

from flask import Flask

from pdtrack.accounts import acquaintance, records
from pdtrack.core import jobs, navigation
from pdtrack.registration import actions, documents, queries
from pdtrack.registration.views import district, mine, people, roster, staff
from pdtrack.registration.views.blueprint import bp

PAGES = (mine, roster, staff, district, people)


def init_app(app: Flask) -> None:
    """Open the pages, add their menu entries, and let the worker settle prices."""
    app.register_blueprint(bp)
    jobs.add("prices", actions.settle_prices)
    acquaintance.add_source(queries.people_registered_with)
    records.add("registrations", documents.held_about)
    navigation.add(
        "session", "Roster", "registration.roster", order=20, rule="registration.read_roster"
    )
    navigation.add(
        "district",
        "Registrations",
        "registration.district",
        order=20,
        rule="registration.read_district",
    )
