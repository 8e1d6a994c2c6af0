"""Layers that were computed from this one, and the way to compute one."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.store.derived_layer import DerivedLayer
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Cell, Column, Field, Fold, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count

SIZE = 8  # proposed
KINDS = "pca", "kmeans", "nmf", "seminmf", "topk", "batchtopk"
HELP = (
    "pca keeps most with fewest features; nmf takes responses that are never negative into parts, seminmf any; kmeans "
    "sorts samples; topk and batchtopk tell each sample by few of many features, of which there may be more than units."
)


POSITIONS = Field(
    "positions",
    "From each position of its map",
    "",
    "Fitted on single positions, whose codes are pooled as the layer is: all data go through the model anew. Whether "
    "it holds under the shift is not known then, as positions are not stored.",
    tick=True,
)


@section(ShownLayer, place=60)
def derived_layers(shown: ShownLayer) -> Sequence[Panel]:
    """Those there are, with the samples that they were fitted on; then the offer of a further one. Folded as long as
    nobody asks for one."""
    selection = shown.selection
    study, layer = selection.study, selection.layer
    if layer in study.derived:
        return []
    found = [each for each in study.derived.values() if each.behind == layer]
    rows = [
        [
            Cell(each.name, selection.layer_page(each.name) if each.name in study.layers else ""),
            Cell(each.kind),
            Cell(count(each.units), value=each.units),
            Cell(
                f"{count(each.rows)} of {study.manifest.now_named(each.fitted_on) or each.fitted_on}",
                value=each.rows,
            ),
            Cell(" and ".join(study.without_codes(each.name)) or "none"),
        ]
        for each in found
    ]
    columns = [
        Column("layer"),
        Column("kind", "How it was computed."),
        Column("units", numeric=True),
        Column("fitted on", "Samples of the half of the dataset that is used for fitting."),
        Column("missing", "Datasets whose codes are still to be computed."),
    ]
    table = [Table(f"Derived from {layer}", columns, rows)] if rows else []
    units = study.layer(layer).units
    offer = computation(
        study,
        f"Derive a layer from {layer}",
        "A dictionary of features, fitted on a half of the reference; its codes are a layer that has all pages that "
        "other layers have.",
        kind="derive",
        parameters={"layer": layer},
        page=shown.at(),
        fields=[
            Field("kind", "Kind", "pca", HELP, choices=KINDS),
            Field("size", "Features", str(min(SIZE, units)), f"Of {count(units)} units."),
            *([POSITIONS] if study.layer(layer).has_positions else []),
            *_residual_fields(shown, found),
        ],
        button="Derive",
    )
    panels: list[Panel] = [*table, *([offer] if offer else [])]
    if not panels or (offer and offer.job):  # what was asked for is not hidden
        return panels
    says = in_a_row([each.name for each in found]) or "none yet"
    return [Fold("Layers derived from this one", says, panels, "derived")]


def _residual_fields(shown: ShownLayer, found: Sequence[DerivedLayer]) -> list[Field]:
    """What asks for features of what one of these leaves of a shifted set; none where there is no such layer or set."""
    study, focus = shown.selection.study, shown.selection.focus
    before = [each.name for each in found if each.kind != "residual" and not each.positions]
    shifted = [name for name in study if name != study.reference]
    if not before or not shifted:
        return []
    help = (
        "Features of what this layer's dictionary leaves of a shifted set: what the reference does not contain. Empty: "
        "features of the layer itself."
    )
    named = focus if focus in shifted else shifted[0]
    return [
        Field("residual_of", "Of what is left by", "", help, choices=before),
        Field("dataset", "in the set", named, "Where something is left by a dictionary.", choices=shifted),
    ]
