"""What a district's own staff registered for."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from pdtrack.core import clock
from pdtrack.core.authz import authorize
from pdtrack.core.pages import or_404, page_number, paginate, table_download
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import District
from pdtrack.registration import documents, policy, queries
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.views.blueprint import bp

REGISTRATIONS = "/districts/<org_code>/registrations"
STATES = (
    ("", "All states"),
    ("active", "Registered or on the waitlist"),
    *(
        (each.value, each.label)
        for each in (Status.REGISTERED, Status.WAITLISTED, Status.CANCELLED, Status.WITHDRAWN)
    ),
)


@bp.get(REGISTRATIONS)
def district(org_code: str) -> ResponseReturnValue:
    """List the registrations made under employment by this district."""
    place = or_404(organizations.district(org_code))
    authorize(policy.may_read_district, place)
    page = paginate(_asked(place), number=page_number())
    return render_template(
        "registration/district.html",
        place=place,
        registrations=page,
        positions=queries.positions(page),
        states=STATES,
    )


@bp.get(f"{REGISTRATIONS}.<any(csv, xlsx):ending>")
def district_file(org_code: str, ending: str) -> ResponseReturnValue:
    """Send the list, as it is filtered, as a file."""
    place = or_404(organizations.district(org_code))
    authorize(policy.may_read_district, place)
    rows = queries.in_batches(_asked(place))
    name = f"registrations-{place.org_code}"
    return table_download(documents.district_columns(), rows, name=name, ending=ending)


def _asked(place: District) -> Select[Registration]:
    return queries.of_district(
        place,
        state=request.args.get("state", ""),
        first_day=clock.read_day(request.args.get("from")),
        last_day=clock.read_day(request.args.get("to")),
    )
