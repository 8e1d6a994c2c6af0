"""How often each product of weight and response is significant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.progress import Progress, silent
from shiftscope.store.stored_study import StudyFiles

if TYPE_CHECKING:
    from shiftscope.explain.paths.path_statistics import Settings
    from shiftscope.explain.paths.paths import Paths


def paths(
    study: StudyFiles,
    layer: str | None = None,
    *,
    settings: Settings | None = None,
    reference: str | None = None,
    progress: Progress = silent,
) -> Paths:
    """How often each product of weight and response is significant, category by category."""
    from shiftscope.explain.paths.paths import paths as counted

    return counted(study, layer, settings=settings, reference=reference, progress=progress)
