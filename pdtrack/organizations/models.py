"""Organizations, schools and memberships."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pdtrack.core.db import Model


class OrganizationKind(StrEnum):
    """Which kind of organization."""

    COLLABORATIVE = "collaborative"
    DISTRICT = "district"


class Organization(Model):
    """A collaborative or a district, under the code that the state gave it for good."""

    __tablename__ = "organizations"
    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 - SQLAlchemy's declaration.

    # Eight digits as text: leading zeros matter.
    org_code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OrganizationKind]
    name: Mapped[str] = mapped_column(index=True)
    contact_email: Mapped[str | None]
    contact_phone: Mapped[str | None]
    website: Mapped[str | None]
    closed_on: Mapped[date | None]


class Collaborative(Organization):
    """An educational collaborative, which posts sessions."""

    __mapper_args__ = {"polymorphic_identity": OrganizationKind.COLLABORATIVE}  # noqa: RUF012

    short_name: Mapped[str | None]
    # The short name in lower case, in every address; never changed, so that links keep working.
    slug: Mapped[str | None] = mapped_column(unique=True)
    region: Mapped[str | None]
    # What its certificates say; the legal name where it differs from the everyday one.
    legal_name: Mapped[str | None]
    provider_number: Mapped[str | None]
    signer_name: Mapped[str | None]
    signer_title: Mapped[str | None]
    # Business days before the first meeting until which cancelling is free.
    free_cancellation_days: Mapped[int | None]
    cancellation_note: Mapped[str | None] = mapped_column(Text)

    @property
    def provider_name(self) -> str:
        """The provider's legal name, as DESE wants it on certificates."""
        return self.legal_name or self.name


class District(Organization):
    """A municipal, regional, vocational or charter school district."""

    __mapper_args__ = {"polymorphic_identity": OrganizationKind.DISTRICT}  # noqa: RUF012

    town: Mapped[str | None]
    type: Mapped[str | None]
    first_school_day: Mapped[date | None]


class FormerName(Model):
    """A name that an organization had, and until when."""

    __tablename__ = "former_names"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str]
    until_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()


class School(Model):
    """A school of a district."""

    __tablename__ = "schools"

    org_code: Mapped[str] = mapped_column(unique=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str]
    town: Mapped[str]
    # Space-separated, as the state lists them: "PK K 01".
    grades: Mapped[str]

    district: Mapped[District] = relationship()


class Membership(Model):
    """A district's membership in a collaborative, for as long as it lasts."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("collaborative_id", "district_id", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="in_order"),
        Index("ix_memberships_district", "district_id", "collaborative_id"),
    )

    collaborative_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    district_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    collaborative: Mapped[Collaborative] = relationship(foreign_keys=collaborative_id)
    district: Mapped[District] = relationship(foreign_keys=district_id)


class EmailDomain(Model):
    """A domain that an organization calls its own: a verified address in it proves employment."""

    __tablename__ = "email_domains"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    domain: Mapped[str] = mapped_column(unique=True)

    organization: Mapped[Organization] = relationship()
