"""What chance decides about one sample: random words from its id, whatever its place, the batch and the strength."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import Image, Levels, to_levels
from shiftscope.errors import DataError


@dataclass(frozen=True)
class Draw:
    """The random words of one shift for one sample, and its donor where the shift needs one.

    `before` counts the times that the same shift with the same seed was applied to the sample already, so that the
    second noise of a chain is not the first once more.
    """

    shift: str
    seed: int = 0
    sample: str = ""
    before: int = 0
    read_donor: Callable[[], Image] | None = None

    def words(self, count: int, bits: int) -> npt.NDArray[np.unsignedinteger[Any]]:
        """(count,) uniform whole numbers of 8, 16 or 32 bits, always the same ones.

        Philox's stream is promised from version to version of NumPy, as that of its distributions is not.
        """
        parts = [
            "shift/1",
            self.shift,
            str(self.seed),
            self.sample,
            *([str(self.before)] if self.before else []),
        ]
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
        stream = np.random.Philox(key=int.from_bytes(digest[:16], "little"))
        raw = stream.random_raw(-(-count * bits // 64))
        words: npt.NDArray[np.unsignedinteger[Any]] = raw.astype("<u8").view(f"<u{bits // 8}")[:count]
        return words

    def below(self, end: int) -> int:
        """One of 0 … end - 1, for an `end` that is small beside 2^32."""
        return int(self.words(1, 32)[0]) * end >> 32

    def donor(self, shape: tuple[int, ...]) -> Levels:
        """(row, column, channel) the levels of the sample that lends, of the same shape.

        Raises
        ------
        DataError
            There is none, or it has another shape.
        """
        if self.read_donor is None:
            raise DataError(f"{self.shift} takes another image, and none was given.")
        levels = to_levels(self.read_donor())
        if levels.shape != shape:
            raise DataError(f"{self.shift} of an image of shape {shape} with one of {levels.shape}.")
        return levels
