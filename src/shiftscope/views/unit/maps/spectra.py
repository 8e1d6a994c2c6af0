"""How much of a unit's maps lies in which frequencies, in baseline and focus."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from shiftscope.explain.attribution.numbers.map_means import map_means, mean_shares
from shiftscope.explain.attribution.numbers.spectra import HIGH
from shiftscope.percent import percent
from shiftscope.views.page.panels import Line, Lines
from shiftscope.views.unit.maps.chosen_maps import chosen_maps
from shiftscope.views.unit.shown_unit import ShownUnit

NAMED = 5  # frequencies along the axis
LEAST = 1e-4  # share of the power; smaller ones are drawn as this one


def spectra_lines(unit: ShownUnit) -> Lines | None:
    """A line for each set, of whole maps; None where a set has no maps of pictures."""
    found, fine = {}, []
    for each in chosen_maps(unit):
        if each.of_pictures and each.question.low_pass is None:
            frequencies, shares = each.spectra()
            known = np.isfinite(frequencies)
            if (means := mean_shares(shares[:, known])) is not None:
                found[each.question.dataset] = frequencies[known], means
                fine.append(f"{percent(map_means(each).high_frequency_share)} in {each.question.dataset}")
    if set(found) != set(unit.pair) or len({len(means) for _, means in found.values()}) != 1:
        return None
    frequencies = found[unit.selection.focus][0]
    lines = [
        Line(name, _powers_of_ten(found[name][1]), "focus" if name == unit.selection.focus else "baseline")
        for name in unit.pair
    ]
    every = max(1, len(frequencies) // NAMED)
    marks = [
        (f"{frequency:.2f}" if place % every == 0 and place + 1 < len(frequencies) else "", "")
        for place, frequency in enumerate(frequencies.tolist())
    ]
    high = ", ".join(fine)
    note = f"share of the map's power, by frequency in cycles per pixel; above {HIGH:g}: {high}"
    lowest = math.floor(min(value for line in lines for value in line.values))
    ticks = [(power, f"{100 * 10.0**power:g} %") for power in range(lowest, 1)]
    said = f"Mean share of the maps' power in bins of frequency. Above {HIGH:g} cycles per pixel: {high}."
    return Lines("Frequencies of its maps", lines, marks, ticks, said, note, chart="spectra")


def _powers_of_ten(shares: npt.NDArray[np.float64]) -> list[float]:
    logarithms: list[float] = np.log10(np.maximum(shares, LEAST)).tolist()
    return logarithms
