"""`ss.visualise`: a picture of what a unit of a model wants, without a study."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy.typing as npt
import torch
from torch import nn

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.checks import NO_RANGE
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.units import function_of, layer_read
from shiftscope.explain.visualisation.canvas.entering import Entering, refuse_beyond
from shiftscope.explain.visualisation.canvas.magnitudes import Magnitudes
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.drawing import Drawing, pictures_for
from shiftscope.explain.visualisation.facets import facets_of, with_facet
from shiftscope.explain.visualisation.objective import Objective
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD
from shiftscope.explain.visualisation.visualisation import visualisations
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.model.evaluation.evaluation import device_and_dtype, unwrap
from shiftscope.typed import LARGEST_SEED, as_whole_number, finite_number, ordered, whole_number

Pictures = torch.Tensor | npt.NDArray[Any]
Shape = tuple[int, int, int]


def visualise(
    model: nn.Module,
    objective: object = None,
    *,
    method: str = USUAL_METHOD,
    shape: Sequence[int] | None = None,
    range: tuple[float, float] | None = None,
    steps: int | None = None,
    crops: int | None = None,
    seed: int = 0,
    image: Pictures | None = None,
    facets: int = 0,
    reference: Pictures | None = None,
    template: Magnitudes | None = None,
    input_size: Sequence[int] | None = None,
    preprocess: Preprocess | None = None,
    target_score: float | None = None,
    snapshots: Sequence[int] = (),
    on_step: Callable[[int, float], None] | None = None,
    **options: Any,
) -> Visualised | list[Visualised]:
    """A picture for which a unit of the model gives as much as it can, within what the method lets change.

    The model is in eval mode for it, and as it came afterwards. The same seed gives the same bytes on the same kind of
    processor with the same number of threads.

    Parameters
    ----------
    objective
        The index of a category, the address of a unit ("layer4:17"), `ss.Neuron` and its like, a callable from the
        model's output to (view,), or `ss.objective(...)`. To make a unit fall: `ss.Sum([(-1, unit)], scaled=False)`.
    method
        "maco", "activation_maximisation" or "accentuation"; each has further options.
    shape
        (channel, row, column) of the picture; that of `image` where one is given.
    range
        Lower and upper end of the model's inputs; with a preprocessing those of the picture, 0 and 1.
    steps, crops
        As the method has them where not given. `crops=0` shows the model the whole picture, without noise.
    image
        (channel, row, column) picture to start from.
    facets
        As many pictures, each from the mean of one cluster of the reference's pictures that drive the unit most.
    reference
        (sample, channel, row, column) pictures in the range, 32 at least: their colours, and for MACO the magnitudes of
        their spectra. Where not given, those of photographs. Priors are fitted on them, and facets are theirs.
    template
        Colours and magnitudes of pictures of any size in their place, as `study.spectra(...)` has them.
    input_size
        Rows and columns of the model's inputs; the picture's where not given.
    preprocess
        What lies between a picture of 0 to 1 and the model: its scale, channels, mean and deviation, without resizing.
    target_score
        Stop where a step reaches it.
    snapshots
        Steps after which the picture is kept.
    on_step
        Told the step and its value.

    Returns
    -------
    Visualised
        Or a list of them where there are facets, or several are drawn together.

    Raises
    ------
    BadRequest
        Something that cannot be; the message says what can.
    ModelError
        The model cannot run on such inputs.
    ResponseError
        The unit gives no finite number for a picture.
    """
    chosen = visualisations[method]
    settings = chosen.with_defaults(options)
    model = unwrap(model)
    device, dtype = device_and_dtype(model)
    if range is None:
        if preprocess is None:
            raise BadRequest(NO_RANGE)
        range = 0.0, 1.0
    limits = ordered(range)
    entering = Entering(preprocess)
    start = None if image is None else _picture(image, limits)
    shown = _shape(shape, start)
    if start is not None and tuple(start.shape) != shown:
        if start.shape[0] != shown[0]:
            raise BadRequest(f"an image of {start.shape[0]} channels for a picture of shape {shown}.")
        start = resized(start, shown[1:]).clamp(*limits)
    size = _size(input_size, shown)
    asked = whole_number("steps", chosen.steps if steps is None else steps)
    views = whole_number("crops", chosen.crops if crops is None else crops)
    if template is not None and reference is not None:
        raise BadRequest("a template stands in the place of reference pictures: give one of them.")
    pictures = None if reference is None else _reference(reference, shown[0], limits)
    first = torch.full((2, shown[0], *size), sum(limits) / 2, dtype=dtype, device=device)
    first += (
        0.01
        * (limits[1] - limits[0])
        * torch.linspace(-1, 1, first[0].numel()).to(first).reshape(first[0].shape)
    )
    function = _function(model, objective, entering(first))
    drawing = Drawing(
        shape=shown,
        range=limits,
        size=size,
        steps=asked,
        crops=views,
        seed=whole_number("seed", seed, most=LARGEST_SEED),
        entering=entering,
        start=start,
        reference=pictures,
        target_score=None
        if target_score is None
        else finite_number("target_score", target_score, least=-math.inf),
        snapshots=tuple(whole_number("snapshots", step, least=1) for step in _several(snapshots)),
        template=template,
    )
    told = on_step or (lambda step, value: None)
    if not whole_number("facets", facets):
        found = pictures_for(function, chosen, drawing, settings, told)
        return found if len(found) > 1 else found[0]
    if start is not None:
        raise BadRequest("facets start from clusters of the reference's pictures, not from an image.")
    clusters = facets_of(function, drawing, facets)
    starts = [replace(drawing, start=facet.start) for facet in clusters]
    each = [pictures_for(function, chosen, start, settings, told)[0] for start in starts]
    return [with_facet(found, clusters, at) for at, found in enumerate(each)]


def _function(model: nn.Module, objective: object, first: torch.Tensor) -> Function:
    if isinstance(objective, Objective):
        layer = layer_read(model, objective.layer, first)
        return Function(model, [objective.terms(layer)], 1, names=[str(objective)])
    if isinstance(objective, (list, tuple)):
        raise BadRequest(
            "one objective makes one picture: call visualise once for each, or give ss.Sum([...])."
        )
    function, _ = function_of(model, objective, first, 1, None)
    return function


def _shape(given: Sequence[int] | None, start: torch.Tensor | None) -> Shape:
    if given is None and start is not None:
        return start.shape[0], start.shape[1], start.shape[2]
    if given is None:
        raise BadRequest("give the shape of the picture, as shape=(3, 224, 224).")
    numbers = [as_whole_number(each) or 0 for each in _several(given)]
    if len(numbers) != 3 or min(numbers) < 1 or min(numbers[1:]) < 2:
        raise BadRequest(f"shape={given!r}; give (channel, row, column), as shape=(3, 224, 224).")
    return numbers[0], numbers[1], numbers[2]


def _size(given: Sequence[int] | None, shape: Shape) -> tuple[int, int]:
    if given is None:
        return shape[1], shape[2]
    numbers = [as_whole_number(each) or 0 for each in _several(given)]
    if len(numbers) != 2 or min(numbers) < 1:
        raise BadRequest(f"input_size={given!r}; give rows and columns, as input_size=(224, 224).")
    return numbers[0], numbers[1]


def _several(given: object) -> list[Any]:
    return list(given) if isinstance(given, Iterable) else [given]


def _picture(given: Pictures, limits: tuple[float, float]) -> torch.Tensor:
    picture = _tensor("image", given)
    if picture.ndim == 4 and len(picture) == 1:
        picture = picture[0]
    if picture.ndim != 3 or not picture.numel() or not picture.is_floating_point():
        raise BadRequest(
            f"image of shape {tuple(picture.shape)} and {picture.dtype}; give (channel, row, column) of floating point."
        )
    refuse_beyond(picture, limits, "the seed")
    return picture.detach().clone()


def _reference(given: Pictures, channels: int, limits: tuple[float, float]) -> torch.Tensor:
    pictures = _tensor("reference", given)
    fits = pictures.ndim == 4 and pictures.shape[1] == channels and pictures.numel()
    if not fits or not pictures.is_floating_point():
        raise BadRequest(
            f"reference pictures of shape {tuple(pictures.shape)} and {pictures.dtype}; give (sample, {channels}, row, "
            "column) of floating point."
        )
    refuse_beyond(pictures, limits, "a reference picture")
    return pictures.detach().cpu()


def _tensor(name: str, given: object) -> torch.Tensor:
    try:
        return torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadRequest(f"{name} is {type(given).__name__}; give a tensor or an array.") from error
