"""Nobody reaches what belongs to somebody else's district, collaborative or person."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.queries import count_queries
from tests.roles.conftest import writes
from tests.roles.routes import Route, routes
from tests.roles.world import ROLES, World

# A link that was mailed is its own key: whoever has it but not the address is told so.
KEYS = {"accounts.accept_invitation", "accounts.confirm_address"}
# The mail of another session under an own session's address: there is nothing to take back.
WORDS = {"desk.undo_mail"}


def not_found(route: Route, client: FlaskClient, url: str) -> list[str]:
    """Ask for one address and return what is wrong with the answer."""
    with writes() as changed:
        answer = client.open(url, method=route.method)
    problems = [f"writes {statement[:60]}" for statement in changed]
    is_refused = answer.status_code == 404
    if route.rule.endpoint in KEYS:
        is_refused = 400 <= answer.status_code < 500
    if route.rule.endpoint in WORDS:
        is_refused = answer.status_code in {302, 404}
    if not is_refused:
        problems.append(f"answers {answer.status_code}")
    return [f"{route.method} {url} {problem}" for problem in problems]


@pytest.mark.parametrize("role", ROLES)
def test_what_is_somebody_elses_is_not_found(
    app: Flask, client: FlaskClient, ours: World, theirs: World, role: str
) -> None:
    make.sign_in(client, ours.people[role])
    private = [
        route
        for route in routes(app)
        if route.access == "decided" or (route.access == "signed_in" and route.parameters)
    ]

    problems = [
        problem
        for route in private
        for url in route.urls_with(app, ours, theirs)
        for problem in not_found(route, client, url)
    ]

    assert len(private) > 100
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("role", ROLES)
def test_own_pages_show_nothing_of_anybody_else(
    app: Flask, client: FlaskClient, ours: World, theirs: World, role: str
) -> None:
    make.sign_in(client, ours.people[role])
    own = [route for route in routes(app) if route.access == "signed_in" and not route.parameters]
    problems = []

    for route in sorted(own, key=lambda each: each.method):
        make.sign_in(client, ours.people[role])
        answer = client.open(route.url(app), method=route.method)
        if answer.status_code not in {200, 302, 422}:
            problems.append(f"{route} answers {answer.status_code}")
        if theirs.family in answer.text:
            problems.append(f"{route} shows {theirs.family}")

    assert own
    assert not problems, "\n".join(problems)


def test_the_signed_out_are_asked_to_sign_in_before_anything_is_loaded(
    app: Flask, client: FlaskClient, ours: World
) -> None:
    problems = []

    for route in routes(app):
        if route.access == "public":
            continue
        url = route.url(app, *[ours] * len(route.parameters))
        with count_queries() as statements:
            answer = client.open(f"{url}?page=2", method=route.method)
        target = urlsplit(answer.location or "")
        back = parse_qs(target.query).get("next")
        wanted = [f"{url}?page=2"] if route.method == "GET" else None
        if (answer.status_code, target.path, back) != (302, "/sign-in", wanted):
            problems.append(
                f"{route} answers {answer.status_code} {answer.headers.get('Location')}"
            )
        if statements:
            problems.append(f"{route} asks the database first: {statements[0]}")

    assert not problems, "\n".join(problems)


def test_a_parameter_that_no_world_knows_says_what_to_add(ours: World) -> None:
    app_with_more = Flask("more")
    app_with_more.add_url_rule("/manage/<short_name>/rockets/<int:rocket_id>", "rockets", str)
    (route,) = routes(app_with_more)

    with pytest.raises(AssertionError, match=r"'rocket_id' that no world knows\. Make such a"):
        route.url(app_with_more, ours, ours)
