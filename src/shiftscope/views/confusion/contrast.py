"""Which units turn one category into another: confused samples against those classified right."""

from __future__ import annotations

from shiftscope.views.confusion.contrast_of_contributions import contrast_of_contributions
from shiftscope.views.confusion.contrast_of_responses import contrast_of_responses
from shiftscope.views.confusion.pair import Pair, samples
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Message, Panel
from shiftscope.views.page.section import section


@section(ShownConfusion, place=20)
def contrast(confusion: ShownConfusion) -> list[Panel]:
    """What the units did differently, in a sentence and as a table; why not, where it cannot be said."""
    pair = confusion.pair
    if problem := _nothing_to_compare(pair):
        return [Message(pair.title, problem)]
    head = pair.selection.study.heads.get(pair.selection.layer)
    if head:
        return list(contrast_of_contributions(pair, head.weight, head.bias_or_zeros))
    return list(contrast_of_responses(pair))


def _nothing_to_compare(pair: Pair) -> str:
    (a, b), (confused, right) = pair.names, pair.sizes
    if not confused:
        return f"No sample of {pair.selection.focus} labelled {a} is predicted {b}."
    if not right:
        return (
            f"{samples(confused)} labelled {a} predicted {b} in {pair.selection.focus}, and no sample classified "
            f"right in {pair.against} to compare with."
        )
    bare = dict.fromkeys(recording.name for recording, _ in pair.sets if not recording.keeps_responses)
    return f'Recorded with keep="summaries", without single responses: {", ".join(bare)}.' if bare else ""
