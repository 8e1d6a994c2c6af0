"""No page has an accessibility fault that axe-core can find."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import mostly_slow

from .test_walk import KINDS


@pytest.mark.parametrize("width", mostly_slow([1440, 900, 400]))
@pytest.mark.parametrize("kind", mostly_slow(KINDS, quick=7))
def test_axe_finds_nothing_wrong_in_light_and_dark(open_page, kind, width):
    """With all folds open: what is seen while they are closed is seen then too."""
    shown = open_page(KINDS[kind], width)
    shown.open_folds()
    assert faults(shown) == [], "light"
    shown.page.emulate_media(color_scheme="dark")
    assert faults(shown) == [], "dark"


def faults(shown):
    """What axe-core finds once the page has settled: its rule, and where."""
    shown.settle(folds=False)
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"][:3]])
        for fault in Axe().run(shown.page).response["violations"]
    ]
