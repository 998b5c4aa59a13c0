"""Going back to where somebody came from, and answering who tries too often."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from pdtrack.accounts import lockout
from pdtrack.accounts.forms.fields import AttemptForm
from pdtrack.core.authz import safe_next
from pdtrack.core.pages import form_page

MY_PAGE = "/my"
TOO_MANY_REQUESTS = 429


def next_path() -> str | None:
    """Return where to go afterwards, if the address names a path of this site."""
    return safe_next(request.args.get("next"))


def back(path: str | None = None) -> Redirect:
    """Go back to where somebody came from; else to their own page."""
    return redirect(path or next_path() or MY_PAGE)


def network() -> str:
    """Return the network that the request came from."""
    return lockout.network_of(request.remote_addr)


def attempt_page(template: str, *, form: AttemptForm, **context: Any) -> Response:
    """Show a page with a form: 429 if there were too many attempts."""
    response = form_page(template, form=form, next=next_path(), **context)
    if form.is_locked_out:
        response.status_code = TOO_MANY_REQUESTS
    return response


def proposed_address() -> str | None:
    """Return the e-mail address that a link proposes to sign in with."""
    return request.args.get("email", "")[:254] or None


def plain_page(template: str, **context: Any) -> str:
    """Show a page that says what to do next."""
    return render_template(template, next=next_path(), **context)
