"""The units whose responses to an image the shift changed most."""

from __future__ import annotations

from shiftscope.percent import percent
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.sets.sample_sets import as_share
from shiftscope.views.parts.units.response_changes import most_changed, response_changes
from shiftscope.views.sample.shown_sample import ShownSample, lacking


@section(ShownSample, place=48, units=True)
def changed_units(sample: ShownSample) -> Fold | None:
    """From the same image in the baseline to that in the focus; nothing where single responses are not there."""
    if sample.before is None or lacking(*sample.before) or lacking(*sample.focused):
        return None
    selection = sample.selection
    before, after = (
        as_share(selection, recording.sample_responses(selection.layer, seen.position))
        for recording, seen in (sample.before, sample.focused)
    )
    names = sample.before[0].name, sample.focused[0].name
    table = response_changes(
        selection,
        f"Units of {selection.layer} that changed most",
        before,
        after,
        ways=(f"this image in {names[0]}", f"the same in {names[1]}"),
    )
    most = most_changed(before, after)[:1]
    says = (
        f"unit {most[0]} of {selection.layer} most: {percent(float(before[most[0]]))} of its maximum in {names[0]}, "
        f"{percent(float(after[most[0]]))} in {names[1]}"
        if most
        else f"no unit of {selection.layer} responds differently in {names[1]}"
    )
    return Fold("What the shift changed in the units", says, [table], "changed-units")
