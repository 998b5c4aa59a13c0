"""Pages about people: signing in and up, one's own account, and what staff do for others.

A module of pages imports `bp` from `pdtrack.accounts.views.blueprint`, and is named here.
"""

from __future__ import annotations

from flask import Flask

from pdtrack.accounts import identity
from pdtrack.accounts.views import account
from pdtrack.accounts.views.blueprint import bp

PAGES = (account,)


def init_app(app: Flask) -> None:
    """Open the pages, and know who looks at them."""
    identity.init_app(app)
    app.register_blueprint(bp)
