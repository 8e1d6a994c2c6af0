"""No page has an accessibility fault that axe-core can find."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import mostly_slow

from .test_walk import KINDS


@pytest.mark.parametrize("width", mostly_slow([1440, 900, 400]))
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_wrong_in_light_and_dark(open_page, kind, width):
    shown = open_page(KINDS[kind], width)
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)
        assert faults(shown) == [], scheme
    if shown.open_folds():
        for scheme in ("light", "dark"):
            shown.page.emulate_media(color_scheme=scheme)
            assert faults(shown) == [], f"{scheme}, folds open"


def faults(shown):
    """What axe-core finds once the page has settled: its rule, and where."""
    shown.settle(folds=False)
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"][:3]])
        for fault in Axe().run(shown.page).response["violations"]
    ]
