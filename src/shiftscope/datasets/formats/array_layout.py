"""What the axes of an array of samples are."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, DataError

Layout = Literal["nhw", "nhwc", "nchw", "features"]  # n: samples, h: rows, w: columns, c: channels
AXES: dict[str, int] = {"nhw": 3, "nhwc": 4, "nchw": 4}


def array_layout(images: npt.NDArray[Any], asked: Layout | None = None) -> Layout:
    """The layout asked for, or the only one that shape and type allow.

    Raises
    ------
    DataError
        None fits, or several do and the caller has to say which.
    """
    shape = tuple(images.shape)
    if len(shape) < 2:
        raise DataError(
            f"an array of shape {shape}; the first axis counts samples, and each has at least one more."
        )
    layout = _guess(images) if asked is None else asked
    if layout == "features":
        return layout
    if layout not in AXES:
        raise BadRequest(f"no layout {layout!r}. There are: {', '.join([*AXES, 'features'])}.")
    if AXES[layout] != len(shape):
        raise DataError(f"layout={layout!r} of an array of shape {shape}; it has {len(shape)} axes.")
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise DataError(
            f"images of type {images.dtype}. Give bytes, .astype(np.uint8), or floating-point values "
            "as the model takes them."
        )
    if images.dtype == np.uint8 and layout != "nhw" and _channels(shape, layout) not in (1, 3):
        raise DataError(
            f"bytes of shape {shape} with {_channels(shape, layout)} channels; images have 1 or 3. "
            'Leave transparency out, or pass the array on as it is: ss.dataset(..., layout="features").'
        )
    return layout


def _guess(images: npt.NDArray[Any]) -> Layout:
    shape = tuple(images.shape)
    if len(shape) == 3 and images.dtype == np.uint8:
        return "nhw"
    if len(shape) == 3 and images.dtype.kind == "f":
        raise DataError(
            f"{images.dtype} values of shape {shape} are gray images or sequences. "
            'Say which: ss.dataset(..., layout="nhw"), or layout="features" to pass them on as they are.'
        )
    if len(shape) != 4:
        return "features"
    first, last = shape[1] in (1, 3), shape[3] in (1, 3)
    if images.dtype.kind == "f" and (first or not last):
        return "nchw"  # as models take them
    if images.dtype.kind != "f" and first != last:
        return "nchw" if first else "nhwc"
    raise DataError(
        f"{images.dtype} values of shape {shape} can have their channels first or last. "
        'Say which: ss.dataset(..., layout="nchw") or ss.dataset(..., layout="nhwc").'
    )


def _channels(shape: tuple[int, ...], layout: Layout) -> int:
    return shape[1] if layout == "nchw" else shape[3]
