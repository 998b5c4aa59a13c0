"""What a look at the files can tell: contrast, icons, and nothing that the policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TEXT = 4.5  # WCAG 2.2, 1.4.3.
OUTLINE = 3.0  # WCAG 2.2, 1.4.11.
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=["']|<style|<script(?![^>]*\ssrc=)|javascript:""")
AN_ICON = re.compile(r"""(?:\bicon|\bfact)\(\s*["']([a-z_]+)["']|icon_name=["']([a-z_]+)["']""")


def _tokens() -> dict[str, str]:
    text = (STATIC / "css" / "tokens.css").read_text().partition("@media")[0]
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{3,6});", text))


def _luminance(color: str) -> float:
    digits = color.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) < 6 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("ink", ["paper", "paper-warm", "paper-sunken", "accent", "primary-soft", "danger-soft"]),
        ("ink-soft", ["paper", "paper-warm", "paper-sunken", "primary-soft"]),
        ("ink-muted", ["paper", "paper-warm", "paper-sunken"]),
        ("primary", ["paper", "paper-warm", "primary-soft"]),
        ("primary-hover", ["paper", "paper-warm", "primary-soft"]),
        ("on-primary", ["primary", "primary-hover", "primary-deep", "danger", "danger-hover"]),
        ("on-primary-soft", ["primary-deep"]),
        ("accent-ink", ["accent-soft", "paper"]),
        ("success-ink", ["success-soft", "paper"]),
        ("danger-ink", ["danger-soft", "paper"]),
    ],
)
def test_text_stands_out_from_its_ground(text: str, grounds: list[str]) -> None:
    tokens = _tokens()
    faint = {
        ground: round(_contrast(tokens[text], tokens[ground]), 2)
        for ground in grounds
        if _contrast(tokens[text], tokens[ground]) < TEXT
    }

    assert not faint, f"Make --{text} darker or the ground lighter: {faint}."


@pytest.mark.parametrize("line", ["line-strong", "focus", "primary", "danger", "success"])
def test_outlines_and_bars_can_be_seen(line: str) -> None:
    tokens = _tokens()

    assert _contrast(tokens[line], tokens["paper"]) >= OUTLINE
    assert _contrast(tokens[line], tokens["paper-warm"]) >= OUTLINE


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (STATIC / "img" / "icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([a-z_]+)"', sprite))
    missing = [
        f"{template.relative_to(ROOT)}: {name}"
        for template in TEMPLATES
        for pair in AN_ICON.findall(template.read_text())
        for name in pair
        if name and name not in drawn
    ]

    assert not missing, f"Add these to static/img/icons.svg, or take one of its icons: {missing}"


def test_no_template_has_a_style_or_a_script_of_its_own() -> None:
    inline = [
        f"{template.relative_to(ROOT)}: {found.group()}"
        for template in TEMPLATES
        if "emails" not in template.parts  # Mail programs know no other way.
        for found in INLINE.finditer(JINJA.sub(" ", template.read_text()))
    ]

    assert not inline, f"The content security policy stops these; write a class: {inline}"


def test_style_sheets_take_nothing_from_elsewhere_and_find_what_they_name() -> None:
    missing = [
        f"{sheet.relative_to(ROOT)}: {address}"
        for sheet in STATIC.rglob("*.css")
        for address in re.findall(r'url\("?([^")]+)"?\)', sheet.read_text())
        if not (sheet.parent / address.partition("?")[0]).resolve().is_file()
    ]

    assert not missing, f"Put these files there, or take the names out: {missing}"
