"""Reading people, their addresses and employments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, bindparam, exists, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from pdtrack.accounts.models import (
    EmailAddress,
    Employment,
    Invitation,
    Person,
    Role,
    SignInCode,
    SignUp,
)
from pdtrack.accounts.rules import Name, Workplace
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.core.outbox import Recipient
from pdtrack.organizations import queries as organizations

INVITATION_LASTS = timedelta(days=14)


# Built once, for every request of somebody signed in asks it: building takes longer than running.
_PERSON_WITH_ROLES = (
    select(Person)
    .where(Person.id == bindparam("id"))
    .options(joinedload(Person.roles).joinedload(Role.organization))
)
_EMPLOYMENTS_ON = (
    select(Employment)
    .where(
        Employment.person_id == bindparam("person_id"),
        Employment.refused_at.is_(None),
        Employment.from_on <= bindparam("day"),
        Employment.to_on.is_(None) | (Employment.to_on >= bindparam("day")),
    )
    .options(joinedload(Employment.organization), joinedload(Employment.school))
    .order_by(Employment.confirmed_at.is_(None), Employment.from_on.desc(), Employment.id.desc())
)


def mail_address(person_id: ColumnElement[int] | InstrumentedAttribute[int]) -> Select[str]:
    """Select the verified address that mail to a person goes to, as `Person.email` returns it."""
    return (
        select(EmailAddress.address)
        .where(EmailAddress.person_id == person_id, EmailAddress.verified_at.is_not(None))
        .order_by(EmailAddress.is_primary.desc(), EmailAddress.id)
        .limit(1)
    )


_ADDRESS = mail_address(bindparam("person_id"))


def person_with_roles(person_id: int) -> Person | None:
    """Return a person with the current and ended roles and their organizations, in one query."""
    return db.session.scalars(_PERSON_WITH_ROLES, {"id": person_id}).unique().one_or_none()


def by_address(address: str) -> Person | None:
    """Return the person to whom a verified address belongs; the address is normalized."""
    return db.session.scalar(
        select(Person)
        .join(EmailAddress)
        .where(EmailAddress.address == address, EmailAddress.verified_at.is_not(None))
    )


def account_with(address: str) -> Person | None:
    """Return the person to whom an address belongs, if that person may sign in with it."""
    person = by_address(address)
    return person if person is not None and person.is_active else None


def with_unproven(address: str) -> list[Person]:
    """Return who is written down with an address that nobody has confirmed."""
    return list(
        db.session.scalars(
            select(Person)
            .join(EmailAddress)
            .where(
                EmailAddress.address == address,
                EmailAddress.verified_at.is_(None),
                Person.deactivated_at.is_(None),
            )
        )
    )


def verified_among(addresses: Sequence[str]) -> set[str]:
    """Return which of these addresses belong to somebody."""
    return set(
        db.session.scalars(
            select(EmailAddress.address).where(
                EmailAddress.address.in_(addresses), EmailAddress.verified_at.is_not(None)
            )
        )
    )


def sign_up(sign_up_id: int) -> SignUp | None:
    """Return what somebody typed to sign up."""
    return db.session.get(SignUp, sign_up_id, options=[joinedload(SignUp.organization)])


def sign_in_code(code_id: int) -> SignInCode | None:
    """Return a code that was asked for."""
    return db.session.get(SignInCode, code_id)


def email_address(address_id: int) -> EmailAddress | None:
    """Return an address by its id."""
    return db.session.get(EmailAddress, address_id)


def address_of(person: Person, address_id: int) -> EmailAddress | None:
    """Return one of a person's own addresses."""
    return db.session.scalar(
        select(EmailAddress).where(
            EmailAddress.id == address_id, EmailAddress.person_id == person.id
        )
    )


def addresses_of(person: Person) -> list[EmailAddress]:
    """Return a person's addresses: the primary one, other verified ones, then the rest."""
    return list(
        db.session.scalars(
            select(EmailAddress)
            .where(EmailAddress.person_id == person.id)
            .order_by(
                EmailAddress.is_primary.desc(),
                EmailAddress.verified_at.is_(None),
                EmailAddress.id,
            )
        )
    )


def employment_of(person: Person, employment_id: int) -> Employment | None:
    """Return one of a person's own employments."""
    return db.session.scalar(
        select(Employment)
        .where(Employment.id == employment_id, Employment.person_id == person.id)
        .options(joinedload(Employment.organization), joinedload(Employment.school))
    )


def employments_of(person: Person) -> list[Employment]:
    """Return where a person works and worked, the newest first."""
    return list(
        db.session.scalars(
            select(Employment)
            .where(Employment.person_id == person.id)
            .options(joinedload(Employment.organization), joinedload(Employment.school))
            .order_by(
                Employment.to_on.is_not(None), Employment.from_on.desc(), Employment.id.desc()
            )
        )
    )


def employments_on(person: Person, day: date) -> list[Employment]:
    """Return where a person works on a day, confirmed employments first, then the newest."""
    return list(db.session.scalars(_EMPLOYMENTS_ON, {"person_id": person.id, "day": day}))


def load_addresses(people: Iterable[Person]) -> None:
    """Load the addresses of many people, so that mail to each asks for nothing: one query."""
    ids = {person.id for person in people}
    db.session.scalars(
        select(Person).where(Person.id.in_(ids)).options(selectinload(Person.addresses))
    ).all()


def recipient(person: Person) -> Recipient | None:
    """Return where mail to a person goes; None for people without an address."""
    is_known = "addresses" not in inspect(person).unloaded
    address = person.email if is_known else db.session.scalar(_ADDRESS, {"person_id": person.id})
    return Recipient(address, person.display_name, person.id) if address else None


def added_just_now(
    name: Name, workplace: Workplace, employee_number: str | None, added_by_id: int
) -> Person | None:
    """Return whom an organization wrote down a moment ago with this name, employer and number."""
    return db.session.scalar(
        select(Person)
        .join(Employment)
        .where(
            Person.first_name == name.first,
            Person.last_name == name.last,
            Person.added_by_id == added_by_id,
            Person.created_at > clock.now() - clock.SLIP_OF_THE_MOUSE,
            Employment.employee_number.is_not_distinct_from(employee_number or None),
            Employment.organization_id.is_not_distinct_from(workplace.organization_id),
            Employment.other_kind.is_not_distinct_from(workplace.other_kind),
            Employment.other_name.is_not_distinct_from(workplace.other_name),
        )
        .limit(1)
    )


def open_employments(person_id: int) -> list[Employment]:
    """Return where a person works without an end in sight, claimed or confirmed."""
    return list(
        db.session.scalars(
            select(Employment)
            .where(Employment.person_id == person_id, Employment.to_on.is_(None))
            .options(joinedload(Employment.organization))
        )
    )


def claims_of(person_id: int, organization_id: int) -> list[Employment]:
    """Return what a person claims about working for an employer, still unconfirmed."""
    return list(
        db.session.scalars(
            select(Employment).where(
                Employment.person_id == person_id,
                Employment.organization_id == organization_id,
                _is_open_claim(),
            )
        )
    )


def claims_with_address_in(organization_id: int, domain: str) -> list[Employment]:
    """Return the unconfirmed claims whose person has a verified address in a domain."""
    has_address = exists().where(
        EmailAddress.person_id == Employment.person_id,
        EmailAddress.verified_at.is_not(None),
        EmailAddress.address.endswith(f"@{domain}", autoescape=True),
    )
    return list(
        db.session.scalars(
            select(Employment).where(
                Employment.organization_id == organization_id, _is_open_claim(), has_address
            )
        )
    )


def has_address_in_domain_of(person_id: int, organization_id: int) -> bool:
    """Whether a verified address of a person is in a domain that an organization calls its own."""
    domains = {each.domain for each in organizations.domains_of(organization_id)}
    if not domains:
        return False
    addresses = db.session.scalars(
        select(EmailAddress.address).where(
            EmailAddress.person_id == person_id, EmailAddress.verified_at.is_not(None)
        )
    )
    return any(address.rpartition("@")[2] in domains for address in addresses)


def _is_open_claim() -> ColumnElement[bool]:
    return (
        Employment.confirmed_at.is_(None)
        & Employment.refused_at.is_(None)
        & Employment.to_on.is_(None)
    )


def roles_in(organization_id: int | None) -> list[Role]:
    """Return who holds which role in an organization, or in the installation, by kind and name."""
    return list(
        db.session.scalars(
            select(Role)
            .join(Person, Person.id == Role.person_id)
            .where(
                _same_organization(Role.organization_id, organization_id), Role.ended_at.is_(None)
            )
            .options(contains_eager(Role.person).selectinload(Person.addresses))
            .order_by(Role.kind, *Person.in_order(), Role.id)
        )
    )


def role_in(organization_id: int | None, role_id: int) -> Role | None:
    """Return a role that somebody holds in an organization."""
    return db.session.scalar(
        select(Role).where(
            Role.id == role_id,
            _same_organization(Role.organization_id, organization_id),
            Role.ended_at.is_(None),
        )
    )


def role_of(person_id: int, kind: RoleKind, organization_id: int | None) -> Role | None:
    """Return the role of this kind that a person holds in an organization."""
    return db.session.scalar(
        select(Role).where(
            Role.person_id == person_id,
            Role.kind == kind,
            _same_organization(Role.organization_id, organization_id),
            Role.ended_at.is_(None),
        )
    )


def holders(kind: RoleKind, organization_id: int | None) -> list[Person]:
    """Return everybody who holds a role in an organization."""
    return [each.person for each in roles_in(organization_id) if each.kind == kind]


def open_invitations(organization_id: int | None) -> list[Invitation]:
    """Return the invitations that may still be accepted, the newest first."""
    return list(
        db.session.scalars(
            select(Invitation)
            .where(
                _same_organization(Invitation.organization_id, organization_id),
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
                Invitation.invited_at > clock.now() - INVITATION_LASTS,
            )
            .options(joinedload(Invitation.invited_by))
            .order_by(Invitation.invited_at.desc(), Invitation.id.desc())
        )
    )


def invitation_in(organization_id: int | None, invitation_id: int) -> Invitation | None:
    """Return an invitation of an organization."""
    return db.session.scalar(
        select(Invitation).where(
            Invitation.id == invitation_id,
            _same_organization(Invitation.organization_id, organization_id),
        )
    )


def invitation(invitation_id: int) -> Invitation | None:
    """Return an invitation by its id, as its link names it."""
    return db.session.get(Invitation, invitation_id)


def _same_organization(
    column: InstrumentedAttribute[int | None], organization_id: int | None
) -> ColumnElement[bool]:
    return column.is_(None) if organization_id is None else column == organization_id
