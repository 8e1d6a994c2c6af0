"""How a function becomes a page with an address, or what a page's form does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shiftscope.registry import Registry
from shiftscope.views.page.panels import Page


@dataclass(frozen=True)
class View:
    """A function from a study to a page, under an address pattern.

    `address` is written as Starlette writes routes; parts in braces, and query parameters, are the
    function's arguments by name. Positional arguments come from the path, keyword-only ones from the query.
    """

    address: str
    draw: Callable[..., Page]
    menu: str = ""  # under which the bar of every page leads to it; empty for pages of one thing


@dataclass(frozen=True)
class Action:
    """What is done when the form of the page at `address` is sent; keyword-only arguments are its fields.

    Fields that were not sent keep their defaults. A page that is given says why nothing was done.
    """

    address: str
    act: Callable[..., Page | None]


views: Registry[View] = Registry("view", "shiftscope.views")
actions: Registry[Action] = Registry("action", "shiftscope.views")


def view(address: str, *, menu: str = "") -> Callable[[Callable[..., Page]], Callable[..., Page]]:
    """Enter a page under `address`, relative to the study's first page; with a `menu` it is in the bar's too."""

    def enter(draw: Callable[..., Page]) -> Callable[..., Page]:
        views.register(draw.__name__, View(address, draw, menu))
        return draw

    return enter


def action(address: str) -> Callable[[Callable[..., Page | None]], Callable[..., Page | None]]:
    """Enter what a form sent to `address` does; the page there is shown again afterwards."""

    def enter(act: Callable[..., Page | None]) -> Callable[..., Page | None]:
        actions.register(act.__name__, Action(address, act))
        return act

    return enter
