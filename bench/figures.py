"""Printing what was measured, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Figures:
    """Everything measured in one run."""

    failed: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        """Begin a subject."""
        print(f"\n{title}")

    def show(self, what: str, value: str, *, bound: str = "", holds: bool = True) -> None:
        """Print one figure beside what is expected of it."""
        verdict = f"  [{bound}: {'holds' if holds else 'DOES NOT HOLD'}]" if bound else ""
        print(f"  {what:<58} {value:>16}{verdict}", flush=True)
        if not holds:
            self.failed.append(what)
