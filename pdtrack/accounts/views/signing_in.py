"""Pages to sign in and out."""

from __future__ import annotations

from flask import current_app, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import identity, lockout, passwords, queries
from pdtrack.accounts.actions import signing_in as actions
from pdtrack.accounts.forms.signing_in import AddressForm, CodeForm, SignInForm
from pdtrack.accounts.models import SignInCode
from pdtrack.accounts.views import returning
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core.authz import actor, public

CODE_IN_SESSION = "sign_in_code"

# The people of the demo, as docs and the sign-in page name them.
DEMO_PASSWORD = "pdtrack-demo-2026"  # noqa: S105 - public; never loaded in production.
DEMO_PEOPLE = {
    "educator@demo.example": ("Educator", "registers, has certificates"),
    "coordinator@demo.example": ("Coordinator", "runs a collaborative’s sessions"),
    "presenter@demo.example": ("Presenter", "teaches, takes attendance"),
    "district@demo.example": ("District administrator", "sees the educator’s district"),
    "board@demo.example": ("Board member", "reads the figures"),
    "admin@demo.example": ("Platform administrator", "runs the installation"),
}


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in by address and password."""
    if identity.visitor():
        return returning.back()
    form = SignInForm(email=returning.proposed_address())
    if form.validate_on_submit():
        with form.showing_errors():
            person = identity.recognized(
                address=form.email.address,
                password=form.password.data or "",
                network=returning.network(),
            )
            new_hash = passwords.renewed(form.password.data or "", person.password_hash)
            actions.sign_in(person=person, actor=person, new_hash=new_hash)
            identity.enter(person)
            return returning.back()
    return returning.attempt_page(
        "accounts/sign_in.html", form=form, demo_people=_demo_people(), demo_password=DEMO_PASSWORD
    )


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def ask_for_code() -> ResponseReturnValue:
    """Ask for a code by mail."""
    if identity.visitor():
        return returning.back()
    form = AddressForm(email=returning.proposed_address())
    if form.validate_on_submit():
        with form.showing_errors():
            lockout.count_request(returning.network())
            lockout.count_mail("code", form.email.address, returning.network())
            code = actions.ask_for_code(address=form.email.address, actor=actor())
            session[CODE_IN_SESSION] = code.id
            return redirect(url_for(".enter_code", next=returning.next_path()))
    return returning.attempt_page("accounts/ask_for_code.html", form=form)


@bp.route("/sign-in/code/enter", methods=["GET", "POST"])
@public
def enter_code() -> ResponseReturnValue:
    """Sign in by the code of a mail, in the browser that asked for it."""
    if identity.visitor():
        return returning.back()
    code = queries.sign_in_code(session.get(CODE_IN_SESSION, 0))
    if code is None:
        return redirect(url_for(".ask_for_code", next=returning.next_path()))
    form = CodeForm()
    if form.validate_on_submit():
        with form.showing_errors():
            _sign_in_by(code, form.code.data or "")
            return returning.back()
    return returning.attempt_page("accounts/enter_code.html", form=form, address=code.address)


@bp.get("/sign-in/done")
@public
def signed_in_beside() -> ResponseReturnValue:
    """Send whoever signed in beside a form back to the tab of the form."""
    if not identity.visitor():
        return redirect(url_for(".sign_in", next=url_for(".signed_in_beside")))
    return returning.plain_page("accounts/signed_in_beside.html")


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out in this browser."""
    identity.leave()
    flash("You are signed out.", "success")
    return redirect("/")


def _sign_in_by(code: SignInCode, typed: str) -> None:
    lockout.count_code(code.address, returning.network())
    person = actions.use_code(code=code, typed=typed, actor=actor())
    if person is None:
        left = actions.MOST_TRIES - code.tries
        raise identity.NotRecognized(
            f"That is not the code of the newest mail. Tries left: {left}.", field="code"
        )
    lockout.forgive_here(code.address, returning.network())
    identity.enter(person)


def _demo_people() -> dict[str, tuple[str, str]]:
    """Return the demo's people while it is loaded; nobody in production."""
    if current_app.config["PDTRACK_ENV"] == "production":
        return {}
    loaded = queries.verified_among(list(DEMO_PEOPLE))
    return {address: who for address, who in DEMO_PEOPLE.items() if address in loaded}
