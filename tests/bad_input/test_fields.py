"""Every field of every form, sent what it does not ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.bad_input.reading import TYPED, Field, Form, Pairs, complaints, forms_of
from tests.bad_input.site import AREAS, Site, everything, taken_back
from tests.bad_input.values import bad_for
from tests.roles.conftest import writes

pytestmark = pytest.mark.slow

# Nobody has the address; nobody was shown what a list would change.
REFUSED = {"POST accounts.sign_in", "POST organizations.apply_listing"}
FOREIGN = "somebody else’s"


@pytest.mark.parametrize("area", AREAS)
def test_what_is_filled_in_badly_is_answered_with_what_to_do(site: Site, area: str) -> None:
    before, forms, problems, count = everything(), site.forms(area), [], 0
    # A form that is refused as it stands would hide what comes after its fields.
    problems += _refused_though_good(site, forms)

    for who, form in forms:
        for field, what, pairs in _tries(form, site.foreign):
            count += 1
            with taken_back(), writes() as written:
                try:
                    answer = site.send(who, form, pairs)
                except Exception as error:  # noqa: BLE001 - each is a page that broke.
                    problems.append(f"{form} {field.name}: {what} breaks: {error!r}"[:300])
                    continue
                wrong = list(_wrong(form, field, what, pairs, answer))
                if answer.status_code >= 400 and written and everything() != before:
                    wrong.append("is half done")
            problems += [f"{form} {field.name}: {what} {each}" for each in wrong]

    assert count > 50
    assert not problems, f"{len(problems)} of {count}\n" + "\n".join(problems)


def _refused_though_good(site: Site, forms: Sequence[tuple[str | None, Form]]) -> list[str]:
    """Return which forms are refused, wherever they stand, although they are filled in well."""
    refused, taken = {}, set()
    for who, form in forms:
        with taken_back():
            answer = site.send(who, form, list(form.values))
        if answer.status_code < 400:
            taken.add(site.shape(form))
        else:
            refused[site.shape(form)] = f"{form} answers {answer.status_code}: {form.values}"
    return [said for shape, said in refused.items() if shape not in taken | REFUSED]


def _tries(form: Form, foreign: Mapping[str, str]) -> Iterator[tuple[Field, str, Pairs]]:
    """Yield each way of sending a form wrongly: a field, what is sent, and all that is sent."""
    for field in form.fields:
        for what, value in bad_for(field):
            yield field, what, form.with_values(field.name, value)
        if field.name in foreign:
            yield field, FOREIGN, form.with_values(field.name, foreign[field.name])
        yield field, "missing", form.with_values(field.name)
    nothing = Field("nothing-asked-for", "hidden", is_required=False)
    yield nothing, "more", form.with_values(nothing.name, "x" * 10_000)
    yield nothing, "nothing at all", []


def _wrong(
    form: Form, field: Field, what: str, pairs: Pairs, answer: TestResponse
) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"answers {answer.status_code}"
    elif answer.status_code >= 400:
        yield from complaints(answer)
        if answer.status_code == 422 and form.method == "POST":
            yield from _lost(form, pairs, answer)
    elif form.method == "POST" and (
        what == FOREIGN or (field.is_required and what in {"nothing", "spaces"})
    ):
        yield f"is taken ({answer.status_code})"


def _lost(form: Form, pairs: Pairs, answer: TestResponse) -> Iterator[str]:
    """Yield the fields in which somebody does not find what they typed."""
    if not any(each.kind in TYPED for each in form.fields):
        return
    shown = next((each for each in forms_of(answer) if str(each) == str(form)), None)
    if shown is None:
        yield "shows no form"
        return
    sent, found = MultiDict(pairs), MultiDict(shown.values)
    for field in form.fields:
        is_lost = _seen(sent.get(field.name, "")) != _seen(found.get(field.name, ""))
        if field.kind in TYPED and field.name in sent and is_lost:
            yield f"loses {field.name}: {found.get(field.name)!r}"[:120]


def _seen(text: str) -> str:
    return "".join(each for each in text if each.isprintable() and not each.isspace())
