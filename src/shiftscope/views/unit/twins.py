"""A unit's responses to images and to their shifted twins."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.percent import percent
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.twin_set import FEWEST_PAIRS
from shiftscope.scores.estimation.twins_worth import DISCOVERED, times, units_found
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.probability import probability
from shiftscope.store.twins import Twins
from shiftscope.summaries.moments import Moments
from shiftscope.tuning.twin_changes import FEWEST_TESTED, twin_changes_by_category
from shiftscope.views.page.panels import (
    Cell,
    Chart,
    Column,
    Fold,
    ImageStrip,
    Message,
    Panel,
    Rows,
    Table,
)
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.charts import point_size
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import all_exact, count, number
from shiftscope.views.parts.pictures.pictures import pictures, role, strongest
from shiftscope.views.parts.twins import twins_of
from shiftscope.views.parts.units.unit_scores import estimated
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE = "The same images under the shift"
IMAGES = 12
CATEGORIES = 12  # of the table
POINTS = 2000  # of the chart at most
SEED = 0  # of those chosen
SIDE = 380  # pixels of the chart, both ways
ALWAYS = 0.99  # firing rate from which firing says nothing


@section(ShownUnit, place=34)
def twins(unit: ShownUnit) -> Fold | None:
    """The strongest images with their twins, and all pairs, for the focus or the first set that has twins."""
    selection = unit.selection
    if selection.incomparable:
        return None
    for name in sorted(selection.others(), key=lambda name: name != selection.focus):
        found = twins_of(selection, name)
        if found:
            lacking = [each for each in (selection.baseline, name) if not unit.study[each].keeps_responses]
            panels = [_not_kept(lacking)] if lacking else _panels(unit, name, found)
            other = "" if name == selection.focus else f"{selection.focus} has no twins; "
            return Fold(TITLE, f"{other}{_said(unit, name, found, lacking)}", panels, "twins")
    return None


def _not_kept(lacking: Sequence[str]) -> Message:
    were = "were" if len(lacking) > 1 else "was"
    return Message(
        "Single responses",
        f"{in_a_row(lacking)} {were} recorded as summaries, so there are no pairs to draw, no numbers by category and "
        'no twin AUROC. A set that is recorded with keep="responses" has them.',
    )


def _panels(unit: ShownUnit, name: str, pairs: Twins) -> list[Panel]:
    sides = unit.study[name], unit.study[unit.selection.baseline]
    ours, theirs = (side.unit_responses(unit.layer, unit.index).astype(np.float64) for side in sides)
    return [
        *_strips(unit, name, pairs, ours),
        _scatter(unit, name, pairs, ours[pairs.ours], theirs[pairs.theirs]),
        *_by_category(unit, name, pairs, ours[pairs.ours], theirs[pairs.theirs]),
    ]


def _strips(unit: ShownUnit, name: str, pairs: Twins, ours: npt.NDArray[np.float64]) -> list[ImageStrip]:
    """The baseline's strongest images that have a twin, and the first twin of each in the same order."""
    selection, study = unit.selection, unit.study
    first = dict(zip(pairs.theirs[::-1].tolist(), pairs.ours[::-1].tolist(), strict=True))
    found = strongest(selection, study[selection.baseline], unit.layer, unit.index, 4 * IMAGES)
    shown = [picture for picture in found if picture.position in first][:IMAGES]
    twins = [first[picture.position] for picture in shown]
    below = pictures(selection, study[name], twins, {row: number(float(ours[row])) for row in twins})
    return [
        ImageStrip(
            f"Strongest in {selection.baseline}",
            shown,
            role(selection, selection.baseline),
            note="that have a twin, with their response",
            empty="None of the strongest images has a twin.",
        ),
        ImageStrip(
            f"Their twins in {name}", below, role(selection, name), note="in the same order", empty="None."
        ),
    ]


def _by_category(
    unit: ShownUnit,
    name: str,
    pairs: Twins,
    ours: npt.NDArray[np.float64],
    theirs: npt.NDArray[np.float64],
) -> list[Table]:
    """The two scores of each category by itself, the largest change first; nothing where none has enough twins."""
    there = ~np.isnan(ours) & ~np.isnan(theirs)
    labels = unit.study[unit.selection.baseline].samples.labels[pairs.theirs]
    found = twin_changes_by_category(ours[there], theirs[there], labels[there], pairs.originals[there])
    order = sorted(found, key=lambda c: -np.nan_to_num(abs(found[c].change)))
    rows = []
    for category in order[:CATEGORIES]:
        own = found[category]
        rows.append(
            [
                Cell(category_name(unit.study, category), unit.selection.category(category)),
                number_cell(own.change, own.low, own.high),
                Cell(percent(own.increase), value=own.increase),
                Cell(count(own.originals), value=own.originals),
                Cell(probability(own.q), value=own.q),
            ]
        )
    columns = [
        Column("category"),
        Column(
            "twin change",
            help=f"Mean response in {name} less that to the twins, in standard deviations of the responses to all "
            "twins, with the 95 % interval of Student.",
            numeric=True,
        ),
        Column(
            "more in", help="Share of the originals to whose twin it responds more; ties half.", numeric=True
        ),
        Column("originals", numeric=True),
        Column(
            "q",
            help=f"Exchange of the twins, by Benjamini and Hochberg over the unit's categories; from {FEWEST_TESTED} "
            "originals on.",
            numeric=True,
        ),
    ]
    some = f"The {CATEGORIES} that changed most, of {count(len(order))}." if len(order) > CATEGORIES else ""
    return [Table("By category", columns, rows, note=some)] if rows else []


def _scatter(
    unit: ShownUnit,
    name: str,
    pairs: Twins,
    ours: npt.NDArray[np.float64],
    theirs: npt.NDArray[np.float64],
) -> Chart:
    """A point leads to the page of the shifted image."""
    baseline, (before, after) = unit.selection.baseline, unit.selection.around_samples(name)
    there = np.flatnonzero(~np.isnan(ours) & ~np.isnan(theirs))
    total = len(there)
    if total > POINTS:
        there = np.sort(np.random.default_rng(SEED).choice(there, POINTS, replace=False))
    rows = Rows(
        {
            "before": all_exact(theirs[there]),
            "after": all_exact(ours[there]),
            "page": [f"{before}{row}{after}" for row in pairs.ours[there].tolist()],
        }
    )
    ends = [float(f(np.concatenate([theirs[there], ours[there]]), initial=0)) for f in (np.min, np.max)]
    ends = ends if ends[0] < ends[1] else [0.0, 1.0]
    scale = {"domain": ends, "nice": False}

    def axis(field: str, dataset: str) -> dict[str, object]:
        return {
            "field": field,
            "type": "quantitative",
            "title": f"response in {dataset}",
            "scale": scale,
        }

    points = {
        "mark": {"type": "point", "filled": True, "size": point_size(len(rows)), "opacity": 0.5},
        "encoding": {
            "x": axis("before", baseline),
            "y": axis("after", name),
            "color": {
                "datum": name,
                "type": "nominal",
                "scale": {"domain": unit.selection.ordered()},
                "legend": None,
            },
            "tooltip": [
                {"field": "before", "title": baseline, "format": ".3g"},
                {"field": "after", "title": name, "format": ".3g"},
            ],
        },
    }
    diagonal = {
        "data": {"values": [{"before": end, "after": end} for end in ends]},
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "opacity": 0.6},
        "encoding": {"x": axis("before", baseline), "y": axis("after", name)},
    }
    some = (
        f"{count(len(there))} of {count(total)} pairs, drawn at random by seed {SEED}"
        if total > POINTS
        else f"{count(total)} pairs"
    )
    return Chart(
        "Each image and its twin",
        {"data": {"values": rows}, "height": SIDE, "width": SIDE, "layer": [diagonal, points]},
        description=f"One point a pair: the unit's response to an image in {baseline} and to its twin in {name}.",
        note=f"{some}. On the dashed line the shift changes nothing; above it the unit responds more to the shifted "
        f"image.{_about(unit, name, pairs)}",
        chart="twins",
    )


def _said(unit: ShownUnit, name: str, pairs: Twins, lacking: Sequence[str] = ()) -> str:
    """The two scores that answer different questions, and what knowing the twins is worth."""
    found = estimated(unit.selection, name, unit.layer)
    change, increase = found["twin_change"], found["twin_increase"]
    if lacking and np.isnan(increase.value).all():
        return f"{_counted(pairs)}; nothing of single responses was kept of {in_a_row(lacking)}"
    if math.isnan(change.value[unit.index]):
        return f"{_counted(pairs)}, and the unit responds alike to all images of {unit.selection.baseline}"
    size, often = float(change.value[unit.index]), float(increase.value[unit.index])
    more = "more" if size >= 0 else "less"
    return (
        f"in {name} an image gives {number(abs(size))} standard deviations {more} response than in "
        f"{unit.selection.baseline}{_test(change, unit.index)}, and more in {percent(often)} of {_counted(pairs)}"
        f"{_test(increase, unit.index)}"
    )


def _about(unit: ShownUnit, name: str, pairs: Twins) -> str:
    """What the two scores say, what knowing the twins is worth, and what cannot be told."""
    found = estimated(unit.selection, name, unit.layer)
    return (
        " Twin change says how large the mean change is, twin increase in how many pairs there is one upwards, however "
        f"small.{_gained(found, unit.index)}{_always(unit, name)}{_few(pairs)}"
    )


def _counted(pairs: Twins) -> str:
    originals = len(Clusters.of(pairs.originals))
    several = f", of {count(originals)} originals" if pairs.clustered else ""
    return f"{count(len(pairs))} pairs{several}"


def _test(estimate: Estimate, index: int) -> str:
    q = math.nan if estimate.q is None else float(estimate.q[index])
    return "" if math.isnan(q) else f" (q {probability(q)})"


def _gained(found: dict[str, Estimate], index: int) -> str:
    """Of this unit, and how many units are found with the twins and without."""
    gain, units = found["twin_change"].gain, units_found(found)
    if gain is None or not np.isfinite(gain[index]) or units is None:
        return ""
    return (
        f" Knowing the twins is worth {times(float(gain[index]))} as many images; by the AUROC {count(units[0])} of "
        f"{count(units[2])} units differ (q < {DISCOVERED}) with them, and {count(units[1])} without."
    )


def _always(unit: ShownUnit, dataset: str) -> str:
    rates = [
        float(unit.study[name].summary(unit.layer, Moments).firing_rate()[unit.index])
        for name in (unit.selection.baseline, dataset)
    ]
    if min(rates) > ALWAYS:
        return (
            f" It fires on more than {percent(ALWAYS)} of both sets, so twin rate change has little to say."
        )
    return ""


def _few(pairs: Twins) -> str:
    originals = len(Clusters.of(pairs.originals))
    return f" Fewer than {FEWEST_PAIRS} pairs ({originals}): no test." if originals < FEWEST_PAIRS else ""
