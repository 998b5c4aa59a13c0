"""A whole site in one transaction: its people, its pages with their forms, and what they change."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from pdtrack.accounts import passwords
from pdtrack.accounts.models import Person
from pdtrack.attendance import actions as attendance
from pdtrack.attendance.models import Presence
from pdtrack.attendance.queries import parts
from pdtrack.catalog.models import CourseSession
from pdtrack.core.db import Model, db
from tests import make
from tests.bad_input.reading import Form, Pairs, forms_of
from tests.bad_input.values import good_for
from tests.roles.routes import Route, routes
from tests.roles.world import World, build

RIGHTFUL = {
    "manage": "coordinator",
    "districts": "district_administrator",
    "my": "educator",
    "certificates": "educator",
    "sessions": "newcomer",
    "invitations": "newcomer",
    "platform": "administrator",
}
AREAS = ("desk", "manage", "districts", "my", "platform", "public")
COOKIE = "pdtrack"
# What only some forms ask for, depending on what else is said in them.
NEEDED = {"employer", "employee_number", "short_name", "file"}
CHOSEN = {"other"}  # The first of the list is a member already.


@dataclass
class Site:
    """Two worlds, and a browser for everybody of the first."""

    app: Flask
    client: FlaskClient
    ours: World
    theirs: World
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(cls, app: Flask) -> Site:
        """Make the worlds, and sign everybody in once."""
        site = cls(app, app.test_client(), build("Ours"), build("Zweitland"))
        site.ours.names["sessions:course_session_id"] = site.ours.names["public:course_session_id"]
        site.ours.people["administrator"] = make.platform_administrator()
        site.ours.people["newcomer"] = _newcomer(site.ours)
        _let_somebody_earn(site.ours)
        educator = site.ours.people["educator"]
        educator.password_hash = passwords.hashed("battery staple horse")
        make.saved(educator)
        for kind, person in site.ours.people.items():
            make.sign_in(site.client, person)
            cookie = site.client.get_cookie(COOKIE)
            assert cookie is not None
            site.cookies[kind] = cookie.value
        return site

    def be(self, who: str | None) -> FlaskClient:
        """Return the browser of somebody, or of nobody."""
        self.client.delete_cookie(COOKIE)
        if who is not None:
            self.client.set_cookie(COOKIE, self.cookies[who])
        return self.client

    def who(self, route: Route) -> str | None:
        """Return who uses a route rightfully."""
        return None if route.access == "public" else RIGHTFUL[route.place]

    def routes(self, method: str, area: str) -> list[tuple[Route, str]]:
        """Return the routes of an area with their addresses."""
        return [
            (route, route.url(self.app, *[self.ours] * len(route.parameters)))
            for route in routes(self.app)
            if route.method == method and area_of(route) == area
        ]

    def url_with(self, route: Route, parameter: str, written: str) -> str:
        """Return a route's address with one of its parameters written so, odd or not."""
        values = {name: self.ours.value(route.place, name) for name in route.parameters}
        url = re.sub(r"<any[^>]*>", "csv", route.rule.rule)
        for name, value in {**values, parameter: written}.items():
            url = re.sub(rf"<(int:)?{name}>", str(value).replace("\\", r"\\"), url)
        return url

    def forms(self, area: str) -> list[tuple[str | None, Form]]:
        """Return every form of an area, filled in well, with who fills it in."""
        found: dict[str, tuple[str | None, Form]] = {}
        pages = [(self.who(route), url) for route, url in self.routes("GET", area)]
        for who, url in [*pages, *self._further_pages(area)]:
            answer = self.be(who).get(url)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                for form in forms_of(answer):
                    found.setdefault(str(form), (who, _filled(form)))
        for route, url in self.routes("POST", area):
            # Buttons that this world does not show, and what scripts send.
            hidden = Form(url, "POST", (), ())
            found.setdefault(str(hidden), (self.who(route), hidden))
        return list(found.values())

    def _further_pages(self, area: str) -> list[tuple[str | None, str]]:
        """Return pages that need a question, or another session: to come, or one that was held."""
        names = self.ours.names
        if area == "my":
            return [("educator", f"/my/registrations/{names['registration_id']}/attendance")]
        if area != "desk":
            return []
        sessions = f"/manage/{names['short_name']}/sessions"
        coming = f"{sessions}/{names['public:course_session_id']}"
        return [
            ("coordinator", f"{sessions}/new?course={names['course_id']}"),
            ("coordinator", f"{coming}/cancel"),
            ("coordinator", f"{coming}/meetings"),
            ("coordinator", f"{coming}/roster/{names['my:registration_id']}/remove"),
        ]

    @property
    def foreign(self) -> dict[str, str]:
        """What stands for a thing of the other world, by the name of the field it is put into."""
        names, people = self.theirs.names, self.theirs.people
        course_session = db.session.get_one(CourseSession, names["course_session_id"])
        meeting = course_session.meetings[0].id
        told = {
            "venue": names["venue_id"],
            "meetings-0-venue": names["venue_id"],
            "meetings-0-id": meeting,
            "meeting": meeting,
            "presenters": people["presenter"].id,
            "employment": people["educator"].employments[0].id,
            "leaves": people["educator"].employments[0].id,
            "registrations": names["registration_id"],
        }
        return {name: str(value) for name, value in told.items()}

    def shape(self, form: Form) -> str:
        """Return what takes a form, whatever it is about."""
        adapter = self.app.url_map.bind("localhost")
        return f"{form.method} {adapter.match(form.path.partition('?')[0], form.method)[0]}"

    def send(self, who: str | None, form: Form, pairs: Pairs) -> TestResponse:
        """Send a form, filled in so."""
        self.app.extensions["counters"].reset()
        files = {each.name for each in form.fields if each.kind == "file"}
        sent = MultiDict([(name, _file(text) if name in files else text) for name, text in pairs])
        if form.method == "GET":
            return self.be(who).get(form.path.partition("?")[0], query_string=sent)
        return self.be(who).post(form.path, data=sent)


def _file(text: str) -> Any:
    """Return a file with this in it; none if nothing was chosen."""
    return (io.BytesIO(text.encode()), "list.csv") if text else ""


def area_of(route: Route) -> str:
    """Return the part of the site to which a route belongs."""
    _, place, *rest = route.rule.rule.split("/")
    if place == "manage" and "sessions" in rest:
        return "desk"
    return place if place in AREAS else "public"


@contextmanager
def taken_back() -> Iterator[None]:
    """Take back what is written inside, within the test's own transaction."""
    db.session.remove()
    connection = cast("Connection", db.engine)  # As `rolled_back` left it there.
    with connection.begin_nested() as savepoint:
        yield
        db.session.remove()
        savepoint.rollback()


def everything() -> str:
    """Return a digest of every row of every table."""
    digest = hashlib.sha256()
    for table in Model.metadata.sorted_tables:
        rows: Any = db.session.execute(select(table).order_by(*table.primary_key)).all()
        digest.update(repr(rows).encode(errors="replace"))
    return digest.hexdigest()


def _filled(form: Form) -> Form:
    """Fill in what must be and is not."""
    given = {name for name, text in form.values if text}
    missing = [
        each
        for each in form.fields
        if ((each.is_required or each.name in NEEDED) and each.name not in given)
        or each.name in CHOSEN
    ]
    values = [pair for pair in form.values if pair[0] not in {each.name for each in missing}]
    values += [(each.name, good_for(each)) for each in missing]
    return replace(form, values=tuple(values))


def _newcomer(world: World) -> Person:
    """Make somebody with two employers, who is in no session yet and was invited to a role."""
    person = make.person(email=f"invited@{world.family}.example")
    for kind in ("coordinator", "district_administrator"):
        employer = world.people[kind].roles[0].organization
        assert employer is not None
        make.employment(person=person, organization=employer)
    return person


def _let_somebody_earn(world: World) -> None:
    """Let one more attend, and leave something to correct in the certificates that are there."""
    run = db.session.get_one(CourseSession, world.names["course_session_id"])
    run.course.goals = "What the certificate does not say yet."
    db.session.commit()
    attendance.mark(
        registration=make.registration(course_session=run),
        part=parts(run)[0],
        presence=Presence.PRESENT,
        actor=world.people["coordinator"],
    )
