"""Decisions about people and where they work, from what is already known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pdtrack.accounts.models import EmailAddress, OtherEmployer, Position
from pdtrack.core.authz import RoleKind
from pdtrack.organizations.models import OrganizationKind

# Without one of them nobody in the organization could invite another.
NEVER_NONE = (
    RoleKind.COORDINATOR,
    RoleKind.DISTRICT_ADMINISTRATOR,
    RoleKind.PLATFORM_ADMINISTRATOR,
)


# What a role lets its holder do, as a half sentence.
WHAT_ROLES_DO = {
    RoleKind.COORDINATOR: "posts and runs sessions, sees everybody, gives roles",
    RoleKind.PRESENTER: "takes attendance in the sessions they teach, and nothing else",
    RoleKind.BOARD_MEMBER: "reads the figures of each quarter and year",
    RoleKind.DISTRICT_ADMINISTRATOR: "sees and confirms the district's own staff, reads reports",
    RoleKind.PLATFORM_ADMINISTRATOR: "may do everything in every organization",
}


def heir(leaving: EmailAddress, addresses: Sequence[EmailAddress]) -> EmailAddress | None:
    """Return the address that becomes primary when another goes, if one has to and can."""
    proven = [each for each in addresses if each.verified_at and each.id != leaving.id]
    return proven[0] if leaving.is_primary and proven else None


@dataclass(frozen=True)
class Workplace:
    """An employer as somebody chose it: one of the state's list, or a kind and its name."""

    organization_id: int | None = None
    other_kind: OtherEmployer | None = None
    other_name: str | None = None

    @property
    def needs_name(self) -> bool:
        """Whether the kind alone does not say which employer."""
        return self.other_kind not in (None, OtherEmployer.NONE)


@dataclass(frozen=True)
class Name:
    """A person's name in its two parts."""

    first: str
    last: str


@dataclass(frozen=True)
class Details:
    """What is known about an employment beside the employer."""

    school_id: int | None = None
    position: Position | None = None
    employee_number: str | None = None


def last_day_before(moves_on: date, *, from_on: date) -> date:
    """Return the last day of the old employment of somebody who moves.

    Who moves on the very first day has worked there for that day at most.
    """
    return max(from_on, moves_on - timedelta(days=1))


def may_be_ended(kind: RoleKind, *, others: int, by_platform: bool) -> bool:
    """Whether a role may be taken from somebody while so many others hold the same.

    The last one who can invite others stays, unless the platform administrator,
    who can invite anew, takes it; the last platform administrator always stays.
    """
    if kind not in NEVER_NONE or others > 0:
        return True
    return by_platform and kind != RoleKind.PLATFORM_ADMINISTRATOR


def kinds_in(organization: OrganizationKind | None) -> tuple[RoleKind, ...]:
    """Return the roles that an organization has to give; without one, the installation's."""
    if organization is None:
        return (RoleKind.PLATFORM_ADMINISTRATOR,)
    if organization == OrganizationKind.DISTRICT:
        return (RoleKind.DISTRICT_ADMINISTRATOR,)
    return (RoleKind.COORDINATOR, RoleKind.PRESENTER, RoleKind.BOARD_MEMBER)


def role_name(kind: RoleKind) -> str:
    """Return a role as people say it."""
    return kind.value.replace("_", " ")
