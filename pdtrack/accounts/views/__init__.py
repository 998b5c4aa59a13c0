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
    menu,
    passwords,
    signing_in,
    signing_up,
    workplaces,
)
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import jobs, outbox
from pdtrack.core.authz import SYSTEM
from pdtrack.core.tokens import LinkNoLongerWorks

PAGES = (account, addresses, passwords, signing_in, signing_up, workplaces)
GONE = 410


def init_app(app: Flask) -> None:
    """Open the pages, know who looks at them, and make the secrets of their mail."""
    identity.init_app(app)
    app.context_processor(lambda: {"navigation": menu.main_menu()})
    app.register_blueprint(bp)
    outbox.secret_maker("accounts.confirm_sign_up", links.confirm_sign_up)
    outbox.secret_maker("accounts.confirm_address", links.confirm_address)
    outbox.secret_maker("accounts.reset_password", links.reset_password)
    outbox.secret_maker("accounts.sign_in_code", links.sign_in_code)
    jobs.add("accounts", _forget_old)


@bp.errorhandler(LinkNoLongerWorks)
def link_gone(refusal: LinkNoLongerWorks) -> ResponseReturnValue:
    """Say that a mailed link is of no more use, and what to do."""
    return render_template("accounts/link_gone.html", message=refusal.message), GONE


def _forget_old() -> None:
    actions.forget_old(actor=SYSTEM)
