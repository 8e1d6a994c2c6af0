"""The units that turn one category into another, by what they add to the logits through the head."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.percent import percent
from shiftscope.statistics.ranked import ranked
from shiftscope.tuning.contributions import Argument, argument, contrast
from shiftscope.tuning.set_means import welch
from shiftscope.views.confusion.pair import OF_ONE_UNIT, Pair
from shiftscope.views.page.panels import Cell, Column, Message, Table
from shiftscope.views.parts.cells import ends, share_cell
from shiftscope.views.parts.logits.rest_of_logits import rest_of
from shiftscope.views.parts.number_text import count, signed_like
from shiftscope.views.parts.sets.sample_sets import bounded, mean_logits, mean_response

ADDING, TAKING = 12, 4  # units that add most to the change, and that take most from it
NAMED = 3  # units in the sentence


def contrast_of_contributions(
    pair: Pair, weight: npt.NDArray[Any], bias: npt.NDArray[Any]
) -> tuple[Message, Table]:
    """A sentence, and a table whose rows sum to the change of the logits' difference.

    Parameters
    ----------
    weight, bias : (category, unit), (category,)
        The head, which the layer in force feeds.
    """
    categories = {"category": pair.predicted, "against": pair.actual}
    confused, right = (
        argument(
            mean_response(recording, pair.selection.layer, chosen).mean,
            mean_logits(recording, chosen),
            weight,
            bias,
            **categories,
        )
        for recording, chosen in pair.sets
    )
    turned = contrast(confused, right)
    into = weight[pair.predicted].astype(np.float64) - weight[pair.actual]
    said = confused, right, turned
    return _sentence(pair, *said), _table(pair, said, into, of_each=False)


def _sentence(pair: Pair, confused: Argument, right: Argument, turned: Argument) -> Message:
    (a, b), write = pair.names, signed_like(turned.difference)
    first = _most(turned, NAMED)
    adds = ", ".join(f"unit {unit} adds {write(float(turned.by_unit[unit]))}" for unit in first)
    share = percent(_share(float(turned.by_unit[first].sum()), turned.difference))
    together = f", together {share}" if len(first) > 1 else f", {share}"
    text = (
        f"{pair.in_words()} The logit of {b} minus that of {a} is {write(confused.difference)} on average on the "
        f"former and {write(right.difference)} on the latter: a change of {write(turned.difference)}."
    )
    explained = f" Of it {adds}{together}." if first else ""
    return Message(pair.title, f"{text}{explained}{pair.warning()}")


def _table(
    pair: Pair, said: tuple[Argument, Argument, Argument], into: npt.NDArray[np.float64], *, of_each: bool
) -> Table:
    """The units that count most and the others as one row, or a row for each."""
    selection, (a, b), turned = pair.selection, pair.names, said[2]
    write = signed_like(turned.difference)
    order = [int(unit) for unit in ranked(turned.by_unit)]
    adding = order if of_each else _most(turned, ADDING)
    taking = [unit for unit in order[len(adding) :][-TAKING:] if turned.by_unit[unit] < 0]
    others = np.setdiff1d(np.arange(len(turned.by_unit)), [*adding, *taking])
    means = [mean_response(recording, selection.layer, chosen) for recording, chosen in pair.sets]

    def of_units(units: Sequence[int]) -> list[list[Cell]]:
        sure = welch(means[0].at(units), means[1].at(units)).times(into[list(units)])
        rows = []
        for unit, low, high in zip(units, sure.low.tolist(), sure.high.tolist(), strict=True):
            parts = [float(each.by_unit[unit]) for each in said]
            note = f"{write(low)} to {write(high)}" if math.isfinite(low) and math.isfinite(high) else ""
            rows.append(
                [
                    Cell(f"unit {unit}", selection.unit(unit)),
                    *(Cell(write(part), value=part) for part in parts[:2]),
                    Cell(write(parts[2]), note=note, value=parts[2], parts=ends(low, high)),
                    share_cell(_share(parts[2], turned.difference)),
                ]
            )
        return rows

    def of_sums(name: str, help: str, parts: Sequence[float]) -> list[Cell]:
        numbers = [Cell(write(part), value=part) for part in parts]
        share = share_cell(_share(parts[2], turned.difference))
        return [Cell(name, help=help), *numbers, share]

    rows = of_units(adding)
    if len(others):
        name = f"{count(len(others))} other {'unit' if len(others) == 1 else 'units'}"
        parts = [float(each.by_unit[others].sum()) for each in said]
        rows.append(of_sums(name, "The sum over all units without a row of their own.", parts))
    rows += of_units(taking)
    rows += [
        of_sums("bias", "Of the head, the same for every sample.", [each.bias for each in said]),
        of_sums(*rest_of(selection.study.heads[selection.layer]), [each.residual for each in said]),
        of_sums(
            f"logit of {b} − logit of {a}",
            "Means over the samples, as the model gave them: the sum of the rows above.",
            [each.difference for each in said],
        ),
    ]
    measured = f"Mean response times (weight into {b} minus weight into {a}), in logits, over the samples of"
    columns = [
        Column("unit", f"Units of {selection.layer} by what they add to the change, the largest first."),
        Column(
            pair.heads[0],
            f"{measured} {selection.focus} labelled {a} and classified {b}. Above zero argues for {b}.",
            numeric=True,
        ),
        Column(pair.heads[1], f"{measured} {pair.against} labelled {a} and classified {a}.", numeric=True),
        Column(
            "difference",
            f"The first minus the second: what the unit adds to the change, in logits, {OF_ONE_UNIT}. The sets are "
            "chosen by their predictions, so the sum over all units is above zero by itself.",
            numeric=True,
        ),
        Column("share", "Of the change, which is the difference in the last row.", numeric=True),
    ]
    title = f"Contributions of the units of {selection.layer}"
    whole = None if of_each else partial(_table, pair, said, into, of_each=True)
    return Table(title, columns, rows, note=bounded("Each mean", *pair.sizes), whole=whole)


def _most(turned: Argument, how_many: int) -> list[int]:
    """The units that add most to the change."""
    return [int(unit) for unit in ranked(turned.by_unit)[:how_many] if turned.by_unit[unit] > 0]


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
