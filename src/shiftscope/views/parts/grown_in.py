"""Confusions of one dataset that a shift made more frequent."""

from __future__ import annotations

from functools import lru_cache

from shiftscope.outcomes.grown_confusions import GrownConfusion, grown_confusions
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.store.formats.samples import Samples
from shiftscope.views.page.selection import Selection

FOUND = 10  # at least, so that a page that shows one and ten of them sorts once


def grown_in(selection: Selection, dataset: str, most: int) -> list[GrownConfusion]:
    """Those whose share grew from the baseline, most first."""
    here, there = (selection.study[name].samples for name in (dataset, selection.baseline))
    return _grown(here, there, len(selection.study.categories), max(most, FOUND))[:most]


@lru_cache(maxsize=256)
def _grown(here: Samples, there: Samples, categories: int, most: int) -> list[GrownConfusion]:
    """Found once: it takes sorting every confusion there is."""
    confusions, usual = (outcomes(samples, categories).confusions for samples in (here, there))
    return grown_confusions(confusions, usual, most)
