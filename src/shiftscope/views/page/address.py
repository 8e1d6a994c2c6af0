"""The address of a page with its options; what is as usual stays out of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from shiftscope.views.page.panels import Page
from shiftscope.views.page.selection import Option, Selection


@dataclass(frozen=True)
class PageAddress:
    """Where a page is, with the options it was asked for, and where it is with others."""

    selection: Selection
    path: str
    view: Callable[..., Page]  # whose signature says what is usual
    options: Mapping[str, Option] = field(default_factory=dict)

    def __call__(self, **changed: Option) -> str:
        return self.selection.page(self.path, **self.asked(**changed))

    def asked(self, **changed: Option) -> dict[str, Option]:
        """The options, some of them changed; None for those that are as usual."""
        usual = _usual(self.view)
        return {
            name: None if name in usual and value == usual[name] else value
            for name, value in {**self.options, **changed}.items()
        }


@lru_cache
def _usual(view: Callable[..., Page]) -> dict[str, Any]:
    parameters = inspect.signature(view).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not each.empty}
