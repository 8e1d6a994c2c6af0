"""A category in the baseline and in the focus."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.outcomes.outcomes import having
from shiftscope.views.category.outcome import answered
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Compared, ImageStrip
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import pictures, role
from shiftscope.views.parts.sets.same_samples import same_samples

IMAGES = 12  # of each set


@section(ShownCategory, place=10)
def side_by_side(category: ShownCategory) -> Compared:
    """The surest answers of the focus, and the same samples in the baseline where ids agree."""
    selection = category.selection
    focus, baseline = (selection.study[name] for name in (selection.focus, selection.baseline))
    here = having(focus.samples, label=category.index).tolist()
    if focus is baseline:
        return Compared("", [_strip(category, focus.name, here[:IMAGES])])
    same = same_samples(focus.samples, here, baseline.samples, IMAGES)
    others = having(baseline.samples, label=category.index)[:IMAGES].tolist()
    after, before = same or (here[:IMAGES], others)
    strips = [_strip(category, baseline.name, before), _strip(category, focus.name, after)]
    which = "The same samples in both" if same else "Other samples in each"
    return Compared(
        "", strips, f"{which}, the most confident answers of {focus.name if same else 'each'} first."
    )


def _strip(category: ShownCategory, name: str, positions: list[int]) -> ImageStrip:
    """With what the wrong ones are classified as."""
    selection = category.selection
    predictions = selection.study[name].samples.predictions
    captions = {
        position: category_name(selection.study, int(predictions[position]))
        for position in positions
        if predictions[position] not in (category.index, NO_LABEL)
    }
    right, total = answered(selection, name, category.index)
    return ImageStrip(
        f"{category.name} in {name}",
        pictures(selection, selection.study[name], positions, captions),
        role(selection, name),
        note=f"{count(right)} of {count(total)} right",
        empty=f"{name} holds no {category.name}.",
    )
