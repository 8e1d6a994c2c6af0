"""No page has an accessibility fault that axe-core can find."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .test_walk import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_wrong_in_light_and_dark(open_page, kind):
    shown = open_page(KINDS[kind])
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)
        shown.settle()
        found = Axe().run(shown.page)
        faults = [
            (fault["id"], [node["html"][:200] for node in fault["nodes"][:3]])
            for fault in found.response["violations"]
        ]
        assert faults == [], scheme
