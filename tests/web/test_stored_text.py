"""What people, models and datasets call things is shown as text, on every page that shows it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from shiftscope.store.notes import state_of, unit_note
from shiftscope.study import Study

from ..conftest import viewer

OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
MARKUP = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(2)>",
    "</textarea><svg/onload=alert(3)>",
    "<a/href=javascript:alert(4)>x</a>",
    "{{7*7}}{%raw%}",
    "&lt;b&gt;",
]


class Elements(HTMLParser):
    """Names of the elements of a page, and of attributes that run something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.running: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        for name, text in attributes:
            if name.startswith("on") or (text or "").strip().casefold().startswith("javascript:"):
                self.running.append(f"{tag} {name}={text}")


@pytest.mark.parametrize("text", MARKUP)
def test_labels_tags_and_notes_with_markup_are_shown_as_text(recorded: Study, text: str) -> None:
    client = viewer(recorded)
    pages = ["/layers/hidden/units/3", "/layers/hidden", "/search?q=zebra", "/"]

    def shown(written: str) -> list[str]:
        """The pages once two units have it in their labels, tags and notes."""
        for unit in (3, 4):
            before = state_of(unit_note(recorded, "hidden", unit))
            sent = {
                "label": f"zebra {written}",
                "tags": written,
                "note": f"zebra\n{written}",
                "shown": before,
            }
            answer = client.post(f"/layers/hidden/units/{unit}", data=sent, headers=OWN)
            assert answer.status_code == 200
        return [client.get(page).text for page in pages]

    harmless = [Elements(html) for html in shown(re.sub("[<>\"'&{}]", "x", text))]
    hostile = shown(text)
    for before, html in zip(harmless, hostile, strict=True):
        after = Elements(html)
        assert after.elements == before.elements
        assert after.running == []
    assert unescape(hostile[0]).count(text) >= 3  # heading, label, note
    assert unescape(hostile[2]).count(text) >= 2
