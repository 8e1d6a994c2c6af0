"""The 1,797 handwritten digits that come with scikit-learn, at MNIST's size."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

SIDE, INNER = 28, 20  # pixels; MNIST's digits fill 20 x 20 of 28 x 28


@lru_cache(maxsize=1)
def digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Images (sample, row, column) of 28 x 28 bytes, and labels (sample,), both read-only.

    Values 0..16 become bytes by `round(value * 255 / 16)`; 8 x 8 is enlarged to 20 x 20 (bicubic) and set
    in the middle of 28 x 28.

    References
    ----------
    Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, UCI; its test set.
    """
    from sklearn.datasets import load_digits

    source = load_digits()
    small = np.rint(source.images * (255 / 16)).astype(np.uint8)
    edge = (SIDE - INNER) // 2
    images = np.zeros((len(small), SIDE, SIDE), dtype=np.uint8)
    for image, digit in zip(images, small, strict=True):
        enlarged = Image.fromarray(digit).resize((INNER, INNER), Image.Resampling.BICUBIC)
        image[edge : edge + INNER, edge : edge + INNER] = np.asarray(enlarged)
    labels = source.target.astype(np.int64)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels
