"""What a kept picture answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shiftscope.store.layout import LOGITS

REFERENCE_PICTURES = 256  # of the fit half, whose colours and spectra a picture has


@dataclass(frozen=True)
class PictureQuestion:
    """A picture of one unit by one method; two equal questions have the same picture."""

    dataset: str  # whose pictures give colours and spectra, and the sample to start from
    layer: str  # "logits" where the unit is a category
    unit: int
    method: str
    options: Mapping[str, Any]
    steps: int
    crops: int
    size: tuple[int, int] | None = None  # of the picture; the model's own, or twice a small one, where None
    sample: int | None = None  # position to start from
    range: tuple[float, float] | None = None  # of inputs without a preprocessing
    seed: int = 0
    # A shifted dataset, the layer whose responses tell the unit's use on it from that on the reference, and 1 to add
    # that difference or -1 to take it away.
    use: tuple[str, str, int] | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """All but layer and unit, as `Study.visualise` is asked for it."""
        names = "method", "dataset", "sample", "steps", "crops", "size", "range", "seed"
        return {name: getattr(self, name) for name in names} | dict(self.options)

    @property
    def in_words(self) -> str:
        unit = f"category {self.unit}" if self.layer == LOGITS else f"{self.layer}:{self.unit}"
        return f"{self.method.replace('_', ' ')} of {unit}"
