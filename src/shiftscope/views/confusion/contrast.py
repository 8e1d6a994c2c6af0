"""Which units turn one category into another: confused samples against those classified right."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.views.confusion.contrast_of_contributions import contrast_of_contributions
from shiftscope.views.confusion.contrast_of_responses import contrast_of_responses
from shiftscope.views.confusion.pair import Pair, samples
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section


@section(ShownConfusion, place=60, units=True)
def contrast(confusion: ShownConfusion) -> Fold | None:
    """What the units did differently, in a sentence and as a table that sums to the change."""
    pair = confusion.pair
    if nothing_to_compare(pair):
        return None
    head = pair.selection.study.heads.get(pair.selection.layer)
    units = pair.selection.study.layer(pair.selection.layer).units
    if head:
        panels = contrast_of_contributions(pair, head.weight, head.bias_or_zeros)
        says = f"{counted(units, 'unit')} that sum to the change, with bias and rounding"
    else:
        panels = contrast_of_responses(pair)
        says = f"mean responses of {counted(units, 'unit')}: what they add to the logits is not known"
    return Fold("All units, exactly", says, panels, "all-units")


def nothing_to_compare(pair: Pair) -> str:
    """Why there is no contrast; empty where there is one."""
    (a, b), (confused, right) = pair.names, pair.sizes
    if not confused:
        return f"No sample of {pair.selection.focus} labelled {a} is classified {b}."
    if not right:
        return (
            f"{samples(confused)} labelled {a} and classified {b} in {pair.selection.focus}, and no sample classified "
            f"right in {pair.against} to compare with."
        )
    bare = dict.fromkeys(recording.name for recording, _ in pair.sets if not recording.keeps_responses)
    return f'Recorded with keep="summaries", without single responses: {", ".join(bare)}.' if bare else ""
