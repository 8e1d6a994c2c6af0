"""Figures of pictures of many units, with their model and data at hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.numbers.spectra import high_frequency_share
from shiftscope.explain.attribution.sanity.sane import module_read
from shiftscope.explain.attribution.study_functions import function_of_study
from shiftscope.explain.visualisation.belief.belief import median
from shiftscope.explain.visualisation.belief.measured import (
    Images,
    Measured,
    at_size,
    held_out_half,
    natural_samples,
    path_through,
)
from shiftscope.explain.visualisation.belief.reached import reached
from shiftscope.explain.visualisation.belief.second_network import SecondNetwork, as_second
from shiftscope.explain.visualisation.differences.in_use import responses_to
from shiftscope.explain.visualisation.figures.figures import MEASURES, NATURAL, Figures
from shiftscope.explain.visualisation.figures.frechet import frechet_distance, frechet_interval
from shiftscope.explain.visualisation.figures.plausibility import nearest_distance
from shiftscope.explain.visualisation.fit_positions import fit_positions
from shiftscope.explain.visualisation.live import AT_ONCE, entering_of
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.forward import forward
from shiftscope.model.taps import Taps
from shiftscope.model.target import Neuron
from shiftscope.recording.live_study import LiveStudy
from shiftscope.store.stored_study import StoredStudy

Pictures = Mapping[int, Visualised]  # by unit


def figures_of(
    live: LiveStudy,
    layer: str,
    pictures: Mapping[str, Pictures],
    *,
    features: str,
    second: object = None,
    seed: int = 0,
) -> Figures:
    """Measure the pictures of each method, and each unit's strongest held-out image as a method of its own.

    Parameters
    ----------
    pictures
        By the name of the method, of the same units each.
    features
        The recorded layer in which distances to natural images, of the fit half, are taken.
    second
        As for `visualise`; without one transfer is missing.

    Raises
    ------
    BadRequest
        No pictures, of other units each, or features of a derived layer.
    NotInStudy
        Single responses of a layer are not kept.
    """
    units = sorted(next(iter(pictures.values()), {}))
    if not units or any(sorted(each) != units for each in pictures.values()):
        raise BadRequest("give pictures of the same units by each method, and of one unit at least.")
    study, name = live.study, live.study.layer(layer).name
    reference, limits = study.reference, next(iter(pictures.values()))[units[0]].range
    entering, _ = entering_of(study, reference, limits)
    network = None
    if second is not None:
        network = SecondNetwork(live, as_second(second), layer=name, dataset=reference, limits=limits)
    rows, columns = live.inputs(study.reference, fit_positions(study, study.reference, 1)).shape[-2:]
    methods = [*pictures, NATURAL]
    values = {method: np.full((len(MEASURES), len(units)), np.nan) for method in methods}
    images: dict[str, list[Images]] = {method: [] for method in methods}
    half = held_out_half(study)
    for column, unit in enumerate(units):
        responses = responses_to(study, study.reference, name, unit)
        natural = natural_samples(study, responses, [seed, unit])
        function = function_of_study(live, [Neuron(name, unit)])
        function.rows = AT_ONCE
        measured = Measured(live, function, entering)
        groups = [at_size(each[unit].image, (rows, columns)) for each in pictures.values()]
        groups.append(measured.of_reference(natural.strongest[:1]))
        with torch.inference_mode(False), function.held():
            said = measured.responses(np.concatenate(groups))
            own, others = measured.of_reference(natural.own), measured.of_reference(natural.others)
            _, path, _, _ = path_through(measured, groups, own, others, module_read(live, name) or "", seed)
        carried = network.transfer(unit, groups).quantiles if network else np.full(len(groups), np.nan)
        for row, (method, group) in enumerate(zip(methods, groups, strict=True)):
            images[method].append(group)
            values[method][:3, column] = (
                reached(float(said[row]), responses[half]).quantile,
                median(path[:, row]),
                carried[row],
            )
    shown = {method: np.concatenate(each) for method, each in images.items()}
    told = _features(live, features, measured, shown)
    there = _natural(study, features)
    for method in methods:
        values[method][3] = nearest_distance(told[method], there)
        values[method][4] = high_frequency_share(shown[method], channels=True)
    frechet = {
        method: (frechet_distance(each, there), *frechet_interval(each, there))
        if len(each) > 1
        else (float("nan"),) * 3
        for method, each in told.items()
    }
    return Figures(tuple(f"{name}:{unit}" for unit in units), values, frechet, study.layer(features).name)


def _features(
    live: LiveStudy, layer: str, measured: Measured, shown: Mapping[str, Images]
) -> dict[str, npt.NDArray[np.float64]]:
    """(picture, unit) of a recorded layer."""
    read = live.study.layer(layer)
    if read.side != "output":
        raise BadRequest(f"{layer} is recorded as {read.read_as}; distances are taken in a layer's output.")
    found = {}
    with torch.inference_mode(False), observed(live.model), Taps(live.model, [read]) as taps:
        for method, images in shown.items():
            blocks = []
            for start in range(0, len(images), AT_ONCE):
                forward(live.model, measured.inputs(images[start : start + AT_ONCE]))
                blocks.append(taps.take()[read.name].double().cpu().numpy())
            found[method] = np.concatenate(blocks)
    return found


def _natural(study: StoredStudy, layer: str) -> npt.NDArray[np.float64]:
    """(image, unit) of the reference's fit half, as far as they are known."""
    recording = study[study.reference]
    recording.holding(layer).require_responses()
    positions = np.flatnonzero(~held_out_half(study)).tolist()
    stored = np.asarray(recording.responses_at(layer, positions), np.float64)
    return stored[np.isfinite(stored).all(axis=1)]
