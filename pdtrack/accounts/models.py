"""People, their addresses, employments and roles."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pdtrack.core.authz import ActorKind, RoleKind
from pdtrack.core.db import Model
from pdtrack.core.folding import folded
from pdtrack.organizations.models import Organization, School


class Position(StrEnum):
    """What somebody does at work."""

    TEACHER = "teacher"
    SPECIAL_EDUCATOR = "special_educator"
    PARAPROFESSIONAL = "paraprofessional"
    SPECIALIST = "specialist"
    COUNSELOR = "counselor"
    NURSE = "nurse"
    COACH = "coach"
    ADMINISTRATOR = "administrator"
    OFFICE = "office"
    SUBSTITUTE = "substitute"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The position as people say it."""
        return {"office": "Office or support staff"}.get(
            self.value, self.value.replace("_", " ").capitalize()
        )


class OtherEmployer(StrEnum):
    """An employer that is on no list of the state's."""

    PRIVATE_SCHOOL = "private_school"
    OUT_OF_STATE = "out_of_state"
    NONE = "none"

    @property
    def label(self) -> str:
        """The kind of employer as people say it."""
        return {
            "private_school": "Private special-education school",
            "out_of_state": "Out of state",
            "none": "No employer at the moment",
        }[self.value]


class Confirmation(StrEnum):
    """What confirmed an employment."""

    ROSTER = "roster"
    ADMINISTRATOR = "administrator"
    DOMAIN = "domain"


class Person(Model):
    """Somebody who learns, teaches or runs sessions; an account to sign in with may be missing."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_name", "last_name", "first_name"),)

    first_name: Mapped[str]
    last_name: Mapped[str]
    # Exactly 8 digits; typed by the person it proves nothing (the state's educator number).
    mepid: Mapped[str | None] = mapped_column(index=True)
    password_hash: Mapped[str | None]
    # Raised to end every session: on a new password, and by "sign out everywhere".
    session_version: Mapped[int] = mapped_column(default=1)
    # Raised to end the old address of the person's calendar feed.
    feed_version: Mapped[int] = mapped_column(default=1)
    accommodations: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    # Whose staff wrote the person down, for somebody without an account.
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)

    addresses: Mapped[list[EmailAddress]] = relationship(
        back_populates="person", order_by="EmailAddress.id"
    )
    employments: Mapped[list[Employment]] = relationship(
        back_populates="person", order_by="Employment.id"
    )
    roles: Mapped[list[Role]] = relationship(back_populates="person", foreign_keys="Role.person_id")

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_anonymous = False
    kind = ActorKind.PERSON

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.deactivated_at is None

    @property
    def has_account(self) -> bool:
        """Whether the person has signed in or can do so by password; others staff wrote down."""
        return self.password_hash is not None or self.last_signed_in_at is not None

    def get_id(self) -> str:
        """Return what the session cookie holds; a raised version ends the session."""
        return f"{self.id}:{self.session_version}"

    @property
    def display_name(self) -> str:
        """The name as people say it."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def sort_name(self) -> str:
        """The name as lists show it."""
        return f"{self.last_name}, {self.first_name}".strip(", ")

    @classmethod
    def in_order(cls) -> tuple[ColumnElement[Any], ...]:
        """Return what lists of people are ordered by: the name, accents or not."""
        return folded(cls.last_name), folded(cls.first_name), cls.id.expression

    @property
    def email(self) -> str | None:
        """The verified address that mail goes to."""
        verified = [each for each in self.addresses if each.verified_at]
        chosen = [each for each in verified if each.is_primary] or verified
        return chosen[0].address if chosen else None

    def holds(self, role: RoleKind, organization_id: int | None) -> bool:
        """Whether the person holds a role; a platform administrator holds every one."""
        return any(
            each.kind == RoleKind.PLATFORM_ADMINISTRATOR
            or (each.kind == role and each.organization_id == organization_id)
            for each in self.roles
            if each.ended_at is None
        )


class EmailAddress(Model):
    """An address that a person typed; only when verified does it belong to the person."""

    __tablename__ = "email_addresses"
    __table_args__ = (
        Index(
            "uq_email_addresses_verified",
            "address",
            unique=True,
            sqlite_where=text("verified_at IS NOT NULL"),
            postgresql_where=text("verified_at IS NOT NULL"),
        ),
        UniqueConstraint("person_id", "address"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    # As it is compared: lower case, normalized.
    address: Mapped[str] = mapped_column(index=True)
    verified_at: Mapped[datetime | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="addresses")


class Employment(Model):
    """Where a person works, from when to when: claimed by the person, or confirmed."""

    __tablename__ = "employments"
    __table_args__ = (
        Index(
            "uq_employments_number",
            "organization_id",
            "employee_number",
            unique=True,
            sqlite_where=text("to_on IS NULL AND employee_number IS NOT NULL"),
            postgresql_where=text("to_on IS NULL AND employee_number IS NOT NULL"),
        ),
        CheckConstraint(
            "(organization_id IS NULL) <> (other_kind IS NULL)", name="one_kind_of_employer"
        ),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="in_order"),
        Index("ix_employments_organization", "organization_id", "to_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    other_kind: Mapped[OtherEmployer | None]
    other_name: Mapped[str | None]
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id"), index=True)
    position: Mapped[Position | None]
    employee_number: Mapped[str | None]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[Confirmation | None]
    # The employer said that this was never so; it has ended, and counts for nothing.
    refused_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="employments")
    organization: Mapped[Organization | None] = relationship()
    school: Mapped[School | None] = relationship()

    @property
    def is_confirmed(self) -> bool:
        """Whether more than the person's own word stands for it."""
        return self.confirmed_at is not None

    def is_current(self, on: date) -> bool:
        """Whether the person worked there on a day."""
        if self.refused_at is not None:
            return False
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)

    @property
    def employer_name(self) -> str:
        """The employer as pages show it."""
        if self.organization is not None:
            return self.organization.name
        return self.other_name or (self.other_kind or OtherEmployer.NONE).label


class Role(Model):
    """A permission that a person holds in one organization."""

    __tablename__ = "roles"
    __table_args__ = (
        Index(
            "uq_roles_current",
            "person_id",
            "kind",
            "organization_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        # Two NULLs count as different, so roles over everything need an index of their own.
        Index(
            "uq_roles_current_platform",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND organization_id IS NULL"),
            postgresql_where=text("ended_at IS NULL AND organization_id IS NULL"),
        ),
        Index("ix_roles_organization", "organization_id", "kind"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[RoleKind]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="roles")
    organization: Mapped[Organization | None] = relationship()


class Invitation(Model):
    """An offer of a role to whoever holds an address."""

    __tablename__ = "invitations"

    address: Mapped[str] = mapped_column(index=True)
    kind: Mapped[RoleKind]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    invited_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    organization: Mapped[Organization | None] = relationship()
    invited_by: Mapped[Person] = relationship()


class SignUp(Model):
    """What somebody typed to sign up, until a link mailed to the address proves it is theirs."""

    __tablename__ = "sign_ups"

    address: Mapped[str] = mapped_column(index=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    password_hash: Mapped[str | None]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    other_kind: Mapped[OtherEmployer | None]
    other_name: Mapped[str | None]
    position: Mapped[Position | None]
    # Where the person came from and returns to: a path of this site.
    next_path: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]

    organization: Mapped[Organization | None] = relationship()


class SignInCode(Model):
    """A six-digit code mailed to an address, good only in the browser that asked for it.

    There is a row for addresses that belong to nobody as well, so that both look alike.
    """

    __tablename__ = "sign_in_codes"

    address: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    # The code is made from this and the secret key, and is stored nowhere.
    salt: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()
