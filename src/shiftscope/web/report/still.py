"""A page without what only a server can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from shiftscope.views.page.panels import (
    Chart,
    Choice,
    Columns,
    Compared,
    Computation,
    Filter,
    Fold,
    Folds,
    Form,
    ImageStrip,
    Link,
    Page,
    Panel,
    Table,
)

# Templates escape < and > and quotes in attributes, so neither can stand inside of a tag.
_DEAD_LINK = re.compile(r'<a\b([^<>]*?) href=""([^<>]*)>(.*?)</a>', re.DOTALL)


class Pages(Protocol):
    """Which pages there are."""

    def file(self, address: str, *, exactly: bool = False) -> str:
        """Where the page of an address is; empty where it is not."""
        ...


def still(page: Page, contents: Pages) -> Page:
    """The page without filters, offers, empty forms and brushing, and without ways to pages that are not in the report.

    Links inside of tables and strips stay: `without_dead_links` turns those that lead nowhere into text.
    """

    def there(link: Link | None) -> Link | None:
        return link if link and contents.file(link.page) else None

    return replace(
        page,
        panels=list(_still(page.panels, contents)),
        trail=[link for link in page.trail if there(link)],
        related=[link for link in page.related if there(link)],
        previous=there(page.previous),
        next=there(page.next),
        choices=[kept for choice in page.choices if (kept := _offered(choice, contents))],
    )


def without_dead_links(html: str) -> str:
    """The document with every link to nowhere as plain text."""
    return _DEAD_LINK.sub(r"<span\1\2>\3</span>", html)


def _still(panels: Sequence[Panel], contents: Pages) -> Iterator[Panel]:
    for panel in panels:
        if isinstance(panel, Columns | Fold | Folds):
            inner: list[Any] = list(_still(panel.panels, contents))
            if inner:
                yield replace(panel, panels=inner)
        elif isinstance(panel, (Filter, Computation)) or (
            isinstance(panel, Form) and not any(field.value for field in panel.fields)
        ):
            continue
        elif isinstance(panel, Table):
            yield replace(panel, columns=[replace(column, sort=None) for column in panel.columns])
        elif isinstance(panel, ImageStrip):
            yield _strip(panel, contents)
        elif isinstance(panel, Compared):
            yield replace(panel, strips=[_strip(each, contents) for each in panel.strips])
        elif isinstance(panel, Chart):
            yield replace(panel, brush=None)
        else:
            yield panel


def _strip(strip: ImageStrip, contents: Pages) -> ImageStrip:
    """Without a way to more images where that is not there."""
    there = strip.more and contents.file(strip.more.page, exactly=True)
    return strip if there or not strip.more else replace(strip, more=None)


def _offered(choice: Choice, contents: Pages) -> Choice | None:
    """The choice among different pages that are there; None where that leaves none."""
    pages = {option.text: contents.file(option.page, exactly=True) for option in choice.options}
    here = pages.pop(choice.current, "")
    kept = {choice.current: here} if here else {}
    for text, file in pages.items():
        if file and here and file not in kept.values():
            kept[text] = file
    options = [option for option in choice.options if option.text in kept]
    return replace(choice, options=options, several=None) if len(options) > 1 else None
