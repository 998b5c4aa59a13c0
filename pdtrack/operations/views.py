"""Health for machines and people, mail and the audit log."""

from __future__ import annotations

import hmac
import logging
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Authorization

from pdtrack.accounts.identity import me
from pdtrack.core import jobs, navigation
from pdtrack.core.authz import authorize, public
from pdtrack.core.errors import DomainError
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.core.pages import flash_refusal, or_404, page_number
from pdtrack.operations import actions, checkup, metrics, policy, queries, schema
from pdtrack.operations.forms import AuditFilter
from pdtrack.organizations import queries as organizations

bp = Blueprint("operations", __name__)
log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Add the pages, their menu entries, and the counting of requests."""
    app.register_blueprint(bp)
    metrics.init_app(app)
    platform = (
        ("Health", "operations.show"),
        ("Organizations", "organizations.organizations"),
        ("Roles", "accounts.platform_roles"),
        ("Mail", "operations.mail"),
        ("Audit log", "operations.audit"),
    )
    for place, (label, endpoint) in enumerate(platform):
        navigation.add("platform", label, endpoint, order=place, rule="operations.operate")
    navigation.add(
        "manage",
        "Mail sent",
        "operations.collaborative_mail",
        order=80,
        rule="operations.read_mail",
    )


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return _plain("alive\n")


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether requests can be served; that the worker is away is no reason to fail."""
    trouble, reason = checkup.database_trouble(), None
    if trouble is not None:
        # What the database said, with the names of machines and people in it, is for the log.
        log.warning("The database does not answer: %s", trouble)
        reason = "The database does not answer."
    elif schema.current() != schema.wanted():
        reason = "The tables have another version than this program."
    if reason is not None:
        return jsonify(ready=False, reason=reason), 503, {"Cache-Control": "no-store"}
    figures, age = queries.outbox_figures(), checkup.worker_age()
    answer = jsonify(
        ready=True,
        worker_seconds=None if age is None else round(age.total_seconds()),
        outbox={
            "waiting": figures.waiting,
            "failed": figures.failed,
            "oldest_seconds": round(figures.age.total_seconds()),
        },
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/metrics")
@public
def metrics_page() -> ResponseReturnValue:
    """Give Prometheus its figures, if it knows the token."""
    wanted, given = current_app.config["PDTRACK_METRICS_TOKEN"], request.authorization
    if not wanted or not _is_token(given, wanted):
        return _plain("There is nothing here.\n", 404)
    figures, age = queries.outbox_figures(), checkup.worker_age()
    content = metrics.exposition(
        [
            ("pdtrack_outbox_waiting", "Mails that wait.", figures.waiting),
            ("pdtrack_outbox_failed", "Mails that were given up.", figures.failed),
            (
                "pdtrack_outbox_oldest_seconds",
                "How long the oldest mail that may leave has waited.",
                figures.age.total_seconds(),
            ),
            ("pdtrack_jobs_waiting", "Calls that no worker has answered.", jobs.waiting()),
            (
                "pdtrack_worker_seconds",
                "How long no worker has been heard of; -1 if never.",
                -1 if age is None else age.total_seconds(),
            ),
        ]
    )
    return Response(content, content_type=metrics.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@bp.get("/platform/")
def show() -> ResponseReturnValue:
    """Show how the installation is doing."""
    authorize(policy.may_operate)
    return render_template(
        "operations/show.html",
        findings=list(checkup.examine(is_deep=False)),
        figures=queries.outbox_figures(),
        workers=jobs.heartbeats(),
        stuck=queries.mail(number=1, state=MailState.FAILED),
    )


@bp.get("/platform/mail")
def mail() -> ResponseReturnValue:
    """List all mail, the newest first."""
    authorize(policy.may_operate)
    state = request.args.get("state", "")
    address = request.args.get("address", "")
    return render_template(
        "operations/mail.html",
        page=queries.mail(
            number=page_number(),
            state=MailState(state) if state in set(MailState) else None,
            address=address,
        ),
        states=list(MailState),
        state=state,
        address=address,
    )


@bp.get("/platform/mail/<int:email_id>")
def one_mail(email_id: int) -> ResponseReturnValue:
    """Show one mail as it was written; secret links are not in it."""
    authorize(policy.may_operate)
    email = or_404(queries.one_mail(email_id))
    return render_template("operations/one_mail.html", email=email)


@bp.post("/platform/mail/<int:email_id>/retry")
def retry(email_id: int) -> ResponseReturnValue:
    """Send a mail now that got stuck."""
    authorize(policy.may_operate)
    email = or_404(queries.one_mail(email_id))
    return _acted(email, actions.retry, "The mail leaves with the next delivery.")


@bp.post("/platform/mail/<int:email_id>/discard")
def discard(email_id: int) -> ResponseReturnValue:
    """Give up a mail that has not left."""
    authorize(policy.may_operate)
    email = or_404(queries.one_mail(email_id))
    return _acted(email, actions.discard, "The mail will not be sent.")


@bp.get("/platform/audit")
def audit() -> ResponseReturnValue:
    """Show who did what, of the last month unless told otherwise."""
    authorize(policy.may_operate)
    form = AuditFilter(request.args)
    return render_template(
        "operations/audit.html",
        form=form,
        page=queries.history(form.wanted(), number=page_number()),
    )


@bp.get("/manage/<short_name>/mail")
def collaborative_mail(short_name: str) -> ResponseReturnValue:
    """List the mail that was sent in a collaborative's name."""
    place = or_404(organizations.collaborative(short_name))
    authorize(policy.may_read_mail, place)
    address = request.args.get("address", "")
    return render_template(
        "operations/collaborative_mail.html",
        place=place,
        page=queries.mail(number=page_number(), organization_id=place.id, address=address),
        address=address,
    )


@bp.get("/manage/<short_name>/mail/<int:email_id>")
def collaborative_one_mail(short_name: str, email_id: int) -> ResponseReturnValue:
    """Show one mail of a collaborative."""
    place = or_404(organizations.collaborative(short_name))
    authorize(policy.may_read_mail, place)
    email = or_404(queries.one_mail(email_id, organization_id=place.id))
    return render_template("operations/collaborative_one_mail.html", place=place, email=email)


def _acted(email: OutgoingEmail, act: Any, said: str) -> ResponseReturnValue:
    try:
        act(email=email, actor=me())
        flash(said, "success")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(url_for(".one_mail", email_id=email.id))


def _is_token(given: Authorization | None, wanted: str) -> bool:
    if given is None or given.type != "bearer":
        return False
    return hmac.compare_digest((given.token or "").encode(), wanted.encode())


def _plain(text: str, code: int = 200) -> Response:
    return Response(
        text, code, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
