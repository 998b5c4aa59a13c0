"""Answers for when something goes wrong: always a sentence for the person, never a traceback."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequestKeyError, HTTPException

from pdtrack.core import authz, pages
from pdtrack.core.errors import DomainError, Stale

_CHANGED_MEANWHILE = (
    "Somebody else changed this at the same moment. Go back, reload, and try again."
)
_OPEN_TOO_LONG = "This page was open too long. Reload it, and try again."
_BUSY = "pdtrack is very busy or is being updated. Try again in a minute; nothing was half done."
# Never written into a page, not even a hidden field of the person's own.
_NOT_KEPT = re.compile(r"password|secret|^csrf_token$|^code$", re.IGNORECASE)
_MOST_KEPT = 200

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Say what goes wrong in words, and in the look of the other pages while that works."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(DomainError, _refusal)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(OperationalError, _database_unavailable)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error; a redirect that the router asks for is let through."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST or error.response is not None:
        return error
    # Only what the application itself said; Werkzeug's words are for programmers.
    is_ours = error.description != type(error).description
    message = error.description if is_ours and not isinstance(error, BadRequestKeyError) else None
    if pages.is_htmx():
        answer = make_response(_fragment(message or HTTPStatus(code).phrase, code))
    else:
        answer = make_response(_page(code, message), code)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:  # Allow, Retry-After, …
            answer.headers[name] = value
    return answer


def _page(code: int, message: str | None) -> str:
    try:
        return render_template("errors/error.html", code=code, message=message)
    except Exception:
        # The layout asks the database who is looking: it may be the very thing that broke.
        log.exception("The page of an error could not be drawn")
        return _plain_page(HTTPStatus(code).phrase, message or _BUSY)


def _plain_page(title: str, message: str) -> str:
    """Draw a page that asks nothing of anybody."""
    template = current_app.jinja_env.get_template("errors/plain.html")
    return template.render(title=title, message=message)


def _form_expired(error: CSRFError) -> ResponseReturnValue:
    """Offer what was typed again, if it came from our own page; a stranger's form is dropped."""
    log.info("A form was refused: %s", error.description)
    if pages.is_htmx():
        return _fragment(_OPEN_TOO_LONG, HTTPStatus.BAD_REQUEST)
    action = request.full_path.rstrip("?")
    kept = _typed() if _is_from_here() else []
    page = render_template(
        "errors/expired.html",
        kept=kept,
        has_left_out=len(kept) < _count_of_fields(),
        action=action,
        has_to_sign_in=authz.lacks_a_person(),
        start_again=action if "GET" in _methods() else authz.came_from() or "/",
    )
    return page, HTTPStatus.BAD_REQUEST


def _typed() -> list[tuple[str, str]]:
    pairs = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not _NOT_KEPT.search(name)
    ]
    return pairs if len(pairs) <= _MOST_KEPT else []


def _count_of_fields() -> int:
    names = [name for name, _ in request.form.items(multi=True) if name != "csrf_token"]
    return len(names) + len(request.files)


def _methods() -> set[str]:
    return set(request.url_rule.methods or ()) if request.url_rule else set()


def _is_from_here() -> bool:
    """Whether the browser says that a page of this site sent the form."""
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    here = urlsplit(current_app.config["PDTRACK_URL"])
    there = urlsplit(sender)
    return (there.scheme, there.netloc) == (here.scheme, here.netloc)


def _refusal(refusal: DomainError) -> ResponseReturnValue:
    """Show a refusal that no form caught."""
    is_stale = isinstance(refusal, Stale)
    code = HTTPStatus.CONFLICT if is_stale else HTTPStatus.UNPROCESSABLE_ENTITY
    return _refused(refusal.message, code)


def _changed_meanwhile(_error: StaleDataError) -> ResponseReturnValue:
    return _refused(_CHANGED_MEANWHILE, HTTPStatus.CONFLICT)


def _database_unavailable(error: OperationalError) -> ResponseReturnValue:
    """Say that it is busy: the database is locked for too long, or away."""
    log.error("The database could not be used", exc_info=error)
    code = HTTPStatus.SERVICE_UNAVAILABLE
    if pages.is_htmx():
        return _fragment(_BUSY, code)
    page = _plain_page("pdtrack is resting for a moment", _BUSY)
    return page, code, {"Retry-After": "60"}


def _refused(message: str, code: HTTPStatus) -> ResponseReturnValue:
    if pages.is_htmx():
        return _fragment(message, HTTPStatus.UNPROCESSABLE_ENTITY)
    title = "This has changed meanwhile" if code == HTTPStatus.CONFLICT else "This cannot be done"
    back = authz.came_from()
    return render_template("errors/refused.html", title=title, message=message, back=back), code


def _fragment(message: str, code: int) -> ResponseReturnValue:
    """Show a message above the page that asked for a part of itself."""
    body = render_template("errors/_alert.html", message=message)
    return body, code, {"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML"}
