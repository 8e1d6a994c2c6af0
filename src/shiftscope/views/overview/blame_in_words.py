"""What the fold of the units most to blame says while it is closed."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.interventions.silenced_alone import Repaired
from shiftscope.views.overview.blamed import Blamed
from shiftscope.views.parts.number_text import count

TELLING = 0.05  # share of the errors that one unit repairs more than it breaks, from which on it is said


def blame_in_words(
    unit: str, dataset: str, repaired: Repaired, baseline: str, usual: Repaired | None, *, sure: bool
) -> str:
    """What silencing the best unit repairs and breaks in a set, and what it costs the baseline.

    Parameters
    ----------
    unit
        With its layer.
    repaired, usual
        In the set and in the baseline; None where that keeps no single responses.
    sure
        Whether that it repairs more than it breaks is beyond chance.
    """
    chance = "" if sure else ", not beyond chance"
    does = does_alone(repaired)
    if repaired.net < TELLING * repaired.errors:
        return f"no single unit: silencing the best one, {unit}, {does} in {dataset}"
    return f"silencing {unit} alone {does} in {dataset}{chance}{_cost(baseline, usual)}"


def best_alone_in_words(found: Sequence[Blamed]) -> str:
    """What is gained by the silence of the best of some units of a set, a sentence; empty where that is little or not
    beyond chance."""
    sure = [one for one in found if one.sure and one.repaired.net >= TELLING * one.repaired.errors]
    if not sure:
        return ""
    return f"Silencing unit {sure[0].unit} of {sure[0].head.layer} alone {does_alone(sure[0].repaired)}."


def does_alone(repaired: Repaired) -> str:
    """What a unit's silence repairs and breaks, after its name."""
    return (
        f"repairs {count(repaired.fixed)} of {count(repaired.looked_at)} errors and breaks "
        f"{count(repaired.broken)} of {count(repaired.right_looked_at)} right answers"
    )


def _cost(baseline: str, usual: Repaired | None) -> str:
    if usual is None or not usual.errors + usual.right:
        return ""
    points = -100 * usual.net / (usual.errors + usual.right)
    return f", and costs {baseline} {f'{points:.1f} points' if points > 0 else 'nothing'}"
