"""Choosing an employer by typing: what is typed is chosen or stays, and never just vanishes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Open
from tests.servers import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEW = "/my/account/employments/new"


@pytest.fixture
def page(demo_site: Site, open_as: Open) -> Page:
    page: Page = open_as(demo_site, "educator@demo.example")
    page.goto(NEW)
    note(page).wait_for(state="attached")
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Where do you work?")


def note(page: Page) -> Locator:
    return page.locator("#employer-unknown")


def leave_with(page: Page, text: str, key: str = "Tab") -> None:
    """Type into the box as a hand does, and leave it."""
    box(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press(key)


def sent(page: Page) -> str:
    """Return the name that the form would send."""
    name: str = page.evaluate(
        "() => { const chosen = document.querySelector('select[name=employer]');"
        " return chosen.value && chosen.selectedOptions[0].text; }"
    )
    return name


@pytest.mark.parametrize("key", ["Tab", "Enter"])
@pytest.mark.parametrize(
    ("typed", "chosen"),
    [("orange", "Orange"), ("ÓRANGÉ ", "Orange"), ("tri-county regional", "Tri-County Regional")],
)
def test_an_exact_name_or_the_only_one_left_is_chosen(
    page: Page, typed: str, chosen: str, key: str
) -> None:
    leave_with(page, typed, key)

    assert box(page).input_value().startswith(chosen)
    assert sent(page) == box(page).input_value()
    expect(note(page)).to_be_empty()


@pytest.mark.parametrize("key", ["Tab", "Enter"])
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Hogwarts", "“Hogwarts” is not on the list."),
        ("northam", "names on the list have “northam”"),
    ],
)
def test_what_is_not_clear_stays_and_is_said_at_the_field(
    page: Page, typed: str, words: str, key: str
) -> None:
    leave_with(page, typed, key)

    expect(box(page)).to_have_value(typed)
    expect(note(page)).to_contain_text(words)
    expect(note(page)).to_contain_text("type “not” and choose “Not on this list”")
    assert note(page).get_attribute("role") == "status"
    assert "employer-unknown" in (box(page).get_attribute("aria-describedby") or "")
    expect(box(page)).to_have_attribute("aria-invalid", "true")


def test_what_is_shown_is_sent_and_nothing_else(page: Page) -> None:
    leave_with(page, "orange")
    leave_with(page, "Hogwarts")
    assert sent(page) == ""
    page.locator("form.form button[type=submit]").click()
    expect(box(page)).to_be_focused()
    assert page.url.endswith(NEW)

    leave_with(page, "orange")
    expect(note(page)).to_be_empty()
    assert box(page).get_attribute("aria-invalid") is None
    assert sent(page) == "Orange"


def test_an_emptied_box_is_empty(page: Page) -> None:
    leave_with(page, "orange")
    box(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")

    expect(box(page)).to_have_value("")
    assert sent(page) == ""


def test_the_note_goes_when_one_types_or_chooses(page: Page) -> None:
    leave_with(page, "northam")
    box(page).focus()
    page.keyboard.press("End")
    page.keyboard.type("p")
    expect(note(page)).to_be_empty()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert sent(page) == box(page).input_value() != "northamp"
    expect(note(page)).to_be_empty()


def test_only_with_script_the_hint_speaks_of_typing(demo_site: Site, open_as: Open) -> None:
    for has_script, words in ((True, "Type part of the name"), (False, "Choose your district")):
        page = open_as(demo_site, "educator@demo.example", java_script_enabled=has_script)
        page.goto(NEW)

        expect(page.locator("#employer-hint")).to_contain_text(words)
