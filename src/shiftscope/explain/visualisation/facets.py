"""What kinds of images a unit answers to: the mean of each cluster of its strongest ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.drawing import Drawing
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.explain.visualisation.way.layers import late_layer, with_output
from shiftscope.model.evaluation.evaluation import device_and_dtype

SHARE, MOST = 0.1, 100  # of the pictures that count as the unit's strongest
AT_ONCE = 64


@dataclass(frozen=True)
class Facet:
    """A cluster, as a start."""

    start: torch.Tensor  # (channel, row, column) mean, at the size of the drawing
    pictures: tuple[int, ...]  # which of the reference's, strongest first


def facets_of(function: Function, drawing: Drawing, count: int) -> list[Facet]:
    """The clusters of a unit's strongest reference pictures, the largest first.

    The strongest tenth, 100 at most and `count` at least, are clustered by k-means on what the last layer that gives
    places before the unit gives them, meant over the places; on the pictures where there is none.

    Raises
    ------
    BadRequest
        No reference pictures, or fewer different ones than clusters.

    References
    ----------
    Nguyen, Yosinski & Clune (2016), Multifaceted Feature Visualization: Uncovering the Different Types of Features
    Learned By Each Neuron in Deep Neural Networks.
    """
    pictures = drawing.reference
    if pictures is None or len(pictures) < count:
        there = 0 if pictures is None else len(pictures)
        raise BadRequest(f"{count} facets are clusters of reference pictures, and there are {there}.")
    values, features = _answers(function, drawing, pictures)
    order = torch.argsort(values, descending=True, stable=True)
    strongest = order[: max(count, min(MOST, int(SHARE * len(pictures))))]
    labels = _clusters(features[strongest], count, drawing.seed)
    found = []
    for label in range(count):
        chosen = strongest[torch.tensor([each == label for each in labels])]
        start = resized(pictures[chosen].mean(0), drawing.shape[1:]).clamp(*drawing.range)
        found.append(Facet(start, tuple(chosen.tolist())))
    return sorted(found, key=lambda facet: (-len(facet.pictures), facet.pictures))


def with_facet(found: Visualised, facets: Sequence[Facet], at: int) -> Visualised:
    """A picture that says from which of the facets it started."""
    count = sum(len(facet.pictures) for facet in facets)
    return replace(
        found,
        objective=f"{found.objective}, facet {at + 1} of {len(facets)}",
        settings={**found.settings, "facet": f"{len(facets[at].pictures)} of the {count} strongest images"},
    )


def _answers(
    function: Function, drawing: Drawing, pictures: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(sample,) values and (sample, unit) features; float64, on the CPU."""
    values: list[torch.Tensor] = []
    features: list[torch.Tensor] = []
    layer: str | None = None
    with function.held(), torch.no_grad():
        device, _ = device_and_dtype(function.model)
        for some in torch.split(pictures, AT_ONCE):
            shown = torch.stack([resized(picture, drawing.size) for picture in some]).to(device)
            rows = torch.zeros(len(shown), dtype=torch.long, device=device)

            def run(shown: torch.Tensor = shown, rows: torch.Tensor = rows) -> torch.Tensor:
                return function.once(drawing.entering(shown), rows)[:, 0]

            layer = _late_layer(function, run) if layer is None else layer
            value, given = with_output(function.model, layer, run) if layer else (run(), shown.flatten(1))
            values.append(value.double().cpu())
            features.append(_over_places(given).double().cpu())
    return torch.cat(values), torch.cat(features)


def _late_layer(function: Function, run: Callable[[], torch.Tensor]) -> str:
    """Empty where no layer gives places."""
    try:
        return late_layer(function.model, run)
    except LayerError:
        return ""


def _over_places(given: torch.Tensor) -> torch.Tensor:
    """(sample, unit) means of (sample, unit, row, column) or (sample, token, unit)."""
    return given.flatten(2).mean(2) if given.ndim > 3 else given.mean(1) if given.ndim == 3 else given


def _clusters(features: torch.Tensor, count: int, seed: int) -> Sequence[int]:
    """(sample,) which cluster each is of."""
    from sklearn.cluster import KMeans

    points = features.numpy()
    different = len({point.tobytes() for point in points})
    if different < count:
        raise BadRequest(f"{count} facets, but the unit's strongest images are of {different} kinds.")
    labels: Sequence[int] = KMeans(count, random_state=seed, n_init=10).fit(points).labels_.tolist()
    return labels
