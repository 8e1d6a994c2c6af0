"""How a dataset was understood where that could be done otherwise, and what was passed over."""

from __future__ import annotations

from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import Fold, Message
from shiftscope.views.page.section import section


@section(ShownDataset, place=50)
def how_read(dataset: ShownDataset) -> Fold | None:
    """What the data told of themselves when they were recorded."""
    told = dataset.recording.plan.source.get("told")
    sentences = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    if not sentences:
        return None
    message = Message("How the data were read", " ".join(sentences))
    return Fold("How it was read", sentences[0], [message], "how-read")
