"""Issuing certificates, downloading one's own, and verifying anybody's."""

from __future__ import annotations

from datetime import date

from flask import (
    Blueprint,
    Flask,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from pdtrack.accounts import records
from pdtrack.accounts.identity import me
from pdtrack.catalog import queries as catalog
from pdtrack.certificates import actions, documents, policy, printing, queries, rules
from pdtrack.certificates.forms import IssueForm, RevokeForm, VerifyForm
from pdtrack.certificates.models import Certificate, Paper
from pdtrack.core import filters, jobs, navigation
from pdtrack.core.authz import authorize, public, signed_in
from pdtrack.core.errors import DomainError
from pdtrack.core.forms import SelectChoice
from pdtrack.core.pages import flash_refusal, form_page, or_404, page_number, paginate
from pdtrack.organizations import queries as organizations

bp = Blueprint("certificates", __name__)
DESK = "/manage/<short_name>"


def init_app(app: Flask) -> None:
    """Add the pages, their menu entries and the worker's part."""
    app.register_blueprint(bp)
    records.add("certificates", documents.held_about)
    app.jinja_env.filters["grouped"] = rules.grouped
    app.jinja_env.filters["snapshot_day"] = lambda text: filters.full_day(date.fromisoformat(text))
    navigation.add(
        "session", "Certificates", "certificates.candidates", order=40, rule="certificates.issue"
    )
    jobs.add("certificates", printing.print_due)


@bp.route(f"{DESK}/sessions/<int:course_session_id>/certificates", methods=["GET", "POST"])
def candidates(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Show who earned what and why not; issue to those chosen."""
    place = or_404(organizations.collaborative(short_name))
    course_session = or_404(catalog.course_session(place, course_session_id))
    authorize(policy.may_issue, course_session)
    rows = queries.candidates(course_session)
    due = [each.registration.id for each in rows if each.is_due]
    ready = [each.registration.id for each in rows if each.may_be_issued]
    form = IssueForm(registrations=due)
    form.registrations.choices = [SelectChoice(each, str(each)) for each in ready]
    if form.validate_on_submit():
        with form.showing_errors():
            issued = actions.issue(
                course_session=course_session,
                registration_ids=form.registrations.data or [],
                actor=me(),
            )
            _say_issued(issued)
            return redirect(request.path)
    return form_page(
        "certificates/candidates.html",
        form=form,
        place=place,
        course_session=course_session,
        rows=rows,
        due=due,
        ready=ready,
        changed=[each for each in rows if each.has_changed],
    )


@bp.post(f"{DESK}/sessions/<int:course_session_id>/certificates/reissue")
def reissue_changed(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Replace all of a session's certificates that no longer say what is on record."""
    place = or_404(organizations.collaborative(short_name))
    course_session = or_404(catalog.course_session(place, course_session_id))
    authorize(policy.may_issue, course_session)
    try:
        _say_issued(actions.reissue_changed(course_session=course_session, actor=me()), " again")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(
        url_for(".candidates", short_name=place.slug, course_session_id=course_session.id)
    )


@bp.get(f"{DESK}/certificates/<serial>")
def show(short_name: str, serial: str) -> ResponseReturnValue:
    """Show one certificate to its issuer, with what can be done about it."""
    place = or_404(organizations.collaborative(short_name))
    certificate = or_404(queries.in_collaborative(place, serial))
    authorize(policy.may_change, certificate)
    return render_template(
        "certificates/show.html",
        place=place,
        certificate=certificate,
        successor=queries.successor(certificate),
        form=RevokeForm(),
    )


@bp.post(f"{DESK}/certificates/<serial>/reissue")
def reissue(short_name: str, serial: str) -> ResponseReturnValue:
    """Replace a certificate by one that says what is on record now."""
    place = or_404(organizations.collaborative(short_name))
    certificate = or_404(queries.in_collaborative(place, serial))
    authorize(policy.may_change, certificate)
    try:
        certificate = actions.reissue(certificate=certificate, actor=me())
        flash("Issued a corrected certificate. Its holder is told by mail.", "success")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(url_for(".show", short_name=place.slug, serial=certificate.serial))


@bp.post(f"{DESK}/certificates/<serial>/print-again")
def print_again(short_name: str, serial: str) -> ResponseReturnValue:
    """Let the worker try once more to make a certificate's files."""
    place = or_404(organizations.collaborative(short_name))
    certificate = or_404(queries.in_collaborative(place, serial))
    authorize(policy.may_change, certificate)
    actions.print_again(certificate=certificate, actor=me())
    flash("The files will be ready in a moment.", "success")
    return redirect(url_for(".show", short_name=place.slug, serial=certificate.serial))


@bp.post(f"{DESK}/certificates/<serial>/revoke")
def revoke(short_name: str, serial: str) -> ResponseReturnValue:
    """Revoke a certificate, with the reason."""
    place = or_404(organizations.collaborative(short_name))
    certificate = or_404(queries.in_collaborative(place, serial))
    authorize(policy.may_change, certificate)
    form = RevokeForm()
    if form.validate_on_submit():
        with form.showing_errors():
            actions.revoke(certificate=certificate, reason=form.reason.data or "", actor=me())
            flash("The certificate is revoked. Its holder is told by mail.", "success")
            return redirect(url_for(".show", short_name=place.slug, serial=certificate.serial))
    return form_page(
        "certificates/show.html",
        form=form,
        place=place,
        certificate=certificate,
        successor=queries.successor(certificate),
    )


@bp.get("/my/certificates")
@signed_in
def mine() -> ResponseReturnValue:
    """List a person's own certificates."""
    page = paginate(queries.of_person(me()), number=page_number())
    return render_template("certificates/mine.html", page=page)


@bp.get("/certificates/<serial>.pdf")
def pdf(serial: str) -> ResponseReturnValue:
    """Send a certificate as a PDF, on Letter or, if asked, A4."""
    certificate = or_404(queries.by_serial(serial))
    authorize(policy.may_see, certificate)
    paper = Paper.A4 if request.args.get("paper") == Paper.A4 else Paper.LETTER
    file = queries.find_file(certificate, paper)
    if file is None or file.digest is None:
        return _not_yet(certificate, has_failed=file is None or queries.is_given_up(file))
    response = send_file(
        printing.store().path(file.digest),
        mimetype="application/pdf",
        download_name=f"{certificate.serial}{'-a4' if paper == Paper.A4 else ''}.pdf",
        etag=file.digest,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.get("/verify")
@public
def verify_form() -> ResponseReturnValue:
    """Ask for the code of a certificate."""
    form = VerifyForm(request.args)
    if "code" in request.args and form.validate():
        return redirect(url_for(".verify", code=rules.typed_code(form.code.data or "") or "-"))
    return form_page("certificates/verify_form.html", form=form)


@bp.get("/verify/<code>")
@public
def verify(code: str) -> ResponseReturnValue:
    """Show anybody what a certificate says, and whether it still counts."""
    certificate = queries.by_code(code)
    if certificate is None:
        form = VerifyForm(code=code)
        page = render_template("certificates/verify_form.html", form=form, unknown=code)
        return page, NotFound.code
    return render_template(
        "certificates/verify.html",
        certificate=certificate,
        says=certificate.snapshot,
        successor=queries.successor(certificate),
    )


def _say_issued(issued: list[Certificate], again: str = "") -> None:
    """Say how many were issued, and who hears of it from nobody but staff."""
    count = filters.plural(len(issued), "certificate")
    flash(f"Issued {count}{again}. Whoever has an address is told by mail.", "success")
    if unreachable := [each.person.display_name for each in issued if not each.person.email]:
        flash(f"Without an address, so print theirs: {', '.join(unreachable)}.", "warning")


def _not_yet(certificate: Certificate, *, has_failed: bool) -> ResponseReturnValue:
    """Say that the page is being made and come back by itself, or that making it failed."""
    page = render_template(
        "certificates/printing.html", certificate=certificate, has_failed=has_failed
    )
    if has_failed:
        return page, 503
    return page, 202, {"Refresh": "2"}  # Waiting here would keep a web worker from others.
