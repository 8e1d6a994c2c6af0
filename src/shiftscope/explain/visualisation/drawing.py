"""Pictures for the one unit of a function, from settings that are in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest, ResponseError
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.canvas.colour import colour_matrix
from shiftscope.explain.visualisation.canvas.entering import Entering
from shiftscope.explain.visualisation.canvas.magnitudes import ENOUGH, Magnitudes
from shiftscope.explain.visualisation.canvas.template import resampled_template, template
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.course import Course
from shiftscope.explain.visualisation.prior import prior_name
from shiftscope.explain.visualisation.visualisation import (
    Activations,
    Drawn,
    Until,
    Values,
    Visualisation,
    Wanted,
)
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.explain.visualisation.way.layers import early_layer, late_layer, with_output
from shiftscope.model.evaluation.evaluation import device_and_dtype

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Drawing:
    """How a picture is drawn, whatever the method."""

    shape: Shape
    range: tuple[float, float]
    size: tuple[int, int]  # rows and columns of the model's inputs
    steps: int
    crops: int
    seed: int
    entering: Entering
    start: torch.Tensor | None = None  # (channel, row, column)
    reference: torch.Tensor | None = None  # (sample, channel, row, column)
    target_score: float | None = None
    until: Until | None = None
    snapshots: tuple[int, ...] = ()
    template: Magnitudes | None = None  # in the place of that of the reference


def pictures_for(
    function: Function,
    method: Visualisation,
    drawing: Drawing,
    settings: Mapping[str, Any],
    on_step: Callable[[int, float], None],
) -> list[Visualised]:
    """Draw it, or all that the settings have drawn together; the model is as it came afterwards.

    Raises
    ------
    BadRequest
        A template of other channels.
    ResponseError
        The unit gives no finite number for a picture.
    """
    device, own = device_and_dtype(function.model)
    dtype = torch.promote_types(own, torch.float32)  # spectra of fewer bits are not computed everywhere
    entering, size = drawing.entering, drawing.size
    with torch.inference_mode(False):  # whatever is around it: gradients lead through the canvas
        canvas = _canvas(drawing, device, dtype)

    def values(views: torch.Tensor) -> torch.Tensor:
        rows = torch.zeros(len(views), dtype=torch.long, device=views.device)
        found = function.once(entering(views), rows)[:, 0]
        wrong = found.detach()[~found.isfinite()]
        if len(wrong):
            raise ResponseError(
                f"{function.names[0]} gives {float(wrong[0]):g} for a picture in the range "
                f"{drawing.range[0]:g}..{drawing.range[1]:g}: the model is wrong there, or a step was too large; try a "
                "smaller learning_rate."
            )
        return found

    wanted = Wanted(
        values=values,
        early=_on_the_way(function, values, early_layer),
        late=_on_the_way(function, values, late_layer),
        canvas=canvas,
        size=size,
        steps=drawing.steps,
        crops=drawing.crops,
        target_score=drawing.target_score,
        until=drawing.until,
        snapshots=drawing.snapshots,
        on_step=on_step,
    )
    with torch.inference_mode(False), function.held():
        drawn = method.compute(wanted, **settings)
        every = _apart(drawn)
        with torch.no_grad():
            scores = [float(values(resized(each.image, size)[None])[0]) for each in every]
    told = {"steps": drawing.steps, "crops": drawing.crops, "seed": drawing.seed}
    kept = {**_of_effect(settings), **told, "template": _told(drawing)}
    objective, together = function.names[0], len(every)
    names = (
        [f"{objective}, {at} of {together}" for at in range(1, together + 1)] if together > 1 else [objective]
    )
    return [
        _result(each, score, drawing, name, method.name, kept)
        for each, score, name in zip(every, scores, names, strict=True)
    ]


def _on_the_way(function: Function, values: Values, choose: Callable[..., str]) -> Activations:
    known: list[str] = []

    def activations(views: torch.Tensor, layer: str) -> tuple[torch.Tensor, torch.Tensor]:
        if not layer and not known:
            known.append(choose(function.model, lambda: values(views.detach())))
        given, at = with_output(function.model, layer or known[0], lambda: values(views))
        return given, at.to(torch.promote_types(at.dtype, torch.float32))

    return activations


def _apart(drawn: Drawn) -> list[Drawn]:
    """Each of those that were drawn together."""
    if drawn.image.ndim == 3:
        return [drawn]
    return [
        Drawn(
            drawn.image[at],
            drawn.alpha[at],
            [values[at] for values in drawn.curve],
            [taken[at] for taken in drawn.penalties],
            {step: pictures[at] for step, pictures in drawn.snapshots.items()},
            drawn.best[at],
            drawn.responses,
            drawn.dead,
        )
        for at in range(len(drawn.image))
    ]


def _of_effect(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As they can be written down, without those that others leave nothing to do, or that were not given."""
    idle = {name for name, value in settings.items() if value is None}
    if "prior" in settings:
        idle |= {"prior", "optimiser"} if settings["prior"] is None else {"parametrisation"}
    if settings.get("together") == 1:
        idle |= {"together", "diversity", "late_layer"}
    told = {  # pairs as lists: a study that keeps them reads them so
        name: list(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
        if name not in idle
    }
    return told | ({"prior": prior_name(told["prior"])} if "prior" in told else {})


def _canvas(drawing: Drawing, device: torch.device, dtype: torch.dtype) -> Canvas:
    given, channels = drawing.template, drawing.shape[0]
    if given is not None and channels != len(given.magnitude):
        raise BadRequest(f"a template of {len(given.magnitude)} channels for a picture of {channels}.")
    colour = colour_matrix(channels, drawing.reference) if given is None else torch.from_numpy(given.colour)

    @cache  # a method that makes several starts reads it for each
    def magnitude() -> torch.Tensor:
        if given is not None:
            return resampled_template(given, drawing.shape)
        return template(drawing.shape, colour, drawing.reference)

    return Canvas(
        shape=drawing.shape,
        range=drawing.range,
        colour=colour.to(device, dtype),
        template=magnitude,
        generator=torch.Generator().manual_seed(drawing.seed),
        dtype=dtype,
        device=device,
        start=drawing.start,
        pictures=drawing.reference,
    )


def _told(drawing: Drawing) -> str:
    if drawing.template is not None:
        rows, columns = drawing.template.magnitude.shape[1], drawing.template.columns
        counted = drawing.template.pictures
        return f"{counted} images of {rows}x{columns}" if counted else "1/f"
    pictures = drawing.reference
    if pictures is None:
        return "1/f"
    return (
        f"{len(pictures)} images" if len(pictures) >= ENOUGH else f"1/f: {len(pictures)} images are too few"
    )


def _result(
    drawn: Drawn, score: float, drawing: Drawing, objective: str, method: str, settings: dict[str, Any]
) -> Visualised:
    return Visualised(
        image=_array(drawn.image),
        alpha=_array(drawn.alpha),
        curve=np.array(drawn.curve),
        score=score,
        best=_array(drawn.best),
        range=drawing.range,
        objective=objective,
        method=method,
        settings=settings,
        snapshots={step: _array(each) for step, each in drawn.snapshots.items()},
        penalties=np.array(drawn.penalties),
        dead=drawn.dead,
        start=None if drawing.start is None else _array(drawing.start),
        course=None if drawing.until is None else Course(np.array(drawn.responses), drawing.until.level),
    )


def _array(tensor: torch.Tensor) -> npt.NDArray[Any]:
    return tensor.detach().cpu().numpy()
