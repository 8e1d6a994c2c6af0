"""Magnitudes that pictures have at each frequency, to be kept and handed on; NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ENOUGH = 32  # pictures for a covariance of colours, and for a mean spectrum


@dataclass(frozen=True, eq=False)
class Magnitudes:
    """Of the spectra of pictures of one size; they serve a picture of any other."""

    magnitude: npt.NDArray[np.float64]  # (channel, row, half column) means in decorrelated colours
    columns: int  # of the pictures
    colour: npt.NDArray[np.float64]  # (channel, channel) their colours
    pictures: int  # whose mean it is; 0 where they were too few, and it falls with 1 / f
