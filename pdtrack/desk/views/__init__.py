"""The desk: what needs somebody now, a collaborative's sessions, and the session editor."""

from __future__ import annotations

from flask import Flask

from pdtrack.core import navigation
from pdtrack.desk.views import acts, editing, overview, sessions, venues
from pdtrack.desk.views.blueprint import bp

PAGES = (acts, editing, overview, sessions, venues)


def init_app(app: Flask) -> None:
    """Open the pages and add their menu entries."""
    app.register_blueprint(bp)
    for menu, label, endpoint, order, rule in (
        ("manage", "Overview", "desk.show", 10, "desk.work_here"),
        ("manage", "Sessions", "desk.course_sessions", 20, "desk.work_here"),
        ("manage", "Venues", "desk.venues", 50, "catalog.offer"),
        ("session", "Overview", "desk.course_session", 10, "desk.see_session"),
        ("session", "Details", "desk.edit", 12, "desk.change"),
        ("session", "Meetings", "desk.meetings", 14, "desk.plan_meetings"),
    ):
        navigation.add(menu, label, endpoint, order=order, rule=rule)
