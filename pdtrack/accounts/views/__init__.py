"""Pages about people: signing in and up, one's own account, and what staff do for others.

A module of pages imports `bp` from `pdtrack.accounts.views.blueprint`, and is named here.
"""

from __future__ import annotations

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from pdtrack.accounts import identity, links
from pdtrack.accounts.actions import signing_up as actions
from pdtrack.accounts.views import (
    account,
    addresses,
    domains,
    invitations,
    menu,
    passwords,
    people,
    roles,
    signing_in,
    signing_up,
    staff,
    workplaces,
)
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import jobs, navigation, outbox
from pdtrack.core.authz import SYSTEM
from pdtrack.core.tokens import LinkNoLongerWorks

PAGES = (
    account,
    addresses,
    domains,
    invitations,
    passwords,
    people,
    roles,
    signing_in,
    signing_up,
    staff,
    workplaces,
)
GONE = 410


def init_app(app: Flask) -> None:
    """Open the pages, know who looks at them, and make the secrets of their mail."""
    identity.init_app(app)
    app.context_processor(lambda: {"navigation": menu.main_menu(), "way_back": menu.way_back()})
    app.register_blueprint(bp)
    outbox.secret_maker("accounts.confirm_sign_up", links.confirm_sign_up)
    outbox.secret_maker("accounts.confirm_address", links.confirm_address)
    outbox.secret_maker("accounts.reset_password", links.reset_password)
    outbox.secret_maker("accounts.sign_in_code", links.sign_in_code)
    outbox.secret_maker("accounts.accept_invitation", links.accept_invitation)
    jobs.add("accounts", _forget_old)
    coordinate, administer = "organizations.coordinate", "organizations.administer_district"
    navigation.add("manage", "People", "accounts.people", order=60, rule=coordinate)
    navigation.add("manage", "Roles", "accounts.roles", order=75, rule=coordinate)
    navigation.add("manage", "E-mail domains", "accounts.domains", order=85, rule=coordinate)
    navigation.add(
        "district", "E-mail domains", "accounts.district_domains", order=85, rule=administer
    )
    navigation.add("district", "Staff", "accounts.staff", order=40, rule=administer)
    navigation.add("district", "Roles", "accounts.district_roles", order=75, rule=administer)


@bp.errorhandler(LinkNoLongerWorks)
def link_gone(refusal: LinkNoLongerWorks) -> ResponseReturnValue:
    """Say that a mailed link is of no more use, and what to do."""
    return render_template("accounts/link_gone.html", message=refusal.message), GONE


def _forget_old() -> None:
    actions.forget_old(actor=SYSTEM)
