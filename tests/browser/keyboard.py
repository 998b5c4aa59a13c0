"""Using pages by keyboard alone, as people do who cannot use a mouse."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

MOST_STEPS = 250  # Far more than any page has stops: whoever needs more is in a trap.
# What has the focus must show that it has, and nothing may lie over it (WCAG 2.4.7, 2.4.11).
_HIDDEN = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  if (!element.matches(':focus')) return null;  // The browser's own button inside a date field.
  const target = element.matches('input[type=radio], input[type=checkbox]') && element.labels[0]
    ? element.labels[0] : element;
  const box = target.getBoundingClientRect();
  const marked = [element, target].some(each => [null, '::before', '::after'].some(part => {
    const style = getComputedStyle(each, part);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  }));
  if (!marked) return 'shows no focus';
  const points = [0.2, 0.5, 0.8].flatMap(x => [0.2, 0.5, 0.8].map(
    y => [box.left + box.width * x, box.top + box.height * y]));
  const free = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (target.contains(top) || top.contains(target) || element.contains(top));
  });
  return free ? null : 'is hidden';
}"""
_WRITTEN = "() => document.activeElement.outerHTML.slice(0, 160)"


@dataclass
class Keyboard:
    """Moves through a page with Tab, and sees to it that the focus can be seen at every stop."""

    page: Page

    def reach(self, control: Locator) -> None:
        """Press Tab until something has the focus."""
        control.wait_for()
        wanted = control.element_handle()
        for _ in range(MOST_STEPS):
            if self.page.evaluate("(wanted) => document.activeElement === wanted", wanted):
                return
            self.page.keyboard.press("Tab")
            problem = self.page.evaluate(_HIDDEN)
            assert problem is None, f"{self.page.evaluate(_WRITTEN)} {problem} ({self.page.url})"
        message = f"No Tab leads to {control} on {self.page.url}"
        raise AssertionError(message)

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Reach a link and follow it."""
        self._enter(self.page.get_by_role("link", name=name).first)

    def press(self, name: str | re.Pattern[str]) -> None:
        """Reach a button and press it."""
        self._enter(self.page.get_by_role("button", name=name).first)

    def fill(self, label: str, text: str) -> None:
        """Reach a field and write into it."""
        self.reach(self.page.get_by_label(label).first)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def send(self) -> None:
        """Send the form of the field one has written into."""
        self.page.keyboard.press("Enter")

    def _enter(self, control: Locator) -> None:
        self.reach(control)
        self.page.keyboard.press("Enter")
