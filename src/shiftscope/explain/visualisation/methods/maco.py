"""MACO."""

from __future__ import annotations

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.climb.ascent import ascend
from shiftscope.explain.visualisation.climb.views import Crops, Look, Whole, boxes, noise
from shiftscope.explain.visualisation.parametrisations.phase import phases_of
from shiftscope.explain.visualisation.visualisation import Drawn, Wanted, visualisation
from shiftscope.typed import finite_number

# Of the crops at the first and the last step, as shares of the picture: nearly all of it, for smaller ones would draw
# what drives the unit at another scale than that of the whole picture, and in its middle alone.
SIDES = 0.95, 0.85
RATE = 0.3  # at 1 the phases go back and forth
CENTRES = 0.15  # deviation of the crops' centres from the middle, as a share of the picture
VARIED = 0.05  # of the sides, to both sides


@visualisation("maco", title="MACO", steps=256, crops=8)
def maco(
    wanted: Wanted,
    *,
    learning_rate: float = RATE,
    side: tuple[float, float] = SIDES,
    noise_level: float = 0.08,
) -> Drawn:
    """Only the phases of the picture's spectrum change; its magnitudes are those of the reference's pictures,
    or of the picture that it starts from.

    Parameters
    ----------
    learning_rate
        Of NAdam.
    side
        Of the crops at the first and the last step, as a share of the picture. On a canvas several times as large as
        the inputs, as those of the paper, smaller ones keep its detail.
    noise_level
        Over the crops, as a share of half of the range.

    References
    ----------
    Fel, Boissin, Boutin, Picard, Novello et al. (2023), Unlocking Feature Visualization for Deeper Networks with
    MAgnitude Constrained Optimization.
    """
    canvas = wanted.canvas
    first, last = _sides(side)
    rate = finite_number("learning_rate", learning_rate)
    strength = finite_number("noise_level", noise_level) * (canvas.range[1] - canvas.range[0]) / 2

    def look(step: int) -> Look:
        if not wanted.crops:
            return Whole(wanted.size)
        at = first + (last - first) * step / max(1, wanted.steps - 1)
        where = boxes(
            canvas.shape[1:],
            wanted.size,
            wanted.crops,
            least=max(0.05, at - VARIED),
            most=min(1.0, at + VARIED),
            generator=canvas.generator,
            spread=CENTRES,
        )
        shape = (wanted.crops, canvas.shape[0], *wanted.size)
        over = noise(shape, strength, 0.0, generator=canvas.generator)
        return Crops(where, None if over is None else over.to(canvas.device, canvas.dtype), wanted.size)

    return ascend(
        wanted,
        lambda: phases_of(canvas, gated=False),
        look,
        lambda variables: torch.optim.NAdam(variables, lr=rate),
    )


def _sides(given: object) -> tuple[float, float]:
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise BadRequest(
            f"side={given!r}; give the sides of the first and the last crops, as side=(0.95, 0.85)."
        )
    return finite_number("side", given[0], most=1), finite_number("side", given[1], most=1)
