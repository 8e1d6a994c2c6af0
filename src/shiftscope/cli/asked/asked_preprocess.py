"""What makes inputs of pictures, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shiftscope.datasets.pictures.preprocess import Preprocess


def asked_preprocess(
    resize: int | None,
    crop: int | None,
    mean: list[float] | None,
    std: list[float] | None,
    scale: float,
    channels: Literal["rgb", "bgr", "gray"],
) -> Preprocess | None:
    """None where no option says anything."""
    from shiftscope.datasets.pictures.preprocess import Preprocess

    asked = (
        any(option is not None for option in (resize, crop, mean, std)) or scale != 1.0 or channels != "rgb"
    )
    if not asked:
        return None
    return Preprocess(
        resize=resize,
        crop=crop,
        mean=_one_or_all(mean),
        std=_one_or_all(std),
        scale=scale,
        channels=channels,
    )


def _one_or_all(values: list[float] | None) -> float | tuple[float, ...] | None:
    if values is None:
        return None
    return values[0] if len(values) == 1 else tuple(values)
