"""The unit that a set's row names: the one that adds most to what turns one category into another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shiftscope.outcomes.harm import Harm
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.tuning.answered import Answered, answered
from shiftscope.tuning.contributions import argument, contrast
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.grown_in import grown_in
from shiftscope.views.parts.sets.sample_sets import Chosen, mean_logits, mean_response
from shiftscope.views.parts.units.mean_change import both_signs
from shiftscope.views.parts.units.unit_change import change_in_words, usual_in_words

LEAST_LOSS = 0.05  # of accuracy, below which no unit is named


@dataclass(frozen=True)
class NamedUnit:
    """One unit, how its answers changed, and its part in a set's confusion."""

    layer: str
    index: int
    answered: Answered
    share: float  # of the change of the logits' difference, NaN where the whole is not above zero
    rose: bool  # whether its mean response to the confused samples is larger than to those classified right
    confusion: tuple[int, int]


def named_unit(selection: Selection, dataset: str, harm: Harm | None, loss: float) -> NamedUnit | None:
    """The unit with the largest part in the set's confusion that grew most; exact sums of the head.

    None where the set barely touches, loses less than five points or has no grown confusion, without single
    responses, and where no recorded layer feeds the logits by a linear map.
    """
    study = selection.study
    if harm not in ("breaks", "hurts") or loss < LEAST_LOSS or not study.heads:
        return None
    layer = selection.layer if selection.layer in study.heads else next(iter(study.heads))
    recordings = study[dataset], study[selection.baseline]
    if not all(recording.keeps_responses for recording in recordings):
        return None
    for one in grown_in(selection, dataset, 1):
        sets = (
            (recordings[0], Chosen(one.actual, one.predicted)),
            (recordings[1], Chosen(one.actual, one.actual)),
        )
        if not all(len(chosen.of(recording.samples)) for recording, chosen in sets):
            return None
        head = study.heads[layer]
        means = [mean_response(recording, layer, chosen).mean for recording, chosen in sets]
        confused, right = (
            argument(
                mean,
                mean_logits(recording, chosen),
                head.weight,
                head.bias_or_zeros,
                category=one.predicted,
                against=one.actual,
            )
            for mean, (recording, chosen) in zip(means, sets, strict=True)
        )
        turned = contrast(confused, right)
        unit = int(np.argmax(turned.by_unit))
        before, after = (
            study[name].summary(layer, CategorySums).means() for name in (selection.baseline, dataset)
        )
        part = float(turned.by_unit[unit])
        return NamedUnit(
            layer,
            unit,
            answered(
                before[:, unit],
                after[:, unit],
                both_signs=both_signs(study, selection.baseline, layer, unit),
            ),
            part / turned.difference if turned.difference > 0 else math.nan,
            bool(means[0][unit] > means[1][unit]),
            (one.actual, one.predicted),
        )
    return None


def unit_in_words(selection: Selection, unit: NamedUnit) -> str:
    """What the unit answers to now, and its share of the confusion: one or two sentences."""
    a, b = (category_name(selection.study, c) for c in unit.confusion)
    share = math.floor(100 * unit.share + 0.5) if math.isfinite(unit.share) else 0
    part = f" It makes the largest share, {share} %, of what turns {a} into {b}." if share else ""
    return f"Unit {unit.index} of {unit.layer} {named_change_in_words(selection, unit)}.{part}"


def named_change_in_words(selection: Selection, unit: NamedUnit) -> str:
    """What changed in the unit's answers, without the unit and the full stop."""
    names = [category_name(selection.study, c) for c in range(len(selection.study.categories))]
    told = change_in_words(unit.answered, names)
    way = "more" if unit.rose else "less"
    return told or f"{usual_in_words(unit.answered, names)}answers {way} to these images"
