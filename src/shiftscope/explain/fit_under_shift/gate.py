"""What is said of a dictionary before any of its codes is shown."""

from __future__ import annotations

import math
from typing import Literal

from shiftscope.counted import counted
from shiftscope.explain.fit_under_shift.numbers import Numbers
from shiftscope.percent import percent

KEPT_LEAST = 0.90  # share of decisions kept on the held-out reference
LOST_MOST = 0.02  # share of decisions lost to the dictionary, at the lower end of its interval
ERROR_RATIO_MOST = 1.25  # at the lower end of its interval
FVU_RATIO_MOST = 1.5  # at the lower end of its interval
FEWEST_SAMPLES = 100  # of either set: with fewer the intervals are too wide
LOSSLESS = 1e-6  # share of the variance: where less is left, no other way of telling the rows can be better

State = Literal["reads", "quieter", "misreads", "does not hold", "not known"]
BRIEFLY: dict[State, str] = {
    "reads": "holds here",
    "quieter": "holds here between datasets, not for rankings inside this one",
    "misreads": "do not read its codes here",
    "does not hold": "does not hold: no codes are drawn",
    "not known": "not known",
}


def thresholds() -> dict[str, float]:
    """The constants of the gate, by name."""
    return {
        "decisions kept on the held-out reference at least": KEPT_LEAST,
        "decisions lost to the dictionary at most": LOST_MOST,
        "error ratio at most": ERROR_RATIO_MOST,
        "FVU ratio of a quieter set above": FVU_RATIO_MOST,
        "samples at least": FEWEST_SAMPLES,
    }


def state_of(reference: Numbers, shifted: Numbers, plain: Numbers, random: Numbers) -> State:
    """By the numbers of a dictionary on the held-out reference and on a shifted set, and of the two controls on the
    reference."""
    few = min(reference.samples, shifted.samples) < FEWEST_SAMPLES
    if few or any(math.isnan(each) for each in (reference.kept, shifted.kept, reference.fvu, shifted.fvu)):
        return "not known"
    as_good = reference.fvu >= min(plain.fvu, random.fvu) and reference.fvu > LOSSLESS
    if reference.kept < KEPT_LEAST or as_good:
        return "does not hold"
    if shifted.lost_low > LOST_MOST or shifted.error_ratio_low > ERROR_RATIO_MOST:
        return "misreads"
    return "quieter" if shifted.fvu_ratio_low > FVU_RATIO_MOST else "reads"


def in_words(
    layer: str, dataset: str, reference: Numbers, shifted: Numbers, plain: Numbers, random: Numbers
) -> str:
    """The state with the numbers that decide it, in one or two sentences."""
    state = state_of(reference, shifted, plain, random)
    if state == "does not hold":
        if reference.kept < KEPT_LEAST:
            return (
                f"{layer} does not carry its layer: {percent(reference.kept)} of decisions kept on the held-out "
                f"reference, random atoms {percent(random.kept)}. No codes are shown."
            )
        better = ("plain units", plain) if plain.fvu <= random.fvu else ("random atoms", random)
        return (
            f"{layer} does not carry its layer: it leaves {percent(reference.fvu)} of the variance of the held-out "
            f"reference, and {better[0]} at the same active count {percent(better[1].fvu)}. No codes are shown."
        )
    if state == "misreads":
        if shifted.error_ratio_low > ERROR_RATIO_MOST:
            worse = f"{layer} reads {dataset} {shifted.error_ratio:.2f} times worse than the reference"
            if not shifted.lost <= LOST_MOST:
                return f"{worse}; its codes may not mean the same."
            return (
                f"{worse}, but decides the same: {percent(shifted.kept)} of decisions are kept, "
                f"{percent(shifted.control)} with errors of the reference's size. Its codes may not mean the "
                "same; shiftscope fit-under-shift --refit "
                f"adds what a dictionary fitted on {dataset} itself leaves and keeps, which is what could be had."
            )
        return (
            f"{layer} loses {percent(shifted.lost)} of the decisions on {dataset} that an error of this size does not "
            "explain."
        )
    if state == "quieter":
        return (
            f"{layer} reads {dataset}; the layer varies {1 / shifted.quietness:.2f} times less here, and "
            f"{percent(shifted.fvu)} of that is unread: compare datasets, and rank nothing inside this one."
        )
    if state == "reads":
        return (
            f"{layer} reads {dataset}: its error is {shifted.error_ratio:.2f} times that on the reference, and "
            f"{percent(shifted.kept)} of decisions are kept."
        )
    return _not_known(layer, dataset, reference, shifted)


def _not_known(layer: str, dataset: str, reference: Numbers, shifted: Numbers) -> str:
    few = int(min(reference.samples, shifted.samples))
    why = "no stored head tells which decisions are kept"
    if math.isnan(shifted.fvu) and shifted.samples > 1:
        why = "the layer does not vary there"
    elif few < FEWEST_SAMPLES:
        why = f"{counted(few, 'sample')} {'is' if few == 1 else 'are'} fewer than {FEWEST_SAMPLES}"
    elif math.isnan(reference.fvu):
        why = "the layer does not vary on the reference"
    return f"Whether {layer} reads {dataset} is not known: {why}."
