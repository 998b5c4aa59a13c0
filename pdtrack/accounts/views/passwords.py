"""Pages about passwords: forgotten, reset, changed."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import identity, links, lockout, passwords, queries
from pdtrack.accounts.actions import passwords as actions
from pdtrack.accounts.actions import signing_in
from pdtrack.accounts.forms.signing_in import AddressForm, ChangePasswordForm, NewPasswordForm
from pdtrack.accounts.models import Person
from pdtrack.accounts.views import returning
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import tokens
from pdtrack.core.authz import actor, public, signed_in
from pdtrack.core.tokens import LinkNoLongerWorks


@bp.route("/password/forgot", methods=["GET", "POST"])
@public
def forgot_password() -> ResponseReturnValue:
    """Ask for a link to a new password."""
    form = AddressForm(email=returning.proposed_address())
    if form.validate_on_submit():
        with form.showing_errors():
            lockout.count_request(returning.network())
            lockout.count_mail("reset", form.email.address, returning.network())
            actions.ask_for_reset(address=form.email.address, actor=actor())
            return redirect(url_for(".reset_mailed", next=returning.next_path()))
    return returning.attempt_page("accounts/forgot_password.html", form=form)


@bp.get("/password/forgot/sent")
@public
def reset_mailed() -> ResponseReturnValue:
    """Say what to do while the mail is on its way."""
    return returning.plain_page("accounts/reset_mailed.html")


@bp.route("/password/reset/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a new password by a mailed link."""
    person = queries.person_with_roles(tokens.find(links.PASSWORD, token).subject_id)
    if person is None:
        raise LinkNoLongerWorks("This link no longer works. Ask for a new one.")
    form = NewPasswordForm(owned=_owned(person))
    if form.validate_on_submit():
        with form.showing_errors():
            password_hash = passwords.hashed(form.password.data or "")
            actions.reset(token=token, password_hash=password_hash, actor=person)
            lockout.reopen(_owned(person), returning.network(), person.id)
            flash("Your new password is set. Sign in with it.", "success")
            return redirect(url_for(".sign_in"))
    return returning.attempt_page("accounts/reset_password.html", form=form, person=person)


@bp.route("/my/account/password", methods=["GET", "POST"])
@signed_in
def change_password() -> ResponseReturnValue:
    """Change one's password, or set the first one."""
    person = identity.me()
    form: NewPasswordForm = (ChangePasswordForm if person.password_hash else NewPasswordForm)(
        owned=_owned(person)
    )
    if form.validate_on_submit():
        with form.showing_errors():
            if isinstance(form, ChangePasswordForm):
                _check_current(person, form.current_password.data or "")
            password_hash = passwords.hashed(form.password.data or "")
            actions.change(person=person, password_hash=password_hash, actor=person)
            identity.enter(person)
            flash("Your new password is set. You are signed out everywhere else.", "success")
            return redirect(url_for(".account"))
    return returning.attempt_page("accounts/change_password.html", form=form)


@bp.post("/my/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions, this one included."""
    signing_in.sign_out_everywhere(person=identity.me(), actor=identity.me())
    identity.leave()
    flash("You are signed out everywhere.", "success")
    return redirect(url_for(".sign_in"))


def _check_current(person: Person, typed: str) -> None:
    """Ask for the current password, as often as at the front door."""
    address, network = person.email or "", returning.network()
    lockout.count_attempt(address, network)
    if not passwords.matches(typed, person.password_hash):
        raise identity.NotRecognized("That is not your current password.", field="current_password")
    lockout.forgive(address, network, person.id)


def _owned(person: Person) -> list[str]:
    return [each.address for each in person.addresses if each.verified_at]
