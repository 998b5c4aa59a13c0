"""What one person registered for with a collaborative, as its coordinators see it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from pdtrack.accounts import acquaintance
from pdtrack.core.authz import authorize
from pdtrack.core.pages import or_404, page_number, paginate
from pdtrack.organizations import policy as organizations_policy
from pdtrack.organizations import queries as organizations
from pdtrack.registration import queries
from pdtrack.registration.views.blueprint import bp


@bp.get("/manage/<short_name>/people/<int:person_id>/sessions")
def person(short_name: str, person_id: int) -> ResponseReturnValue:
    """List what a person registered for here, the newest session first."""
    place = or_404(organizations.collaborative(short_name))
    authorize(organizations_policy.may_coordinate, place)
    shown = or_404(acquaintance.person_known_to(place.id, person_id))
    page = paginate(queries.of_person_with(shown, place), number=page_number())
    return render_template(
        "registration/person.html",
        place=place,
        person=shown,
        registrations=page,
        positions=queries.positions(page),
    )
