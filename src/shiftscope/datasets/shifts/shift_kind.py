"""What a shift is: a named function from a picture, a strength and a draw to a picture."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Image, Levels, from_levels, to_levels
from shiftscope.errors import DataError
from shiftscope.registry import Registry
from shiftscope.threads import one_thread_each

Channels = Literal["any", "at least 2", "3"]
Compute = Callable[[Levels, float, Draw], Levels]
FEWEST = {"any": 1, "at least 2": 2, "3": 3}


@dataclass(frozen=True)
class ShiftKind:
    """A shift by name; `shift_kind` says what its parts are."""

    name: str
    compute: Compute
    at_one: Callable[[int], str]
    version: int
    channels: Channels
    draws: bool
    needs_donor: bool
    drawn: Callable[[float, Draw], Mapping[str, Plain]] | None

    def __call__(self, image: Image, strength: float, draw: Draw) -> Image:
        """The picture shifted, of the same shape and type; at strength 0 the very object that was given.

        Raises
        ------
        DataError
            No picture in 0..1 with 16 pixels on each side and channels enough.
        """
        if strength == 0:
            return image
        levels = to_levels(image)
        self.check_channels(levels.shape[2])
        with one_thread_each():  # one picture's products take less than the threads that wait for the next
            shifted = self.compute(levels, strength, draw)
        return from_levels(shifted, image)

    def check_channels(self, count: int) -> None:
        """Raise `DataError` where the shift needs others."""
        if count < FEWEST[self.channels] or (self.channels == "3" and count != 3):
            raise DataError(f"{self.name} needs {self.channels} channels; these images have {count}.")

    @cached_property
    def help(self) -> str:
        """What it does: the first paragraph of the function's docstring."""
        return " ".join((inspect.getdoc(self.compute) or "").split("\n\n")[0].split())


shift_kinds: Registry[ShiftKind] = Registry("shift", "shiftscope.datasets.shifts")


def shift_kind(
    *,
    at_one: Callable[[int], str],
    version: int = 1,
    channels: Channels = "any",
    draws: bool = False,
    needs_donor: bool = False,
    drawn: Callable[[float, Draw], Mapping[str, Plain]] | None = None,
) -> Callable[[Compute], Compute]:
    """Enter a shift under its function's name.

    The function is given levels (row, column, channel), whole numbers of 1/256 level that it may not write to, a
    strength above 0 and up to 1, and a `Draw`. It returns levels of the same shape, which are clipped for it. What it
    does grows with the strength, and what it draws does not depend on it.

    Parameters
    ----------
    at_one
        From the shorter side in pixels to what strength 1 is there, for a person.
    version
        Raised when a single byte of what it returns changes.
    channels
        How many it needs.
    draws
        Whether it uses the seed.
    needs_donor
        Whether it takes something from the picture of another sample.
    drawn
        Numbers that the strength and the draw decide, kept as metadata of the sample.
    """

    def enter(compute: Compute) -> Compute:
        name = compute.__name__
        kind = ShiftKind(name, compute, at_one, version, channels, draws, needs_donor, drawn)
        shift_kinds.register(name, kind)
        return compute

    return enter


def coarseness(side: int) -> float:
    """By how much noise, quantisation and blocks grow with the shorter side: 1 at 224 pixels."""
    return math.sqrt(side / 224)
