"""How a function becomes a page with an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shiftscope.registry import Registry
from shiftscope.views.panels import Page


@dataclass(frozen=True)
class View:
    """A function from a study to a page, under an address pattern.

    `address` is written as Starlette writes routes; parts in braces, and query parameters, are the
    function's arguments by name. Positional arguments come from the path, keyword-only ones from the query.
    """

    address: str
    draw: Callable[..., Page]


views: Registry[View] = Registry("view", "shiftscope.views")


def view(address: str) -> Callable[[Callable[..., Page]], Callable[..., Page]]:
    """Enter a page under `address`, relative to the study's first page."""

    def enter(draw: Callable[..., Page]) -> Callable[..., Page]:
        views.enter(draw.__name__, View(address, draw))
        return draw

    return enter
