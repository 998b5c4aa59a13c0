"""Pages about one's own addresses."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import identity, links, lockout, queries, rules
from pdtrack.accounts.actions import addresses as actions
from pdtrack.accounts.forms.account import NewAddressForm
from pdtrack.accounts.models import EmailAddress
from pdtrack.accounts.views import returning
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import tokens
from pdtrack.core.authz import signed_in
from pdtrack.core.errors import DomainError
from pdtrack.core.pages import flash_refusal, or_404
from pdtrack.core.tokens import LinkNoLongerWorks


@bp.route("/my/account/addresses/new", methods=["GET", "POST"])
@signed_in
def add_address() -> ResponseReturnValue:
    """Add an address."""
    form = NewAddressForm()
    if form.validate_on_submit():
        with form.showing_errors():
            lockout.count_mail("address", form.email.address, returning.network())
            made = actions.add(
                person=identity.me(), address=form.email.address, actor=identity.me()
            )
            _say_mailed(made)
            return redirect(url_for(".account"))
    return returning.attempt_page("accounts/add_address.html", form=form)


@bp.post("/my/account/addresses/<int:address_id>/send-again")
@signed_in
def send_address_again(address_id: int) -> ResponseReturnValue:
    """Mail the link to an address once more."""
    address = _own_or_404(address_id)
    try:
        lockout.count_mail("address", address.address, returning.network())
        actions.send_again(address=address, actor=identity.me())
        _say_mailed(address)
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(url_for(".account"))


@bp.post("/my/account/addresses/<int:address_id>/primary")
@signed_in
def make_address_primary(address_id: int) -> ResponseReturnValue:
    """Choose the address that mail goes to."""
    address = _own_or_404(address_id)
    try:
        actions.make_primary(address=address, actor=identity.me())
        flash(f"Mail goes to {address.address} from now on.", "success")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(url_for(".account"))


@bp.route("/my/account/addresses/<int:address_id>/remove", methods=["GET", "POST"])
@signed_in
def remove_address(address_id: int) -> ResponseReturnValue:
    """Take an address off, after saying what that means."""
    address = _own_or_404(address_id)
    if request.method == "GET":
        heir = rules.heir(address, queries.addresses_of(identity.me()))
        return render_template("accounts/remove_address.html", address=address, heir=heir)
    try:
        actions.remove(address=address, actor=identity.me())
        flash(f"{address.address} is no longer yours here.", "success")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(url_for(".account"))


@bp.route("/my/account/addresses/confirm/<token>", methods=["GET", "POST"])
@signed_in
def confirm_address(token: str) -> ResponseReturnValue:
    """Confirm an address by the mailed link, signed in to the account it shall belong to."""
    person = identity.me()
    address = queries.address_of(person, tokens.find(links.ADDRESS, token).subject_id)
    if address is None:
        raise LinkNoLongerWorks("This link belongs to another account. Sign in to that one.")
    if request.method == "GET":
        return render_template("accounts/confirm_address.html", address=address)
    try:
        actions.confirm(token=token, person=person, actor=person)
        flash(f"{address.address} is confirmed: it signs you in from now on.", "success")
    except actions.AddressTaken as refusal:
        flash_refusal(refusal)
    return redirect(url_for(".account"))


def _own_or_404(address_id: int) -> EmailAddress:
    return or_404(queries.address_of(identity.me(), address_id))


def _say_mailed(address: EmailAddress) -> None:
    flash(f"We sent a mail to {address.address}. Open the link in it to confirm.", "success")
