"""Pages to sign up."""

from __future__ import annotations

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import identity, links, lockout, passwords, queries
from pdtrack.accounts.actions import signing_up as actions
from pdtrack.accounts.actions.signing_up import NewAccount
from pdtrack.accounts.forms.signing_up import ConfirmForm, SignUpForm, employer_shown_by
from pdtrack.accounts.models import SignUp
from pdtrack.accounts.views import returning
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import tokens
from pdtrack.core.authz import actor, public
from pdtrack.core.errors import DomainError
from pdtrack.core.pages import flash_refusal
from pdtrack.core.tokens import LinkNoLongerWorks

SIGN_UP_IN_SESSION = "sign_up"


@bp.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    """Sign up; the account is there once the address is confirmed."""
    if identity.visitor():
        return returning.back()
    form = SignUpForm(email=returning.proposed_address())
    if form.validate_on_submit():
        with form.showing_errors():
            lockout.count_request(returning.network())
            lockout.count_mail("sign_up", form.email.address, returning.network())
            made = actions.sign_up(wanted=_wanted(form), actor=actor())
            session[SIGN_UP_IN_SESSION] = made.id
            return redirect(url_for(".check_mail"))
    return returning.attempt_page(
        "accounts/sign_up.html", form=form, employer=employer_shown_by(form.email.data or "")
    )


@bp.post("/sign-up/employer")
@public
def employer_of_address() -> ResponseReturnValue:
    """Say which employer an address shows, while the form is being filled in."""
    employer = employer_shown_by(request.form.get("email", "").strip().lower())
    return returning.plain_page("accounts/_employer_of_address.html", employer=employer)


@bp.get("/sign-up/check-mail")
@public
def check_mail() -> ResponseReturnValue:
    """Say what to do while the mail is on its way."""
    made = _sign_up_of_session()
    if made is None:
        return redirect(url_for(".sign_up"))
    return returning.plain_page("accounts/check_mail.html", sign_up=made)


@bp.post("/sign-up/send-again")
@public
def send_sign_up_again() -> ResponseReturnValue:
    """Mail the link once more."""
    made = _sign_up_of_session()
    if made is None:
        return redirect(url_for(".sign_up"))
    try:
        lockout.count_request(returning.network())
        lockout.count_mail("sign_up", made.address, returning.network())
        actions.send_again(sign_up=made, actor=actor())
        flash("The mail is on its way once more.", "success")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(url_for(".check_mail"))


@bp.route("/sign-up/confirm/<token>", methods=["GET", "POST"])
@public
def confirm_sign_up(token: str) -> ResponseReturnValue:
    """Confirm the address, which makes the account and signs in."""
    made = queries.sign_up(tokens.find(links.SIGN_UP, token).subject_id)
    if made is None:
        raise LinkNoLongerWorks("This link no longer works. Sign up again.")
    form = _confirm_form(made)
    if form.validate_on_submit():
        with form.showing_errors():
            person = actions.confirm(
                token=token,
                password_hash=_password_hash(form, made),
                school_id=form.school.data if form.school else None,
                actor=actor(),
            )
            identity.enter(person)
            flash(f"Welcome, {person.first_name}. Your address is confirmed.", "success")
            return returning.back(made.next_path)
    return returning.attempt_page("accounts/confirm_sign_up.html", form=form, sign_up=made)


def _wanted(form: SignUpForm) -> NewAccount:
    typed = form.password.data
    return NewAccount(
        address=form.email.address,
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        password_hash=passwords.hashed(typed) if typed else None,
        workplace=form.workplace,
        position=form.position.data,
        next_path=returning.next_path(),
    )


def _confirm_form(made: SignUp) -> ConfirmForm:
    """Ask only for what is not known: the school, and a password typed in another browser.

    Whoever signed up with somebody else's address must not know the password of the
    account that its owner then confirms.
    """
    form = ConfirmForm()
    form.address = made.address
    form.school.offer(made.organization_id)
    if not form.school.has_schools:
        del form.school
    if made.password_hash is None or _is_same_browser(made):
        del form.password
    return form


def _password_hash(form: ConfirmForm, made: SignUp) -> str | None:
    if _is_same_browser(made):
        return made.password_hash
    typed = form.password.data if form.password else None
    return passwords.hashed(typed) if typed else None


def _is_same_browser(made: SignUp) -> bool:
    return bool(session.get(SIGN_UP_IN_SESSION) == made.id)


def _sign_up_of_session() -> SignUp | None:
    return queries.sign_up(session.get(SIGN_UP_IN_SESSION, 0))
