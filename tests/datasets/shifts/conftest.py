"""Pictures that are the same everywhere, without a file that has to be decoded."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.shift_kind import shift_kinds

SIZES = ((16, 16), (32, 32), (61, 47))


def picture(
    rows: int, columns: int, channels: int = 3, kind: Any = np.uint8, seed: int = 0
) -> npt.NDArray[Any]:
    """Waves, edges and a little noise in whole numbers; floats lie between the bytes too."""
    i, j, c = np.ogrid[:rows, :columns, :channels]
    words = np.random.Philox(key=seed).random_raw(rows * columns * channels).reshape(rows, columns, channels)
    smooth = (i * 200 // rows + 40 * ((i // 7 + j // 5) % 2) + 23 * c * (j + seed)) % 192
    values = smooth + (words & 63).astype(np.int64)
    if kind is np.uint8:
        return values.astype(np.uint8)
    return ((256 * values + (words >> 8 & 255).astype(np.int64)) / 65535).astype(kind)


def shifted_picture(
    name: str, image: npt.NDArray[Any], strength: float, sample: str = "a", seed: int = 0
) -> npt.NDArray[Any]:
    """The picture under a shift; the donor is another of the kind."""
    lent = picture(*image.shape[:2], image.shape[2] if image.ndim == 3 else 1, image.dtype.type, seed=9)
    return shift_kinds[name](
        image, strength, Draw(name, seed, sample, read_donor=lambda: lent.reshape(image.shape))
    )


@pytest.fixture(params=list(shift_kinds))
def kind(request: pytest.FixtureRequest) -> Any:
    return shift_kinds[request.param]
