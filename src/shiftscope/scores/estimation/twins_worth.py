"""What it is worth to know each sample's twin, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shiftscope.scores.estimation.estimate import Estimate

DISCOVERED = 0.05  # q


def units_found(estimates: Mapping[str, Estimate]) -> tuple[int, int, int] | None:
    """How many units differ by the AUROC with the twins, and without, and of how many; None without a test."""
    paired, apart = estimates["twin_auroc"].q, estimates["shift_auroc"].q
    if paired is None or apart is None or np.isnan(paired).all():
        return None
    return int((paired < DISCOVERED).sum()), int((apart < DISCOVERED).sum()), len(paired)


def twins_worth(estimates: Mapping[str, Estimate]) -> str:
    """A sentence on a layer's units; empty where a dataset has no twins."""
    gain, found = estimates["twin_change"].gain, units_found(estimates)
    if gain is None or found is None or not np.isfinite(gain).any():
        return ""
    median = float(np.median(gain[~np.isnan(gain)]))
    return (
        f"Knowing the twins is worth {times(median)} as many samples to the median unit; by the AUROC {found[0]} of "
        f"{found[2]} units differ (q < {DISCOVERED}) with them, and {found[1]} without."
    )


def times(gain: float) -> str:
    """How many times, in words."""
    return f"{gain:.1f} times" if gain < 10 else f"{gain:,.0f} times"
