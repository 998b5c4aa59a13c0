"""Saving what people plan by: it is asked first whether to tell them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pdtrack.core import filters
from pdtrack.core.errors import DomainError
from pdtrack.core.forms import Form
from pdtrack.desk import actions, rules
from pdtrack.desk.rules import Telling


def is_sent() -> bool:
    """Whether something is to be saved; not when somebody went back from the preview."""
    return request.method == "POST" and request.form.get("telling") != "back"


def save(
    form: Form,
    saving: Callable[[Telling], actions.Saved],
    *,
    question: str,
    then: str,
    taken_back: str = "",
    **context: Any,
) -> ResponseReturnValue | None:
    """Save and go on to `then`, or ask first whom to tell; nothing if it was refused.

    `question` names the template that asks; it gets the context, the preview and what was typed.
    `taken_back` says where the mail can be taken back, if not where `then` leads.
    """
    try:
        saved = saving(_telling())
    except actions.AskFirst as asked:
        return render_template(question, preview=asked.preview, typed=_typed(), **context)
    except DomainError as refusal:
        form.refuse(refusal)
        return None
    say(saved, taken_back=taken_back)
    return redirect(then)


def say(saved: actions.Saved, *, done: str = "Saved.", taken_back: str = "") -> None:
    """Say what was done, how many are told of it by mail, and whom staff tell themselves."""
    told = (
        f" {filters.plural(saved.mails, 'mail leaves', 'mails leave')} in five minutes.{taken_back}"
    )
    flash(f"{done}{told if saved.mails else ''}", "success")
    if saved.promoted:
        names = rules.named(each.person.display_name for each in saved.promoted)
        flash(f"Promoted from the waitlist: {names}.", "success")
    if saved.recredited:
        people = filters.plural(saved.recredited, "person", "people")
        flash(f"The attendance of {people} follows what is credited now.", "info")
    if saved.outdated:
        count = filters.plural(
            saved.outdated, "certificate no longer matches", "certificates no longer match"
        )
        flash(f"{count} the attendance. Issue again under Certificates what changed.", "warning")
    promoted = [each.person.display_name for each in saved.promoted if not each.person.email]
    if untold := list(dict.fromkeys([*saved.unreachable, *promoted])):
        flash(f"Without an address, so tell them yourself: {rules.named(untold)}.", "warning")


def _telling() -> Telling:
    asked = request.form.get("telling", "")
    return Telling(asked) if asked in list(Telling) else Telling.ASK


def _typed() -> list[tuple[str, str]]:
    """Return everything that was sent, to be sent again once somebody has decided."""
    apart = {"csrf_token", "telling", "act"}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in apart]
