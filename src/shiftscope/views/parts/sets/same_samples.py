"""The same samples in two datasets, to stand beside one another."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.outcomes.twins import twins
from shiftscope.store.formats.samples import Samples


def same_samples(
    here: Samples, positions: Sequence[int], there: Samples, most: int
) -> tuple[list[int], list[int]] | None:
    """Positions in both datasets of the first `most` samples that have a twin; None where too few have one."""
    twin = twins(here, there)
    found = [position for position in positions if twin[position] >= 0][:most]
    return (found, twin[found].tolist()) if found and len(found) >= min(most, len(positions)) else None
