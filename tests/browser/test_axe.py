"""No page has an accessibility fault that axe-core can find."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .test_walk import KINDS


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_wrong(open_page, kind, scheme):
    shown = open_page(KINDS[kind], scheme=scheme)
    shown.settle()
    found = Axe().run(shown.page)
    faults = [
        (fault["id"], [node["html"][:200] for node in fault["nodes"][:3]])
        for fault in found.response["violations"]
    ]
    assert faults == []
