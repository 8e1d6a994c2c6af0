"""What a kept picture answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shiftscope.store.layout import LOGITS

MACO = "maco"
USUAL_METHOD = MACO
MAXIMISATION = "activation_maximisation"
FROM_NOISE = MACO, MAXIMISATION  # methods that need no image
ACCENTUATION = "accentuation"  # starts from one
REFERENCE_PICTURES = 256  # of the fit half, whose colours and spectra a picture has
MANY_PICTURES = 2048  # of it, where a prior is fitted on them, or facets are clusters of them


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
    # that difference or -1 to take it away. With the reference itself, two halves of it, at random, are told apart.
    use: tuple[str, str, int] | None = None
    weight: float = 1.0  # of the direction of a use, in what is raised
    level: float | None = None  # response of the unit at which the steps of a use end
    half: int = 0  # 1 or 2 where colours and spectra are of that one of two halves of the samples, at random
    division: int = 1  # which division at random that half is of, or a use of the reference itself
    fewer: int = 0  # samples of that half at most, where the set whose place it takes has no more
    facets: int = 0  # clusters of the unit's strongest samples, each of which is a start
    part: int = 0  # which of the facets it started from, or of those that are drawn together

    @property
    def parts(self) -> int:
        """How many pictures are drawn at once."""
        return self.facets or int(self.options.get("together", 1))

    @property
    def samples(self) -> tuple[str, int, int, int]:
        """What decides whose colours and spectra it has."""
        return self.dataset, self.half, self.division, self.fewer

    @property
    def alone(self) -> bool:
        """No facet, and not drawn together with others."""
        return self.parts == 1 and not self.facets

    @property
    def plain(self) -> bool:
        """Of the unit, alone, from noise, and no placebo."""
        return self.alone and self.sample is None and self.use is None and not self.half

    @property
    def reference_pictures(self) -> int:
        """How many samples are looked at, at most."""
        many = self.facets or self.options.get("prior") is not None
        return MANY_PICTURES if many else REFERENCE_PICTURES

    @property
    def asked(self) -> dict[str, Any]:
        """All but layer and unit, as `Study.visualise` is asked for it."""
        names = "method", "dataset", "sample", "steps", "crops", "size", "range", "seed", "facets"
        return {name: getattr(self, name) for name in names} | dict(self.options)

    @property
    def in_words(self) -> str:
        unit = f"category {self.unit}" if self.layer == LOGITS else f"{self.layer}:{self.unit}"
        return f"{self.method.replace('_', ' ')} of {unit}"
