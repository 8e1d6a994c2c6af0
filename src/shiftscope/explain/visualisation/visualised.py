"""A picture made for a unit, as a result: it shows itself in a notebook and can be saved."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.belief.belief import Belief
from shiftscope.explain.visualisation.belief.reached import Reached
from shiftscope.explain.visualisation.course import Course
from shiftscope.explain.visualisation.pair_distance import PairDistance
from shiftscope.store.disk.asked_file import write_asked_file

Array = npt.NDArray[np.floating[Any]]
CLIPPED = 1.0, 99.0  # percentiles of the picture that a blend reaches from black to white
SIDES = "picture", "blended", "start", "difference"  # as what one can be looked at
STEP = "step-"  # and as what it was after a step, as step-32
STRONGEST = 80.0  # percentile of the alpha that is fully shown


@dataclass(frozen=True, eq=False)
class Visualised:
    """A picture, what it was made for, and how it came to be; NumPy alone."""

    image: Array  # (channel, row, column) in `range`
    alpha: Array  # (row, column) how much each place mattered, summed over the steps; 0 or more
    curve: Array  # (step,) value of what was shown
    score: float  # value of the whole picture, without noise
    best: Array  # (channel, row, column) the picture of the largest value of the curve
    range: tuple[float, float]
    objective: str
    method: str
    settings: dict[str, Any]
    snapshots: dict[int, Array]  # by step (channel, row, column); of a kept picture small, in 8 bits
    penalties: Array  # (step,) what was taken off the value, or (0,)
    dead: bool = False  # no gradient from any start
    start: Array | None = None  # the picture that was given
    reached: Reached | None = None  # beside samples of a study
    belief: Belief | None = None  # the same, where it was asked for
    before: Array | None = None  # (entry,) of a layer before, where it is told from another picture there
    at: str = ""  # that layer
    course: Course | None = None  # of its responses, where it is one of two uses
    apart: PairDistance | None = None  # from the picture with the reference's colours, where it was asked for

    @property
    def delta(self) -> Array | None:
        """(channel, row, column) what was changed of the given picture."""
        return None if self.start is None else self.image - self.start

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """(row, column, 3) the picture as it is."""
        return _coloured(eight_bit(self.image, self.range))

    @property
    def blended(self) -> npt.NDArray[np.uint8]:
        """(row, column, 4) the picture with the alpha as its opacity.

        The picture is stretched between its 1st and its 99th percentile, the alpha cut at its 80th.
        """
        low, high = np.percentile(self.image, CLIPPED)
        colours = _coloured(eight_bit(self.image, (low, max(high, low + 1e-12))))
        most = np.percentile(self.alpha, STRONGEST)
        opacity = np.clip(self.alpha / most, 0, 1) if most > 0 else np.zeros_like(self.alpha)
        return np.dstack([colours, np.round(255 * opacity).astype(np.uint8)])

    @property
    def difference(self) -> npt.NDArray[np.uint8] | None:
        """(row, column, 3) what was changed of the given picture: grey where nothing was, the largest change at an end
        of the scale."""
        if self.delta is None:
            return None
        most = float(np.abs(self.delta).max()) or 1.0
        return _coloured(eight_bit(self.delta, (-most, most)))

    def side(self, name: str) -> npt.NDArray[np.uint8] | None:
        """What one of `SIDES` shows, or a step; None for what there is not, as the difference where no picture was
        given."""
        if name == "start":
            return None if self.start is None else _coloured(eight_bit(self.start, self.range))
        if name == "difference":
            return self.difference
        if name == "blended":
            return self.blended
        if name.startswith(STEP):
            return self._after(name.removeprefix(STEP))
        return self.pixels if name == "picture" else None

    def _after(self, step: str) -> npt.NDArray[np.uint8] | None:
        found = self.snapshots.get(int(step)) if step.isascii() and step.isdecimal() else None
        return None if found is None else _coloured(eight_bit(found, self.range))

    def save(self, path: str | Path, *, blended: bool = False) -> Path:
        """Write a PNG; the same bytes for the same picture. `BadRequest` where the file cannot be written."""
        path = Path(path)
        write_asked_file(path, png_bytes(self.blended if blended else self.pixels))
        return path

    def draw(self, ax: Any = None) -> Any:
        """The picture on axes of matplotlib, new ones where none are given; returns them.

        Raises
        ------
        BadRequest
            Axes are to be made and matplotlib is not installed.
        """
        if ax is None:
            try:
                from matplotlib import pyplot
            except ImportError as error:
                raise BadRequest("drawing takes matplotlib: pip install 'shiftscope[figures]'.") from error
            ax = pyplot.gca()
        ax.imshow(self.pixels)
        ax.set_title(f"{self.objective}: {self.score:.3g}")
        ax.set_axis_off()
        return ax

    def _repr_html_(self) -> str:
        from html import escape

        pictures = "".join(
            f'<img width="224" alt="{name}" src="data:image/png;base64,{base64.b64encode(png_bytes(each)).decode()}">'
            for name, each in (("picture", self.pixels), ("with its alpha", self.blended))
        )
        table = self.belief.as_html() if self.belief else ""
        return f"<figure>{pictures}<figcaption>{escape(str(self))}</figcaption>{table}</figure>"

    def in_words(self) -> str:
        """What was reached."""
        if self.dead:
            return "dead: it has no gradient from any start"
        beside = f", {self.reached.in_words(self.score)}" if self.reached else ""
        believed = f"; {self.belief.in_words()}" if self.belief else ""
        beside_it = "; with the colours of the reference beside it,"
        apart = f"{beside_it} {self.apart.in_words()}" if self.apart else ""
        return f"response {self.score:.4g}{beside}{believed}{apart}"

    def numbers(self) -> dict[str, Any]:
        """As JSON has them, null where there is nothing to compare with."""
        told = {"objective": self.objective, "method": self.method, "response": self.score, "dead": self.dead}
        beside = {} if self.reached is None else asdict(self.reached)
        beside = {name: number if math.isfinite(number) else None for name, number in beside.items()}
        believed = {} if self.belief is None else {"belief": self.belief.numbers()}
        apart = {} if self.apart is None else self.apart.numbers()
        course = {} if self.course is None else self.course.numbers()
        return {**told, **beside, **course, **believed, **apart, "settings": self.settings}

    def __repr__(self) -> str:
        rows, columns = self.image.shape[1:]
        return f"<Visualised {self.objective} by {self.method}, {rows}x{columns}: {self.in_words()}>"

    __str__ = __repr__


def png_bytes(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A PNG file of (row, column, 3 or 4)."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


def eight_bit(picture: Array, limits: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """(channel, row, column) from 0 to 255."""
    share = (picture - limits[0]) / (limits[1] - limits[0])
    scaled: npt.NDArray[np.uint8] = np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)
    return scaled


def _coloured(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(row, column, 3): grey from one channel; of other than three, the first three principal colours."""
    channels = len(picture)
    if channels == 1:
        return np.repeat(picture.transpose(1, 2, 0), 3, axis=2)
    if channels == 3:
        return picture.transpose(1, 2, 0)
    flat = picture.reshape(channels, -1).T.astype(np.float64)
    flat -= flat.mean(0)
    _, axes = np.linalg.eigh(flat.T @ flat)
    three = flat @ axes[:, ::-1][:, :3]
    if three.shape[1] < 3:
        three = np.pad(three, ((0, 0), (0, 3 - three.shape[1])))
    span = np.maximum(np.abs(three).max(0), 1e-12)
    shown: npt.NDArray[np.uint8] = np.round(127.5 + 127.5 * three / span).astype(np.uint8)
    return shown.reshape(*picture.shape[1:], 3)
