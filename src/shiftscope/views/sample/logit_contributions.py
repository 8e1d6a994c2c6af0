"""Why one image was classified as it was: what each unit adds to the prediction's logit over another's."""

from __future__ import annotations

from functools import partial

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.statistics.ranked import ranked
from shiftscope.store.stored_recording import Recording
from shiftscope.tuning.contributions import argument
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.logits.rest_of_logits import rest_of
from shiftscope.views.parts.number_text import count, number, signed_like
from shiftscope.views.sample.shown_sample import ShownSample, runner_up

FOR, AGAINST = 8, 6  # units with a row of their own


@section(ShownSample, place=55, units=True)
def logit_contributions(sample: ShownSample) -> Fold | None:
    """The prediction against the label, or against the runner-up where it is right or there is no label.

    The rows add up to the difference of the two logits. Log-probabilities differ as logits do.
    """
    selection, recording, seen = sample.selection, sample.recording, sample.seen
    if sample.lacking or selection.layer not in selection.study.heads:
        return None
    logits = recording.logits(seen.position).astype(np.float64)
    predicted = seen.prediction
    other = seen.label if seen.label not in (NO_LABEL, predicted) else runner_up(logits, predicted)
    a, b = category_name(selection.study, predicted), category_name(selection.study, other)
    what = "the label" if other == seen.label else "the runner-up"
    title = f"Why {a} and not {b}, {what}"
    table = _table(selection, recording, seen.position, (predicted, other), title, of_each=False)
    says = f"what each adds to {a} over {b} in {recording.name}, with bias and rounding"
    return Fold("All units, exactly", says, [table], "all-units")


def _table(
    selection: Selection,
    recording: Recording,
    position: int,
    pair: tuple[int, int],
    title: str,
    *,
    of_each: bool,
) -> Table:
    head = selection.study.heads[selection.layer]
    weight, bias = head.weight, head.bias_or_zeros
    responses = recording.sample_responses(selection.layer, position)
    logits = recording.logits(position)
    said = argument(responses, logits, weight, bias, category=pair[0], against=pair[1])
    (a, b), write = (category_name(selection.study, c) for c in pair), signed_like(said.difference)
    order = [int(unit) for unit in ranked(said.by_unit)]
    arguing = [u for u in (order if of_each else order[:FOR]) if of_each or said.by_unit[u] > 0]
    opposed = [u for u in order[len(arguing) :][-AGAINST:] if said.by_unit[u] < 0]
    others = np.setdiff1d(np.arange(len(order)), [*arguing, *opposed])

    def of_units(units: list[int]) -> list[list[Cell]]:
        return [
            [
                Cell(f"unit {unit}", selection.unit(unit)),
                Cell(number(float(responses[unit])), value=float(responses[unit])),
                *(
                    Cell(number(float(w)), value=float(w))
                    for w in (weight[pair[0], unit], weight[pair[1], unit])
                ),
                Cell(write(float(said.by_unit[unit])), value=float(said.by_unit[unit])),
            ]
            for unit in units
        ]

    def of_sum(name: str, help: str, value: float) -> list[Cell]:
        return [
            Cell(name, help=help),
            *(Cell() for _ in range(3)),
            Cell(write(value), value=value),
        ]

    rows = of_units(arguing)
    if len(others):
        name = f"{count(len(others))} other {'unit' if len(others) == 1 else 'units'}"
        rows.append(
            of_sum(
                name, "The sum over all units without a row of their own.", float(said.by_unit[others].sum())
            )
        )
    rows += of_units(opposed)
    rows += [
        of_sum("bias", "Of the head, the same for every sample.", said.bias),
        of_sum(*rest_of(head), said.residual),
        of_sum(f"logit of {a} − logit of {b}", "The sum of the rows above.", said.difference),
    ]
    columns = [
        Column("unit", f"Units of {selection.layer}: those that argue for {a} first, those for {b} last."),
        Column("response", "To this image.", numeric=True),
        *(
            Column(f"weight into {name}", f"Of the head, from the unit into {name}.", numeric=True)
            for name in (a, b)
        ),
        Column("adds", f"Response times (weight into {a} minus weight into {b}), in logits.", numeric=True),
    ]
    whole = None if of_each else partial(_table, selection, recording, position, pair, title, of_each=True)
    return Table(title, columns, rows, whole=whole)
