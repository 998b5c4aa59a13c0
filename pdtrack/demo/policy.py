"""Who may read the demo's mail."""

from __future__ import annotations

from pdtrack.core.authz import Actor, rule
from pdtrack.demo import surroundings


@rule
def may_read_mail(actor: Actor, thing: object) -> bool:
    """Everybody who sits at this machine, signed in or not; nobody in production."""
    return surroundings.is_nobody_elses_business()
