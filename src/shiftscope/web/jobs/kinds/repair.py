"""Units whose silence helps under a shift, searched and kept."""

from __future__ import annotations

from shiftscope.progress import Progress
from shiftscope.web.jobs.kind import Live, job


def _title(*, dataset: str, margin: float, most: int, seed: int, layer: str, reference: str) -> str:
    return f"A repair of {layer} for {dataset}, margin {100 * margin:.3g} points of {reference}, {most} units at most"


@job("repair", _title)
def repair(
    live: Live,
    progress: Progress,
    *,
    dataset: str,
    margin: float,
    most: int,
    seed: int,
    layer: str,
    reference: str,
) -> None:
    """As `shiftscope repair` does."""
    live.repair(
        dataset, margin=margin, most=most, seed=seed, layer=layer, reference=reference, progress=progress
    )
