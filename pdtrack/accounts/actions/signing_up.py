"""Signing up: asking for an account, and proving the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from pdtrack.accounts import emails, links, queries
from pdtrack.accounts.actions import employments, signing_in
from pdtrack.accounts.models import EmailAddress, Person, Position, SignInCode, SignUp
from pdtrack.accounts.rules import Details, Workplace
from pdtrack.core import audit, clock, tokens
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.tokens import LinkNoLongerWorks

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class NewAccount:
    """What somebody types to sign up."""

    address: str
    first_name: str
    last_name: str
    workplace: Workplace
    password_hash: str | None = None
    position: Position | None = None
    next_path: str | None = None


@action
def sign_up(*, wanted: NewAccount, actor: Actor) -> SignUp:
    """Keep what somebody typed until the address is proven, and mail the link that proves it.

    An address that has an account already is told so by mail alone: whoever
    typed it sees no difference.
    """
    made = SignUp(
        address=wanted.address,
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        password_hash=wanted.password_hash,
        organization_id=wanted.workplace.organization_id,
        other_kind=wanted.workplace.other_kind,
        other_name=wanted.workplace.other_name,
        position=wanted.position,
        next_path=wanted.next_path,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "sign_up.asked", made)
    _mail(made)
    return made


@action
def send_again(*, sign_up: SignUp, actor: Actor) -> None:
    """Mail the link once more."""
    lock(sign_up)
    if sign_up.confirmed_at is None:
        audit.record(actor, "sign_up.mailed_again", sign_up)
        _mail(sign_up)


@action
def confirm(
    *, token: str, actor: Actor, password_hash: str | None = None, school_id: int | None = None
) -> Person:
    """Make the account of somebody who holds the mailed link, and sign them in.

    A person whom staff wrote down before, with this address, gets the account:
    nobody is there twice. Whoever has an account already keeps it as it is.
    Raises `LinkNoLongerWorks`.
    """
    sign_up = queries.sign_up(tokens.use(links.SIGN_UP, token))
    if sign_up is None:
        raise LinkNoLongerWorks("This link no longer works. Sign up again.")
    lock(sign_up)
    if sign_up.confirmed_at is not None:
        raise LinkNoLongerWorks("You have confirmed this already. Sign in.")
    sign_up.confirmed_at = clock.now()
    tokens.forget(links.SIGN_UP, sign_up.id)

    person = queries.by_address(sign_up.address) or _known_without_account(sign_up)
    if person is not None and not person.is_active:
        raise LinkNoLongerWorks("This account was closed. Ask your collaborative about it.")
    if person is None or not person.has_account:
        person = _open(sign_up, person, password_hash, actor)
        _employ(person, sign_up, school_id, person)
    signing_in.sign_in(person=person, actor=person)
    return person


@action
def forget_old(*, actor: Actor) -> int:  # noqa: ARG001 - every action says who acts.
    """Delete sign-ups that nobody confirmed, and codes that have run out; says how many."""
    before = clock.now() - KEPT_FOR
    count = 0
    for model in (SignUp, SignInCode):
        deleted = db.session.execute(
            delete(model).where(model.created_at < before).returning(model.id)
        )
        count += len(deleted.all())
    return count


def _mail(sign_up: SignUp) -> None:
    person = queries.account_with(sign_up.address)
    if person is not None and person.has_account:
        emails.already_signed_up(sign_up, person)
    else:
        emails.confirm_sign_up(sign_up)


def _known_without_account(sign_up: SignUp) -> Person | None:
    """Return whom staff wrote down with this address, if they wrote down just one."""
    found = [each for each in queries.with_unproven(sign_up.address) if not each.has_account]
    return found[0] if len(found) == 1 else None


def _open(
    sign_up: SignUp, person: Person | None, password_hash: str | None, actor: Actor
) -> Person:
    now = clock.now()
    if person is None:
        person = Person(
            first_name=sign_up.first_name,
            last_name=sign_up.last_name,
            session_version=1,
            feed_version=1,
            created_at=now,
        )
        db.session.add(person)
    person.password_hash = password_hash
    known = [each for each in person.addresses if each.address == sign_up.address]
    address = known[0] if known else _address(person, sign_up.address)
    address.verified_at = address.verified_at or now
    address.is_primary = not any(each.is_primary for each in person.addresses if each != address)
    db.session.flush()
    audit.record(actor, "person.signed_up", person, after={"address": sign_up.address})
    return person


def _address(person: Person, address: str) -> EmailAddress:
    made = EmailAddress(address=address, is_primary=False, created_at=clock.now())
    person.addresses.append(made)
    return made


def _employ(person: Person, sign_up: SignUp, school_id: int | None, actor: Actor) -> None:
    """Write down where the person works, unless a roster did before."""
    employments.confirm_by_address(person=person, address=sign_up.address, actor=actor)
    try:
        employments.claim(
            person=person,
            workplace=Workplace(sign_up.organization_id, sign_up.other_kind, sign_up.other_name),
            from_on=clock.today(),
            details=Details(school_id=school_id, position=sign_up.position),
            actor=actor,
        )
    except employments.AlreadyEmployed:
        return
