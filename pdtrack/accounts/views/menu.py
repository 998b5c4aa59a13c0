"""The main menu: where whoever looks at the page may go."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for

from pdtrack.accounts import identity
from pdtrack.accounts.models import Person, Role
from pdtrack.core.authz import RoleKind, safe_next
from pdtrack.core.navigation import Link
from pdtrack.organizations.models import Collaborative, District

_PLATFORM = "operations.show"
_WORTH_RETURNING_TO = {
    "storefront.sessions",
    "storefront.course_session",
    "storefront.collaborative",
}
_Place = tuple[str, str, dict[str, Any]]


def main_menu() -> list[Link]:
    """Return the links of the main menu: the catalog, one's own pages, one place for each role."""
    places: list[_Place] = [("Catalog", "storefront.sessions", {})]
    person = identity.visitor()
    if person is not None:
        places += [
            ("My page", "home.my", {}),
            ("My sessions", "registration.mine", {}),
            ("Certificates", "certificates.mine", {}),
        ]
        places += _places_of(person)
    urls = {
        label: url_for(endpoint, **values)
        for label, endpoint, values in places
        if endpoint in current_app.view_functions
    }
    here = max((url for url in urls.values() if _leads_here(url)), key=len, default=None)
    return [Link(label=label, url=url, is_current=url == here) for label, url in urls.items()]


def way_back() -> str | None:
    """Return where to go after signing in: what is looked at now, or what was asked for before."""
    if request.endpoint in _WORTH_RETURNING_TO:
        return safe_next(request.full_path.rstrip("?"))
    return safe_next(request.args.get("next"))


def _leads_here(url: str) -> bool:
    """Whether this page is the one that a link leads to, or one below it."""
    return request.path == url or request.path.startswith(f"{url.rstrip('/')}/")


def _places_of(person: Person) -> list[_Place]:
    """Return the place of each role, once for an organization in which there are several."""
    current = [each for each in person.roles if each.ended_at is None]
    found = {place for each in current if (place := _place(each))}
    ordered = sorted(found, key=lambda place: (place[1] == _PLATFORM, place[0]))
    return [(label, endpoint, dict(values)) for label, endpoint, values in ordered]


def _place(role: Role) -> tuple[str, str, tuple[tuple[str, str], ...]] | None:
    of = role.organization
    if role.kind == RoleKind.PLATFORM_ADMINISTRATOR:
        return "Platform", _PLATFORM, ()
    if isinstance(of, Collaborative) and of.slug:
        return f"Desk {of.short_name or of.name}", "desk.show", (("short_name", of.slug),)
    if isinstance(of, District):
        return of.name, "home.district", (("org_code", of.org_code),)
    return None
