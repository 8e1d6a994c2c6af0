"""What a page is about, where it stands apart from the page's controls."""

from __future__ import annotations

from shiftscope.views.page.panels import Page


def about(page: Page) -> str:
    """Its title, and the sets that are compared."""
    chosen = {choice.name: choice.current for choice in page.choices}
    focus, baseline = chosen.get("Focus"), chosen.get("Baseline")
    if focus and focus != baseline:
        return f"{page.title}; {focus} beside {baseline}" if baseline else f"{page.title}; {focus}"
    return f"{page.title}; baseline: {baseline}" if baseline not in (None, page.title) else page.title
