"""The demo's mail, in the browser."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template
from flask.typing import ResponseReturnValue

from pdtrack.core import navigation
from pdtrack.core.authz import authorize, public
from pdtrack.core.pages import or_404, page_number
from pdtrack.demo import mail, policy

bp = Blueprint("demo", __name__)


def init_app(app: Flask) -> None:
    """Add the pages and the footer's link."""
    app.register_blueprint(bp)
    navigation.add("footer", "Demo mail", "demo.letters", order=90, rule="demo.read_mail")


@bp.get("/demo/mail")
@public
def letters() -> ResponseReturnValue:
    """List the mail, the newest first."""
    authorize(policy.may_read_mail)
    return render_template("demo/letters.html", page=mail.letters(number=page_number()))


@bp.get("/demo/mail/<name>")
@public
def letter(name: str) -> ResponseReturnValue:
    """Show one mail: its words, with links that work."""
    authorize(policy.may_read_mail)
    return render_template("demo/letter.html", letter=or_404(mail.find_letter(name)))


@bp.get("/demo/mail/<name>/session.ics")
@public
def calendar(name: str) -> ResponseReturnValue:
    """Send the calendar entry of a mail."""
    authorize(policy.may_read_mail)
    entry = or_404(or_404(mail.find_letter(name)).calendar)
    response = Response(entry, mimetype="text/calendar")
    response.headers.set("Content-Disposition", "attachment", filename="session.ics")
    return response
