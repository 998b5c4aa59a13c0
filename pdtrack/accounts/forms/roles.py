"""What a browser may send about roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField
from wtforms.validators import InputRequired

from pdtrack.accounts.forms.fields import AddressField
from pdtrack.accounts.rules import WHAT_ROLES_DO, role_name
from pdtrack.core.authz import RoleKind
from pdtrack.core.forms import Form, SelectChoice


def _kind(value: Any) -> RoleKind | None:
    return RoleKind(value) if value not in (None, "", "None") else None


class InviteForm(Form):
    """A role offered to whoever holds an address."""

    email = AddressField("E-mail address", description="The invitation goes there.")
    role = RadioField("Role", [InputRequired("Choose a role.")], coerce=_kind)

    def offer(self, kinds: Sequence[RoleKind]) -> None:
        """Offer the roles of one organization."""
        self.role.choices = [
            SelectChoice(kind.value, f"{role_name(kind).capitalize()}: {WHAT_ROLES_DO[kind]}")
            for kind in kinds
        ]
        if len(kinds) == 1 and not self.is_submitted():
            self.role.data = kinds[0]
