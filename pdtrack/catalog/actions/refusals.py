"""Why something about a session is refused."""

from __future__ import annotations

from collections.abc import Iterable

from pdtrack.catalog.rules import Problem
from pdtrack.core.errors import DomainError


class MeetingRefused(DomainError):
    """A meeting cannot be as it was planned; `index` says which of those that were sent."""

    def __init__(self, message: str, *, field: str | None = None, index: int = 0) -> None:
        super().__init__(message, field=field)
        self.index = index


class DetailsRefused(DomainError):
    """Something that was written about a session cannot be."""


class NotFit(DomainError):
    """The session cannot be published as it is; `problems` has all that is missing."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            " ".join(problem.message for problem in problems),
            field=problems[0].field if len(problems) == 1 else None,
        )
        self.problems = problems


class WrongState(DomainError):
    """A draft, a published and a cancelled session allow different things."""


def refuse_unfit(problems: Iterable[Problem]) -> None:
    """Raise `NotFit` if there is any problem."""
    found = list(problems)
    if found:
        raise NotFit(found)
