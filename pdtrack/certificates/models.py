"""Awards and the certificates that prove them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pdtrack.accounts.models import Person
from pdtrack.core.db import Model
from pdtrack.registration.models import Registration


class AwardKind(StrEnum):
    """What was earned."""

    HOURS = "hours"
    PDPS = "pdps"


class CertificateState(StrEnum):
    """Whether a certificate still proves its award."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"


class Paper(StrEnum):
    """The sheets that certificates are made for."""

    LETTER = "letter"
    A4 = "a4"


class Award(Model):
    """The decision that hours or PDPs were earned, with its reasons."""

    __tablename__ = "awards"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes"),
        Index(
            "uq_awards_current",
            "registration_id",
            "kind",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[AwardKind]
    minutes: Mapped[int]
    pdp_tenths: Mapped[int | None]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    # Sentences that say why, with the regulations and numbers they rest on.
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)


class Certificate(Model):
    """Proof of an award. Never edited: replaced by a newer one, or revoked."""

    __tablename__ = "certificates"
    __table_args__ = (UniqueConstraint("award_id", "edition"),)

    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    edition: Mapped[int] = mapped_column(default=1)
    # Printed on it and in its address: "COL-2027-000123".
    serial: Mapped[str] = mapped_column(unique=True)
    # What the verification address ends in; cannot be guessed.
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[CertificateState] = mapped_column(default=CertificateState.VALID)
    # Everything that the paper says, as it was said; nothing is looked up again.
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(index=True)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None] = mapped_column(Text)

    award: Mapped[Award] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)


class CertificateFile(Model):
    """A certificate's PDF for one sheet size: wanted, then made once by the worker, then kept."""

    __tablename__ = "certificate_files"
    __table_args__ = (
        UniqueConstraint("certificate_id", "paper"),
        Index("ix_certificate_files_due", "digest", "leased_until_at"),
    )

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"))
    paper: Mapped[Paper]
    wanted_at: Mapped[datetime]
    leased_until_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    # SHA-256 of the kept file; empty until it is made.
    digest: Mapped[str | None]
    made_at: Mapped[datetime | None]

    certificate: Mapped[Certificate] = relationship()
