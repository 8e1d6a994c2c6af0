"""What the shift did to the images themselves: how strong each frequency is beside the reference."""

from __future__ import annotations

import shlex

from shiftscope.explain.visualisation.spectra.shift_spectra import COARSE, FINE, ShiftSpectra
from shiftscope.explain.visualisation.spectra.stored_spectra import listed_spectra
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import Chart, Code, Fold, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.visualising import range_field, usual_range

TITLE = "What the shift did to its images"
KEY = "spectra"


@section(ShownDataset, place=45)
def spectra(dataset: ShownDataset) -> Fold | None:
    """Of a shifted set; what computes it where nothing is kept, and nothing where no images are recorded."""
    study, name = dataset.selection.study, dataset.name
    if name == study.reference:
        return None
    if found := next(listed_spectra(study, name), None):
        return Fold(TITLE, found.in_words(), [ratio_chart(found)], KEY)
    if not dataset.samples.pictured.any():
        return None
    offer = computation(
        study,
        "Their spectra are not computed yet",
        f"How strong each frequency is in {name}, over how strong it is in {study.reference}.",
        kind="spectra",
        parameters={"dataset": name},
        page=dataset.at(),
        fields=range_field(study, [name, study.reference]),
    )
    return Fold(TITLE, "not computed yet", [offer or _command(dataset)], KEY)


def ratio_chart(found: ShiftSpectra) -> Chart:
    """A line with its interval, on a logarithmic scale, and the reference's own at 1."""
    bands = found.table().to_dict("records")
    rows = [
        {"frequency": row["cycles_per_pixel"], **{end: row[end] for end in ("ratio", "low", "high")}}
        for row in bands
        if row["low"] > 0
    ]
    along = {"field": "frequency", "type": "quantitative", "title": "cycles per pixel"}
    scale = {"type": "log", "domain": _around_one([row[end] for row in rows for end in ("low", "high")])}
    title = f"times {found.reference}"
    up = {"type": "quantitative", "title": title, "scale": scale, "axis": {"format": "~g"}}
    spec = {
        "data": {"values": rows},
        "height": 220,
        "layer": [
            {"mark": {"type": "rule", "strokeDash": [2, 2]}, "encoding": {"y": {**up, "datum": 1}}},
            {
                "mark": {"type": "area", "opacity": 0.2},
                "encoding": {"x": along, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "point": True},
                "encoding": {
                    "x": along,
                    "y": {**up, "field": "ratio"},
                    "tooltip": [
                        {"field": "frequency", "title": "cycles per pixel", "format": ".3f"},
                        {"field": "ratio", "title": title, "format": ".3g"},
                        {"field": "low", "title": "95 % interval from", "format": ".3g"},
                        {"field": "high", "title": "to", "format": ".3g"},
                    ],
                },
            },
        ],
    }
    shifted, reference = found.pictures
    together = " of the same originals, drawn again together" if found.paired else ""
    return Chart(
        "Magnitude by frequency, over the reference's",
        spec,
        description=found.in_words(),
        note=(
            f"Mean over {count(shifted)} and {count(reference)} images{together}, with its 95 % interval; fine detail "
            f"is above {FINE:g} cycles per pixel, coarse structure up to {COARSE:g}."
        ),
        chart=KEY,
    )


def _around_one(ends: list[float]) -> list[float]:
    """The same factor to both sides of 1, at least 2."""
    factor = max([2.0, *(max(end, 1 / end) for end in ends)])
    return [1 / factor, factor]


def _command(dataset: ShownDataset) -> Panel:
    study, name = dataset.selection.study, dataset.name
    words = ["shiftscope", "spectra", str(study.path), "--dataset", name, *usual_range(study, name)]
    return Code("This command computes and keeps it", f"{shlex.join(words)} --model ...")
