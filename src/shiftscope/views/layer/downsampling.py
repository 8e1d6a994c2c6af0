"""Where the high frequencies of gradients come from: what modules that make maps smaller do to them."""

from __future__ import annotations

import shlex

from shiftscope.explain.attribution.downsampling.shares import DownsamplingShares
from shiftscope.explain.attribution.downsampling.stored_downsampling import listed_downsampling
from shiftscope.percent import percent
from shiftscope.store.layout import LOGITS
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Cell, Change, Code, Column, Field, Fold, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import points_cell
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.number_text import count, signed

TITLE = "Where high frequencies come from"
MOST = 3  # tables
HELP = (
    "Ring: the share of high spatial frequencies in the gradient behind the module. Dot: in front of it, towards the "
    "input, with the 95 % interval of what the module adds. Tick: what white noise has in front."
)


@section(ShownLayer, place=57)
def downsampling(layer: ShownLayer) -> Fold | None:
    """Of units of this layer and of logits, those of the focus first; what computes it where nothing is kept."""
    study, name = layer.selection.study, layer.selection.layer
    found = [*listed_downsampling(study, name), *listed_downsampling(study, LOGITS)]
    if not found:
        offer = _offer(layer)
        return Fold(TITLE, "not computed yet", [offer], "downsampling") if offer else None
    found.sort(key=lambda each: each.question.dataset != layer.selection.focus)
    panels = [downsampling_table(layer, each) for each in found[:MOST]]
    rest = len(found) - MOST
    more = f"; {count(rest)} more {'is' if rest == 1 else 'are'} kept" if rest > 0 else ""
    return Fold(
        TITLE, f"{downsampling_in_words(_of(layer, found[0]), found[0])}{more}", panels, "downsampling"
    )


def downsampling_in_words(of: str, found: DownsamplingShares) -> str:
    """The module at which the share grows most."""
    largest = found.largest
    if largest is None:
        return f"the gradient of {of} is zero on all images"
    (row,) = (row for row in found.table().to_dict("records") if row["module"] == largest.module)
    if not row["gain"] > 0:
        return f"no module raises the share of high frequencies in the gradient of {of}"
    sure = "" if row["gain_low"] > 0 else ", not surely"
    return (
        f"most at {largest.module} ({largest.kind}): {percent(row['share_after'])} → {percent(row['share_before'])} of "
        f"the gradient of {of}{sure}"
    )


def downsampling_table(layer: ShownLayer, found: DownsamplingShares) -> Table:
    """A row for each module from the input on, on one axis of shares."""
    table = found.table().to_dict("records")
    ends = [row[name] for row in table for name in ("share_before", "share_after", "noise_before")]
    axis = Axis.holding([*ends, *(row["share_after"] + row["gain_high"] for row in table)])
    columns = [
        Column("module", "With rows and columns of the maps that enter it and that leave it."),
        Column("high frequencies", axis=axis.ticks(percent), help=HELP),
        Column(
            "points",
            "In front of the module minus behind it, with its 95 % interval.",
            numeric=True,
            key="difference",
        ),
        Column("white noise", "Share that white noise has in maps of the size in front.", numeric=True),
    ]
    rows = []
    for row in table:
        before, after, gain = row["share_before"], row["share_after"], row["gain"]
        low, high = (axis.place(after + row[end]) for end in ("gain_low", "gain_high"))
        change = Change(
            axis.place(after),
            axis.place(before),
            low,
            high,
            chance=axis.place(row["noise_before"]),
            focus=False,
        )
        said = f"{row['module']}: {percent(after)} behind, {percent(before)} in front"
        sizes = (f"{row['rows' + side]} x {row['columns' + side]}" for side in ("", " behind"))
        rows.append(
            [
                Cell(row["module"], note=f"{row['kind']}, {' → '.join(sizes)}"),
                Cell(said, change=change, value=before),
                points_cell(gain, row["gain_low"], row["gain_high"], write=signed),
                Cell(percent(row["noise_before"]), value=row["noise_before"]),
            ]
        )
    note = f"○ behind the module → ● in front of it. Mean over {count(len(found.positions))} images."
    return Table(
        f"Gradient of {_of(layer, found)} on {found.question.dataset}",
        columns,
        rows,
        note=note,
        chart="downsampling",
    )


def _of(layer: ShownLayer, found: DownsamplingShares) -> str:
    question = found.question
    if question.layer == LOGITS:
        return f"the logit of {category_name(layer.selection.study, question.unit)}"
    return f"unit {question.unit}"


def _offer(layer: ShownLayer) -> Panel | None:
    """What computes it; None where no images are recorded."""
    selection = layer.selection
    study, name, focus = selection.study, selection.layer, selection.focus
    if not study[focus].samples.pictured.any():
        return None
    offer = computation(
        study,
        "It is not computed yet",
        f"Around each module that makes maps smaller, on the images of {focus} that the unit responds to most.",
        kind="downsampling",
        parameters={"layer": name, "focus": focus},
        page=layer.at(),
        fields=[Field("unit", "Unit", "0", "Its number.")],
    )
    words = [
        "shiftscope",
        "downsampling",
        str(study.path),
        "--layer",
        name,
        "--unit",
        "0",
        "--dataset",
        focus,
    ]
    return offer or Code(
        "This command computes and keeps it, of one unit", f"{shlex.join(words)} --model ..."
    )
