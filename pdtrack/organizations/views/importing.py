"""Importing a list in the browser: first what it would change, then the change."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pdtrack.core import incoming, tables
from pdtrack.core.authz import actor, authorize
from pdtrack.core.errors import DomainError
from pdtrack.core.pages import form_page
from pdtrack.core.tables import Limits, SheetRow
from pdtrack.organizations import imports, policy
from pdtrack.organizations.actions import listings
from pdtrack.organizations.forms import ApplyForm, ListingForm
from pdtrack.organizations.imports import Listing
from pdtrack.organizations.views.blueprint import bp

IMPORT = "/platform/organizations/import"
LIMITS = Limits(megabytes=1, rows=5_000, columns=20)


class UnreadablePreview(DomainError):
    """What the preview sent back is not what it was given."""


@bp.route(IMPORT, methods=["GET", "POST"])
def import_listing() -> ResponseReturnValue:
    """Take a file, and show what importing it would change."""
    authorize(policy.may_administer_platform)
    form = ListingForm()
    if form.validate_on_submit():
        with form.showing_errors():
            listing, upload = Listing(form.listing.data or ""), form.file.data
            rows = tables.read_rows(upload.filename, upload.stream, limits=LIMITS).rows
            return render_template(
                "organizations/import_preview.html",
                plan=imports.plan(listing, rows),
                form=ApplyForm(formdata=None, listing=listing, sheet=_packed(rows)),
            )
    return form_page("organizations/import.html", form=form)


@bp.post(f"{IMPORT}/apply")
def apply_listing() -> ResponseReturnValue:
    """Write what the preview showed: all of it, or nothing."""
    authorize(policy.may_administer_platform)
    form = ApplyForm()
    if form.validate_on_submit():
        with form.showing_errors():
            plan = listings.import_rows(
                listing=Listing(form.listing.data or ""),
                rows=_unpacked(form.sheet.data or ""),
                actor=actor(),
                skip_refused=form.skip_refused.data,
            )
            flash(f"Written. {plan.sentence}", "success")
            return redirect(url_for(".organizations"))
    return form_page("organizations/import_preview.html", form=form, plan=_plan_of(form))


def _plan_of(form: ApplyForm) -> imports.Plan | None:
    """Return what the preview showed, if it can still be read."""
    try:
        return imports.plan(Listing(form.listing.data or ""), _unpacked(form.sheet.data or ""))
    except (DomainError, ValueError):
        return None


def _packed(rows: Sequence[SheetRow]) -> str:
    """Write the rows for the preview's hidden field: headings once, then lines."""
    headers = list(rows[0].cells)
    lines = [[row.line, row.fault, *row.cells.values()] for row in rows]
    return json.dumps([headers, lines], ensure_ascii=False, separators=(",", ":"))


def _unpacked(text: str) -> list[SheetRow]:
    try:
        headers, lines = json.loads(text)
        return [
            SheetRow(line, dict(zip(headers, cells, strict=True)), fault)
            for line, fault, *cells in lines
            if _is_ours(line, fault, headers, cells)
        ]
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadablePreview("Start again with the file.") from error


def _is_ours(line: object, fault: object, headers: list[object], cells: list[object]) -> bool:
    """Whether a line is as `_packed` writes them. Raises `TypeError` if it is not."""
    texts = [fault, *headers, *cells]
    # JSON can spell halves of characters, which nothing can keep.
    if not isinstance(line, int) or any(
        not isinstance(each, str) or incoming.clean(each) != each for each in texts
    ):
        raise TypeError(line)
    return True
