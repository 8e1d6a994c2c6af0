"""The units that turn one category into the other."""

from __future__ import annotations

import numpy as np

from shiftscope.tuning.contributions import argument
from shiftscope.tuning.set_means import welch
from shiftscope.views.confusion.contrast import nothing_to_compare
from shiftscope.views.confusion.contrast_of_responses import changed_responses
from shiftscope.views.confusion.pair import Pair, samples
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.logits.votes import Votes, votes_table
from shiftscope.views.parts.sets.sample_sets import bounded, mean_logits, mean_response


@section(ShownConfusion, place=20, units=True)
def votes(confusion: ShownConfusion) -> Panel:
    """What each unit adds on right samples and on confused ones; its responses where it feeds no logits."""
    pair = confusion.pair
    if problem := nothing_to_compare(pair):
        return Message(pair.title, problem)
    cast = votes_of(pair)
    if cast is None:
        return changed_responses(pair)
    a, b = pair.names
    confused, right = pair.sizes
    note = (
        f"○ mean of {samples(right)} of {a} classified right in {pair.against} → ● mean of {samples(confused)} of {a} "
        f"classified {b} in {pair.selection.focus}, with the 95 % interval of the change.{pair.warning()} "
        f"{bounded('Each mean', *pair.sizes)}"
    )
    ways = f"{a}, right in {pair.against}", f"{a} as {b} in {pair.selection.focus}"
    return votes_table(pair.selection, cast, ways=ways, note=note.strip())


def votes_of(pair: Pair) -> Votes | None:
    """None where the way from the layer in force to the logits is not known, or there is nothing to compare."""
    head = pair.selection.study.heads.get(pair.selection.layer)
    if head is None or nothing_to_compare(pair):
        return None
    means = [mean_response(recording, pair.selection.layer, chosen) for recording, chosen in pair.sets]
    after, before = (
        argument(
            mean.mean,
            mean_logits(recording, chosen),
            head.weight,
            head.bias_or_zeros,
            category=pair.predicted,
            against=pair.actual,
        )
        for mean, (recording, chosen) in zip(means, pair.sets, strict=True)
    )
    into = head.weight[pair.predicted].astype(np.float64) - head.weight[pair.actual]
    return Votes(
        *pair.names,
        before,
        after,
        lambda units: welch(means[0].at(units), means[1].at(units)).times(into[list(units)]),
    )
