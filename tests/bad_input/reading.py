"""Pages as a browser reads them: their forms, and what stands in each field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html
from werkzeug.test import TestResponse

# What somebody types, and expects to find again when it is refused.
TYPED = frozenset({"text", "textarea", "email", "tel", "url", "number", "date", "time", "search"})
_CONTROLS = ".//input[@name][not(@readonly)]|.//select[@name]|.//textarea[@name]"
_MESSAGES = "//*[@role='alert']|//*[contains(@class, 'error-page')]|//main//p"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One control of a form, or several of one name."""

    name: str
    kind: str
    is_required: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form on a page, filled in as the page shows it."""

    path: str
    method: str
    fields: tuple[Field, ...]
    values: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def with_values(self, name: str, *values: str) -> Pairs:
        """Return what is sent when one field says something else, several things or nothing."""
        kept = [(key, text) for key, text in self.values if key != name]
        return kept + [(name, value) for value in values]


def forms_of(answer: TestResponse) -> list[Form]:
    """Return the forms of a page, without those around its content."""
    return [_form(each, answer.request.full_path) for each in tree(answer).xpath("//main//form")]


def tree(answer: TestResponse) -> Any:
    """Return a page as elements."""
    return html.document_fromstring(answer.get_data(as_text=True))


def complaints(answer: TestResponse) -> Iterable[str]:
    """Yield what a person would miss on a page that refuses something."""
    if answer.mimetype != "text/html":
        yield f"is {answer.mimetype}"
        return
    page = tree(answer)
    if (count := len(page.xpath("//h1"))) != 1:
        yield f"has {count} headings"
    if not any(each.text_content().strip() for each in page.xpath(_MESSAGES)):
        yield "says nothing"


def _form(element: Any, path: str) -> Form:
    fields: dict[str, Field] = {}
    for control in element.xpath(_CONTROLS):
        field = _field(control)
        known = fields.get(field.name)
        options = (known.options if known else ()) + field.options
        fields[field.name] = Field(field.name, field.kind, field.is_required, options)
    fields.pop("csrf_token", None)
    values = [
        (name, _shown(fields[name], text)) for name, text in element.form_values() if name in fields
    ]
    buttons = element.xpath(".//button[not(@type='button')]")
    if buttons and all(each.get("name") for each in buttons):  # Which one was pressed says what.
        name = buttons[0].get("name")
        fields[name] = Field(name, "hidden", is_required=True)
        values.append((name, buttons[0].get("value", "")))
    action = urljoin(path, element.get("action") or path)
    return Form(
        path=urlsplit(action).path + (f"?{urlsplit(action).query}".rstrip("?")),
        method=(element.get("method") or "get").upper(),
        fields=tuple(fields.values()),
        values=tuple(values),
    )


def _shown(field: Field, text: str) -> str:
    """Return what a browser shows: it takes the first line break of a text area for markup."""
    return text.removeprefix("\n") if field.kind == "textarea" else text


def _field(control: Any) -> Field:
    kind = control.get("type", "text") if control.tag == "input" else control.tag
    options: list[str] = []
    if kind == "select":
        options = [each.get("value", each.text) or "" for each in control.xpath(".//option")]
    elif kind in {"radio", "checkbox"}:
        options = [control.get("value", "on")]
    return Field(control.get("name"), kind, "required" in control.attrib, tuple(options))
