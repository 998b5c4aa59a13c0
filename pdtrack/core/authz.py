"""Who may do what: the actor, the rules of the policies, and the decision each view takes."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response


class RoleKind(StrEnum):
    """A permission that a person holds in one organization; never the job."""

    COORDINATOR = "coordinator"
    PRESENTER = "presenter"
    BOARD_MEMBER = "board_member"
    DISTRICT_ADMINISTRATOR = "district_administrator"
    PLATFORM_ADMINISTRATOR = "platform_administrator"


class ActorKind(StrEnum):
    """What kind of thing acts."""

    PERSON = "person"
    LINK = "link"
    SYSTEM = "system"


class Actor(Protocol):
    """Whoever acts: a person, the holder of a link, or the system."""

    @property
    def id(self) -> int | None:
        """The person's id, if a person acts."""

    @property
    def kind(self) -> ActorKind:
        """What kind of thing acts."""

    def holds(self, role: RoleKind, organization_id: int | None) -> bool:
        """Whether the actor holds a role in an organization."""


class _Impersonal:
    """An actor that is no person."""

    def __init__(self, kind: ActorKind, *, may_everything: bool) -> None:
        self.id: int | None = None
        self.kind = kind
        self._may_everything = may_everything

    def holds(self, role: RoleKind, organization_id: int | None) -> bool:  # noqa: ARG002
        return self._may_everything


SYSTEM: Actor = _Impersonal(ActorKind.SYSTEM, may_everything=True)
NOBODY: Actor = _Impersonal(ActorKind.LINK, may_everything=False)

Rule = Callable[[Any, Any], bool]
View = TypeVar("View", bound=Callable[..., Any])
RuleFunction = TypeVar("RuleFunction", bound=Callable[..., bool])

_SIGNED_OUT = "You were signed out meanwhile, so what you sent was not saved. Sign in first."
_rules: dict[str, Rule] = {}


def rule(function: RuleFunction) -> RuleFunction:
    """Make a function of a policy known to templates, as "attendance.mark" for `may_mark`."""
    feature = function.__module__.split(".")[1]
    _rules[f"{feature}.{function.__name__.removeprefix('may_')}"] = function
    return function


def rules() -> dict[str, Rule]:
    """Return every known rule by name."""
    return dict(_rules)


def public(view: View) -> View:
    """Open a view to everybody, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open a view to everybody who is signed in: it shows nothing but the person's own."""
    view.access = "signed_in"  # type: ignore[attr-defined]
    return view


def actor() -> Actor:
    """Return whoever makes this request."""
    return cast("Actor", current_user) if current_user.is_authenticated else NOBODY


def authorize(decide: Rule, thing: Any = None) -> None:
    """Answer 404 unless the policy lets this person do this; 404 tells a stranger nothing."""
    g.is_decided = True
    if not decide(actor(), thing):
        abort(404)


def may(name: str, thing: Any = None) -> bool:
    """Whether whoever looks at the page may do this; for templates."""
    return _rules[name](actor(), thing)


def access_of(app: Flask, endpoint: str) -> str:
    """Return "public", "signed_in" or "decided": how a route is guarded."""
    return getattr(app.view_functions[endpoint], "access", "decided")


def safe_next(target: str | None) -> str | None:
    """Return where to go after signing in, if it is a path of this site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    is_odd = any(ord(character) < 32 or character == "\\" for character in target)  # noqa: PLR2004
    return None if is_odd else target


def came_from() -> str | None:
    """Return the page of this site from which the browser came, if it was one."""
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc != urlsplit(current_app.config["PDTRACK_URL"]).netloc:
        return None
    return safe_next(referrer.path + (f"?{referrer.query}" if referrer.query else ""))


def lacks_a_person() -> bool:
    """Whether nobody is signed in, and what was asked for is not open to everybody."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static" or current_user.is_authenticated:
        return False
    return access_of(current_app, endpoint) != "public"


def init_app(app: Flask) -> None:
    """Guard every route that does not say otherwise."""
    app.before_request(_ask_to_sign_in)
    app.after_request(_insist_on_a_decision)
    app.jinja_env.globals["may"] = may


def _ask_to_sign_in() -> Response | None:
    if not lacks_a_person():
        return None
    if request.method in {"GET", "HEAD"}:
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.sign_in", next=target))
    flash(_SIGNED_OUT, "warning")
    return redirect(url_for("accounts.sign_in", next=came_from()))


def _insist_on_a_decision(response: Response) -> Response:
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static" or not current_user.is_authenticated:
        return response
    if request.method == "OPTIONS":
        return response  # Flask says by itself which methods there are, and asks no view.
    is_open = access_of(current_app, endpoint) != "decided"
    if is_open or g.get("is_decided") or response.status_code >= 400:  # noqa: PLR2004
        return response
    message = f"{endpoint} answered without authorize(), @signed_in or @public."
    raise RuntimeError(message)
