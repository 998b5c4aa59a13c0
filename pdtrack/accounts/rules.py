"""Decisions about people and where they work, from what is already known."""

from __future__ import annotations

from dataclasses import dataclass

from pdtrack.accounts.models import OtherEmployer


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
