"""Pages of a list, and answers that a browser understands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import (
    Response,
    abort,
    current_app,
    flash,
    make_response,
    render_template,
    request,
    send_file,
    stream_with_context,
)
from flask_wtf import FlaskForm
from sqlalchemy import Select, func, select

from pdtrack.core.db import db
from pdtrack.core.errors import DomainError
from pdtrack.core.tables import MEDIA_TYPE, Column, csv_chunks, xlsx_file

PER_PAGE = 50
UNPROCESSABLE = 422

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, and where it is in the whole."""

    items: Sequence[T]
    number: int
    per_page: int
    total: int
    # There are more, which nobody counted and no page shows.
    is_cut: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, math.ceil(self.total / self.per_page))

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        """Whether a page precedes."""
        return self.number > 1

    @property
    def first_index(self) -> int:
        """The position of the first item in the whole, from 1; 0 when empty."""
        return (self.number - 1) * self.per_page + 1 if self.items else 0

    @property
    def last_index(self) -> int:
        """The position of the last item in the whole."""
        return self.first_index + len(self.items) - 1 if self.items else 0

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)


def page_number() -> int:
    """Return the page that the address asks for; the first if it asks for nonsense."""
    asked = request.args.get("page", "1")[:9]
    return min(max(int(asked), 1), 100_000) if asked.isascii() and asked.isdigit() else 1


def paginate(
    statement: Select[Any],
    *,
    number: int,
    per_page: int = PER_PAGE,
    scalars: bool = True,
    total: int | None = None,
) -> Page[Any]:
    """Read one page of a statement: two queries, whatever the amount of data.

    Whoever has counted already gives the total, which saves one. A page past the
    last is the last one.
    """
    if total is None:
        total = _count(statement, scalars=scalars)
    number = min(number, max(1, math.ceil(total / per_page)))
    rows = db.session.execute(statement.limit(per_page).offset((number - 1) * per_page))
    items = rows.scalars().unique().all() if scalars else rows.unique().all()
    return Page(items=items, number=number, per_page=per_page, total=total)


def _count(statement: Select[Any], *, scalars: bool) -> int:
    unordered = statement.order_by(None)
    if scalars and not statement._group_by_clauses and not statement._distinct:  # noqa: SLF001
        counted = unordered.with_only_columns(func.count(), maintain_column_froms=True)
    else:
        counted = select(func.count()).select_from(unordered.subquery())
    return db.session.scalar(counted) or 0


def form_page(template: str, *, form: FlaskForm, **context: Any) -> Response:
    """Show a page with a form: 422 if what was sent is refused, 200 otherwise."""
    response = make_response(render_template(template, form=form, **context))
    if form.errors or form.form_errors:
        response.status_code = UNPROCESSABLE
    return response


def flash_refusal(refusal: DomainError) -> None:
    """Say at the top of the next page why something was refused."""
    flash(refusal.message, "error")


def is_htmx() -> bool:
    """Whether a part of a page was asked for, not a whole one."""
    return request.headers.get("HX-Request") == "true"


def download(chunks: Iterator[Any] | Any, *, filename: str, media_type: str) -> Response:
    """Send a file that is written while it is sent."""
    response = Response(stream_with_context(chunks), mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def or_404(found: T | None) -> T:
    """Return what was found, or answer that there is no such page."""
    if found is None:
        abort(404)
    return found


def rendered(template: str, **context: Any) -> str:
    """Fill a template outside any request, for paper and mail."""
    return current_app.jinja_env.get_template(template).render(**context)


def table_download(
    columns: Sequence[Column[Any]], rows: Iterable[Any], *, name: str, ending: str
) -> Response:
    """Send a table as a CSV file, or as an Excel workbook if the ending is "xlsx"."""
    filename = f"{name}.{ending}"
    if ending != "xlsx":
        return download(csv_chunks(columns, rows), filename=filename, media_type="text/csv")
    workbook = xlsx_file(columns, rows, title=name)
    response: Response = send_file(
        workbook, mimetype=MEDIA_TYPE, as_attachment=True, download_name=filename, max_age=0
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
