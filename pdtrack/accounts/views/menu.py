"""The main menu: where whoever looks at the page may go."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for

from pdtrack.accounts import identity
from pdtrack.accounts.models import Person, Role
from pdtrack.core.authz import RoleKind
from pdtrack.core.navigation import Link
from pdtrack.organizations.models import Collaborative

_Place = tuple[str, str, dict[str, Any]]


def main_menu() -> list[Link]:
    """Return the links of the main menu: the catalog, one's own pages, one place for each role."""
    places: list[_Place] = [("Catalog", "storefront.sessions", {})]
    person = identity.visitor()
    if person is not None:
        places += [("My page", "home.my", {}), ("My sessions", "registration.mine", {})]
        places += _places_of(person)
    return [
        _link(label, url_for(endpoint, **values))
        for label, endpoint, values in places
        if endpoint in current_app.view_functions
    ]


def _places_of(person: Person) -> list[_Place]:
    """Return the place of each role, once for an organization in which there are several."""
    current = [each for each in person.roles if each.ended_at is None]
    places = {_place(each) for each in current}
    return sorted(
        ((label, endpoint, dict(values)) for label, endpoint, values in places if endpoint),
        key=lambda place: (place[1] == "operations.show", place[0]),
    )


def _place(role: Role) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    of = role.organization
    if role.kind == RoleKind.PLATFORM_ADMINISTRATOR:
        return "Platform", "operations.show", ()
    if of is None:
        return "", "", ()
    if isinstance(of, Collaborative):
        return f"Desk {of.short_name or of.name}", "desk.show", (("short_name", of.slug or ""),)
    return of.name, "home.district", (("org_code", of.org_code),)


def _link(label: str, url: str) -> Link:
    path = url.split("?", maxsplit=1)[0]
    is_current = request.path == path or request.path.startswith(f"{path.rstrip('/')}/")
    return Link(label=label, url=url, is_current=is_current)
