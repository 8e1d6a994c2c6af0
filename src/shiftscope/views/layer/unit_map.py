"""A map of a layer's units: those that respond to the same categories lie together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.errors import BadRequest
from shiftscope.percent import percent
from shiftscope.statistics.principal import principal_components
from shiftscope.statistics.shares import over_reference_maximum
from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.layer.drawings import FEWEST_FOR_UMAP, NAMES, Drawing, drawings
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Chart, Fold, Message
from shiftscope.views.page.section import section
from shiftscope.views.parts.charts import point_size, unit_points
from shiftscope.views.parts.number_text import count

NEIGHBOURS = 15  # of each unit, that UMAP keeps close


@dataclass(frozen=True)
class Places:
    units: npt.NDArray[np.intp]  # (place,) those that have a profile
    at: npt.NDArray[np.float64]  # (place, 2)
    explained: npt.NDArray[np.float64] | None  # (2,) share of the variance; None for UMAP


@section(ShownLayer, place=40)
def unit_map(layer: ShownLayer) -> Fold:
    """The units of the layer by their category profiles in the baseline, coloured by one of their numbers.

    Raises
    ------
    BadRequest
        UMAP was asked for and cannot be had.
    """
    drawn = _map(layer)
    says = (
        drawn.text
        if isinstance(drawn, Message)
        else f"by {NAMES[layer.drawing]}, coloured by {layer.coloured.title}"
    )
    return Fold("Which units belong together", says, [drawn], "map")


def _map(layer: ShownLayer) -> Chart | Message:
    selection, kind, colour, passing = layer.selection, layer.drawing, layer.coloured, layer.passing
    if kind not in drawings(len(passing)):
        raise BadRequest(
            f"a UMAP needs the package umap-learn (`pip install umap-learn`) and {FEWEST_FOR_UMAP} units; "
            f"{selection.layer} has {len(passing)}. drawing=pca needs neither."
        )
    places = _places(selection.study[selection.baseline], selection.layer, kind)
    heading = "Map of units"
    if len(places.units) < 2:
        return Message(
            heading,
            f"Fewer than two units of {selection.layer} respond to labelled samples of {selection.baseline}.",
        )
    values = colour.estimate.value
    coloured = np.isfinite(values[places.units])
    x, y = places.at[coloured].T
    rows = unit_points(
        selection, places.units[coloured], passing, x=x, y=y, value=values[places.units[coloured]]
    )
    spec = {
        "data": {"values": rows},
        "height": 300,
        "mark": {"type": "point", "filled": True, "size": point_size(len(rows))},
        "encoding": {
            "x": _axis("x", places, 0),
            "y": _axis("y", places, 1),
            "color": {
                "field": "value",
                "type": "quantitative",
                "title": colour.title,
                "legend": {"orient": "top"},
            },
            "opacity": {"condition": {"test": "datum.passes", "value": 0.85}, "value": 0.15},
            "tooltip": [
                {"field": "unit", "title": "unit"},
                {"field": "value", "title": colour.title, "format": ".3g"},
            ],
        },
    }
    how = (
        "neighbourhoods by UMAP; only which units lie together means something"
        if places.explained is None
        else "the two principal components with the largest variance, "
        f"{percent(float(np.nansum(places.explained)))} of it together"
    )
    left = len(passing) - len(rows)
    are = "is" if left == 1 else "are"
    lacking = (
        f" {counted(left, 'unit', count)} without a profile or {colour.title} {are} left out." if left else ""
    )
    return Chart(
        heading,
        spec,
        description=f"The units of {selection.layer} placed by what they respond to, coloured by {colour.title}.",
        note=f"Mean response to each category of {selection.baseline} over the unit's maximum there: {how}.{lacking}",
        chart="map",
    )


def _axis(field: str, places: Places, component: int) -> dict[str, Any]:
    named = f"UMAP {component + 1}"
    if places.explained is not None:
        named = f"component {component + 1} ({percent(float(places.explained[component]))} of the variance)"
    scale = {"zero": False}
    return {"field": field, "type": "quantitative", "title": named, "scale": scale, "axis": {"labels": False}}


@lru_cache(maxsize=32)
def _places(reference: Recording, layer: str, kind: Drawing) -> Places:
    sums = reference.summary(layer, CategorySums)
    means = sums.means()[sums.count > 0]
    profiles = over_reference_maximum(means, reference.summary(layer, Maxima).largest).T
    units = np.flatnonzero(np.isfinite(profiles).all(axis=1)) if profiles.shape[1] else np.empty(0, np.intp)
    if len(units) < 2:
        return Places(units, np.zeros((len(units), 2)), None)
    if kind == "umap" and len(units) >= FEWEST_FOR_UMAP:
        return Places(units, _umap(profiles[units]), None)
    found = principal_components(profiles[units])
    return Places(units, found.places, found.explained)


def _umap(profiles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(unit, 2) places; the same for the same profiles, as one thread starts from one seed."""
    from umap import UMAP  # type: ignore[import-not-found]  # an extra, and seconds to import

    drawn = UMAP(n_neighbors=NEIGHBOURS, random_state=0, n_jobs=1).fit_transform(profiles)
    return np.asarray(drawn, np.float64)
