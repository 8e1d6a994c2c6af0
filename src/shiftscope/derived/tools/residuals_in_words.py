"""What a dictionary of residuals found, in sentences."""

from __future__ import annotations

from shiftscope.percent import percent
from shiftscope.store.derived_layer import DerivedLayer
from shiftscope.store.manifest import Manifest


def in_words(derived: DerivedLayer, manifest: Manifest) -> str:
    """Of a derived layer that tells residuals: how much, and how many of its features the reference has not.

    Parameters
    ----------
    manifest
        Of the study, which knows the dataset's name now.
    """
    found, placebo = derived.fit_report["residuals"], derived.fit_report["placebo"]
    of, dataset = found["of"], manifest.now_named(derived.fitted_on) or found["dataset"]
    return (
        f"{found['new']} of {derived.units} features of what {of} leaves of {dataset} are new; of two parts of the "
        f"reference as many features find {placebo['new']} new. They tell {_share(found['told'])} of what is left of "
        f"samples of {dataset} that they were not fitted on, {_share(found['told_by_mean'])} by its mean alone, and "
        f"{_share(found['told_of_reference'])} of what is left of the reference; of the reference's other part its own "
        f"tell {_share(placebo['told'])}."
    )


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)
