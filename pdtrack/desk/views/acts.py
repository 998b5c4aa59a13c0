"""Publishing, copying and cancelling a session, and taking its mail back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import me
from pdtrack.catalog import actions as catalog_actions
from pdtrack.catalog import policy as catalog_policy
from pdtrack.catalog.models import SessionState
from pdtrack.core import filters
from pdtrack.core.authz import authorize
from pdtrack.core.errors import DomainError
from pdtrack.core.pages import flash_refusal, form_page
from pdtrack.desk import actions
from pdtrack.desk.forms import CancelForm, PutAwayForm
from pdtrack.desk.views.blueprint import SESSION, bp, load, session_url
from pdtrack.desk.views.telling import say
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Status


@bp.post(f"{SESSION}/publish")
def publish(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Show a draft to everybody."""
    place, course_session = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, course_session)
    try:
        catalog_actions.publish(course_session=course_session, actor=me())
        flash("Published. It is in the catalog now.", "success")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(session_url(place, course_session))


@bp.post(f"{SESSION}/copy")
def copy(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Begin a draft with everything of a session but its dates."""
    place, course_session = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, course_session)
    try:
        copied = actions.copy_course_session(course_session=course_session, actor=me())
    except DomainError as refusal:
        flash_refusal(refusal)
        return redirect(session_url(place, course_session))
    flash("This is the copy: a draft without dates. The original stays as it is.", "success")
    endpoint = "desk.edit" if copied.is_self_paced else "desk.meetings"
    return redirect(url_for(endpoint, short_name=place.slug, course_session_id=copied.id))


@bp.route(f"{SESSION}/cancel", methods=["GET", "POST"])
def cancel(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Say what happens to how many people, and cancel a session."""
    place, course_session = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, course_session)
    if course_session.state == SessionState.CANCELLED:
        flash("This session is cancelled. Nothing was changed.", "info")
        return redirect(session_url(place, course_session))
    form = PutAwayForm() if course_session.state == SessionState.DRAFT else CancelForm()
    if form.validate_on_submit():
        with form.showing_errors():
            saved = actions.cancel_course_session(
                course_session=course_session, reason=form.reason.data or "", actor=me()
            )
            say(saved, done="Cancelled.")
            return redirect(session_url(place, course_session))
    people = registrations.active(course_session)
    return form_page(
        "desk/cancel.html",
        form=form,
        place=place,
        course_session=course_session,
        registered=[each for each in people if each.status != Status.WAITLISTED],
        waiting=[each for each in people if each.status == Status.WAITLISTED],
        unreachable=[each.person for each in people if each.person.email is None],
        others=registrations.other_dates(course_session),
    )


@bp.post(f"{SESSION}/mail/<batch>/undo")
def undo_mail(short_name: str, course_session_id: int, batch: str) -> ResponseReturnValue:
    """Take back mail to many that has not left."""
    place, course_session = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, course_session)
    try:
        back = actions.undo_mail(course_session=course_session, batch=batch, actor=me())
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        stays = (
            "The session stays cancelled"
            if course_session.state == SessionState.CANCELLED
            else "The change stays"
        )
        taken = filters.plural(back.mails, "mail is", "mails are")
        told = filters.plural(back.left, "person was", "people were") if back.left else "nobody was"
        flash(f"{taken} taken back. {stays}; {told} told by mail.", "warning")
    return redirect(session_url(place, course_session))
