"""Every door is closed unless a view says otherwise."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.core import authz
from pdtrack.core.authz import NOBODY, SYSTEM, RoleKind, authorize, safe_next
from tests import make


@pytest.mark.parametrize(
    "target", ["/", "/my", "/sessions?q=a%20b&page=2", "/sessions/1#top", "/a/../b"]
)
def test_a_path_of_this_site_may_come_next(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "my",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/a\r\nLocation: https://evil.example",
        "https://evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "/a\\..\\evil.example",
    ],
)
def test_nothing_else_may_come_next(target: str | None) -> None:
    assert safe_next(target) is None


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client: FlaskClient) -> None:
    answer = client.get("/platform/mail?state=failed&page=2")

    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/platform/mail?state%3Dfailed%26page%3D2"


def test_what_a_stranger_sends_is_not_repeated_after_signing_in(client: FlaskClient) -> None:
    answer = client.post("/platform/mail/1/retry")

    assert (answer.status_code, answer.location) == (302, "/sign-in")


def test_which_methods_there_are_is_told_without_a_decision(client: FlaskClient) -> None:
    make.sign_in(client, make.person())

    answer = client.options("/my/registrations/1")

    assert answer.status_code == 200
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("referrer", "location"),
    [
        ("http://localhost/my/account?tab=1", "/sign-in?next=/my/account?tab%3D1"),
        ("http://evil.example/my/account", "/sign-in"),
        ("http://localhost//evil.example", "/sign-in"),
    ],
)
def test_who_was_signed_out_comes_back_to_the_form_and_is_told(
    client: FlaskClient, referrer: str, location: str
) -> None:
    answer = client.post("/my/account/profile", headers={"Referer": referrer})

    assert (answer.status_code, answer.location) == (302, location)
    assert "what you sent was not saved" in client.get(answer.location).text
    assert "was not saved" not in client.get("/sign-in").text


@pytest.mark.parametrize("path", ["/platform/", "/platform/mail", "/platform/audit"])
def test_what_is_not_ones_own_is_not_there(client: FlaskClient, path: str) -> None:
    make.sign_in(client, make.person())

    assert client.get(path).status_code == 404


def test_nothing_is_loaded_for_a_stranger(client: FlaskClient) -> None:
    # 404 would tell which numbers exist; a stranger always gets the same answer.
    assert client.get("/platform/mail/999999").status_code == 302
    assert client.get("/manage/nowhere/mail").status_code == 302


def test_a_person_who_was_deactivated_is_a_stranger(app: Flask, client: FlaskClient) -> None:
    somebody = make.platform_administrator()
    make.sign_in(client, somebody)
    assert client.get("/platform/mail").status_code == 200

    somebody.deactivated_at = somebody.created_at
    make.saved(somebody)

    assert client.get("/platform/mail").status_code == 302
    assert app.testing


def test_the_system_may_everything_and_nobody_nothing() -> None:
    assert all(SYSTEM.holds(kind, 1) for kind in RoleKind)
    assert not any(NOBODY.holds(kind, 1) for kind in RoleKind)
    assert SYSTEM.id is NOBODY.id is None


def test_a_role_in_one_organization_is_none_in_another(app: Flask) -> None:
    here, there = make.collaborative(), make.collaborative()
    somebody = make.coordinator(here)

    assert somebody.holds(RoleKind.COORDINATOR, here.id)
    assert not somebody.holds(RoleKind.COORDINATOR, there.id)
    assert not somebody.holds(RoleKind.BOARD_MEMBER, here.id)
    assert app.testing


def test_a_decision_against_is_404(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(Exception, match="404"):
        authorize(lambda _actor, _thing: False)


def test_templates_ask_by_name(app: Flask) -> None:
    with app.test_request_context("/"):
        assert not authz.may("operations.operate")
        assert "operations.operate" in authz.rules()


def test_every_route_says_who_may_come(app: Flask) -> None:
    kinds = {
        rule.endpoint: authz.access_of(app, rule.endpoint) for rule in app.url_map.iter_rules()
    }

    assert kinds["operations.healthz"] == "public"
    assert kinds["operations.show"] == "decided"
    assert set(kinds.values()) <= {"public", "signed_in", "decided"}
