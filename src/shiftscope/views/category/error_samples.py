"""The samples that are classified wrong, and the units that respond to them."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import mistaken
from shiftscope.views.category.error_kind import HELP, ErrorKind
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Fold, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.sets.image_sets import image_sets
from shiftscope.views.parts.sets.sample_sets import Chosen, bounded, set_mean
from shiftscope.views.parts.sets.set_units import set_units
from shiftscope.views.parts.sets.shown_sets import shown_sets

UNITS = 8


@section(ShownCategory, place=80)
def error_samples(category: ShownCategory) -> Fold:
    """False negatives, then false positives: their images, and the units on all of them, shown here or not."""
    panels = [panel for kind in HELP for panel in (_images(category, kind), _units(category, kind))]
    says = "images of both kinds in each set, and the units that respond to them"
    return Fold("All wrong samples", says, panels, "wrong-samples")


def _images(category: ShownCategory, kind: ErrorKind) -> Panel:
    """In each dataset, the most confident prediction first."""
    selection, field = category.selection, _field(category, kind)
    return image_sets(
        selection,
        f"{kind.capitalize()}, the most confident first",
        {name: mistaken(selection.study[name].samples, **field) for name in shown_sets(selection)},
        category.images,
        lambda images: category.at(images=images),
    )


def _units(category: ShownCategory, kind: ErrorKind) -> Table:
    """Those that respond most."""
    selection = category.selection
    chosen = Chosen(**_field(category, kind), wrong=True)
    sizes = [len(chosen.of(selection.study[name].samples)) for name in shown_sets(selection)]
    recorded = selection.study[selection.focus].keeps_responses
    return set_units(
        selection,
        f"Units of {selection.layer} on all {kind}",
        lambda name: set_mean(selection, name, chosen),
        of=f"the {kind}",
        units=UNITS,
        note=bounded("A mean response", *sizes),
        empty=f"No {kind} in {selection.focus} that a unit responds to."
        if recorded
        else f"{selection.focus} was recorded with summaries alone.",
    )


def _field(category: ShownCategory, kind: ErrorKind) -> dict[str, int]:
    return {"label" if kind == "false negatives" else "prediction": category.index}
