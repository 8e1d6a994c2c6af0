"""How often each product of weight and response is significant."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.explain.paths.measures.frequencies import Smoothing
    from shiftscope.explain.paths.paths import Paths


def _versions() -> dict[str, int]:
    from shiftscope.explain.paths.path_statistics import VERSION
    from shiftscope.explain.paths.stored_paths import KIND

    return {KIND: VERSION}


result_kind("paths", _versions)


def paths(
    study: StoredStudy,
    layer: str | None = None,
    *,
    rule: str = "abs_mean",
    smoothing: Smoothing = "clip",
    eps: float = 1e-8,
    reference: str | None = None,
    shuffles: int = 20,
    resamples: int = 100,
    seed: int = 0,
    progress: bool = True,
) -> Paths:
    """How often each product of weight and response is significant, category by category; see docs/paths.md.

    Computed from what is stored, without the model, and stored in the study.

    Parameters
    ----------
    layer
        A linear map by the name of its module, or of the recorded layer that enters it; the head where not given.
    rule
        When a path is significant: "abs_mean" reproduces the published tables, "printed" is the formula in the
        paper; `shiftscope.explain.paths.counting.rules` has all.
    smoothing
        What is done with frequencies of 0 and 1: "clip" to [eps, 1 - eps], "jeffreys", or "none", which makes
        some divergences infinite.
    shuffles
        Of the labels, for the sampling floor.
    resamples
        Of the samples, for intervals.

    Raises
    ------
    NotInStudy
        No such map, or responses that were not kept.
    BadRequest
        An unknown rule or smoothing, or too few draws.
    """
    from shiftscope.explain.paths.counting.rules import rule_named
    from shiftscope.explain.paths.measures.frequencies import Frequencies
    from shiftscope.explain.paths.path_statistics import Settings
    from shiftscope.explain.paths.paths import counted_paths
    from shiftscope.progress import bar, silent

    settings = Settings(rule_named(rule), Frequencies(smoothing, eps), shuffles, resamples, seed)
    shown = partial(bar, counted="passes") if progress else silent
    return counted_paths(study, layer, settings=settings, reference=reference, progress=shown)
