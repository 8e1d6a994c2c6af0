"""What a study keeps of a unit's maps over some samples of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.low_pass.fitted_low_pass import FittedLowPass
from shiftscope.explain.attribution.numbers.map_numbers import map_area, map_column, map_row, map_spread
from shiftscope.explain.attribution.numbers.spectra import high_frequency_share, spectrum_shares
from shiftscope.explain.attribution.sanity.sanity import Sanity
from shiftscope.explain.attribution.wavelets.wavelet_attribution import WaveletAttribution
from shiftscope.statistics.resampled_means import mean_and_interval

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.floating[Any]]

GAP = 0.05  # above, the gap is told
SHOWN = 12  # samples whose wavelet coefficients are kept
RESAMPLES = 1_000
MEASURES = map_row, map_column, map_spread, map_area, high_frequency_share  # of maps of pictures
RANDOM = "random map"  # a row of every faithfulness


@dataclass(frozen=True)
class AttributionQuestion:
    """Whose maps, of which samples, by which method."""

    dataset: str
    layer: str  # `LOGITS` for those of the answer
    unit: int
    method: str
    options: Mapping[str, Any] = field(default_factory=dict)  # of the method and of its wavelet transform
    low_pass: float | None = None  # cycles per image
    fitted: bool = False  # whether that was fitted; None where it is not known yet
    baselines: float | str | None = None
    pool: str | None = None  # as recorded where None
    seed: int = 0

    @property
    def in_words(self) -> str:
        low_pass = "" if self.low_pass is None else f", up to {self.low_pass:g} cycles per image"
        low_pass = low_pass or (", low-pass fitted" if self.fitted else "")
        pool = "" if self.pool is None else f" ({self.pool})"
        return f"{self.method}{low_pass} of {self.layer}:{self.unit}{pool} on {self.dataset}"


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """Metrics of the maps, of the maps reversed and of controls, under each fill: those of `docs/attribution.md`."""

    rows: Sequence[str]  # the method first
    metrics: Sequence[str]
    fills: Sequence[str]
    scores: FloatArray  # (row, metric, fill, sample)
    seed: int = 0

    def table(self, *, resamples: int = RESAMPLES) -> pd.DataFrame:
        """A line for each row, metric and fill: mean over samples, 95 % bootstrap interval, number of samples."""
        import pandas as pd

        by_sample = np.moveaxis(np.asarray(self.scores, np.float64), 3, 0)
        mean, low, high = mean_and_interval(by_sample, resamples, np.random.default_rng(self.seed))
        samples = (~np.isnan(by_sample)).sum(axis=0)
        places = np.ndindex(len(self.rows), len(self.metrics), len(self.fills))
        lines = [
            (
                self.rows[r],
                self.metrics[m],
                self.fills[f],
                *(each[r, m, f] for each in (mean, low, high, samples)),
            )
            for r, m, f in places
        ]
        return pd.DataFrame(lines, columns=["row", "metric", "fill", "mean", "low", "high", "samples"])

    def in_words(self) -> str:
        """F of the maps under each fill, beside that of a random map."""
        means = self.table().set_index(["row", "metric", "fill"])["mean"]
        told = [
            f"{means[self.rows[0], 'F', fill]:.2f} ({means[RANDOM, 'F', fill]:.2f} of a random map) under "
            f"{fill.replace('_', ' ')}"
            for fill in self.fills
        ]
        return f"F {', '.join(told)}"


@dataclass(frozen=True, eq=False)
class Attributions:
    """Maps of one unit: how much each place of each sample counts, all channels together, none negative.

    A map is NaN where the method gave one that is not finite, and zero everywhere where the unit is silent.
    """

    question: AttributionQuestion
    positions: npt.NDArray[np.int64]  # (sample,)
    ids: Sequence[str]  # (sample,)
    maps: FloatArray  # (sample, row, column), or (sample, *axis) of inputs that are no pictures
    values: FloatArray  # (sample,) of the unit
    # (sample,) how far the map's sum is from what the value gained, as a share of its size; None for methods that sum
    # to nothing known.
    gap: FloatArray | None = None
    scale_share: FloatArray | None = None  # (sample, level) from the finest detail; of wavelets alone
    orientation_share: FloatArray | None = None  # (sample, orientation)
    orientations: Sequence[str] = ()
    faithfulness: Faithfulness | None = None  # None where it was not asked for, or the inputs are no pictures
    # Of the first samples, all channels together, and of the inputs; what `low_pass` takes out of the maps is in it.
    coefficients: WaveletAttribution | None = None
    sanity: Sanity | None = None  # None where it was not asked for
    fitted: FittedLowPass | None = None  # of a cutoff that was fitted

    @property
    def silent(self) -> npt.NDArray[np.bool_]:
        """(sample,) whether the map is zero everywhere."""
        return np.asarray((self._flat == 0).all(axis=1))

    @property
    def refused(self) -> npt.NDArray[np.bool_]:
        """(sample,) whether the method gave a map that is not finite."""
        return np.asarray(np.isnan(self._flat).any(axis=1))

    @cached_property
    def _flat(self) -> FloatArray:
        return self.maps.reshape(len(self.maps), -1)

    @property
    def of_wavelets(self) -> bool:
        return self.scale_share is not None

    def is_whole(self, *, faithful: bool, sanity: bool) -> bool:
        """Whether nothing lacks that belongs to such maps, nor what is asked for beside them."""
        parts = (
            (faithful and self.of_pictures, self.faithfulness),
            (sanity, self.sanity),
            (self.of_wavelets, self.coefficients),
            (self.question.fitted, self.fitted),
        )
        return all(part is not None for needed, part in parts if needed)

    def spectra(self) -> tuple[FloatArray, FloatArray]:
        """(bin,) frequencies in cycles per pixel, and (sample, bin) shares of each map's power in equal bins of them.

        Raises
        ------
        BadRequest
            The inputs are no pictures.
        """
        self._refuse_no_pictures()
        return spectrum_shares(self.maps)

    @property
    def of_pictures(self) -> bool:
        return self.maps.ndim == 3

    def table(self) -> pd.DataFrame:
        """A row for each sample: verdict, the same for all, where weights were randomised; position, id, value; gap
        where the method has one; silent and refused; of pictures where the map lies, as `map_numbers` says, and its
        share of high frequencies; of wavelets the share of each scale, scale_0 being the finest detail, and of each
        orientation."""
        import pandas as pd

        verdict = {} if self.sanity is None else {"verdict": [self.sanity.verdict] * len(self.maps)}
        columns: dict[str, Any] = verdict | {"position": self.positions, "id": list(self.ids)}
        columns["value"] = self.values
        if self.gap is not None:
            columns["gap"] = self.gap
        columns |= {"silent": self.silent, "refused": self.refused}
        if self.of_pictures:
            columns |= {measure.__name__: measure(self.maps) for measure in MEASURES}
        if self.scale_share is not None:
            columns |= {f"scale_{level}": share for level, share in enumerate(self.scale_share.T)}
        if self.orientation_share is not None:
            columns |= dict(
                zip(
                    [f"orientation_{name}" for name in self.orientations],
                    self.orientation_share.T,
                    strict=True,
                )
            )
        return pd.DataFrame(columns)

    def draw(self, ax: Any = None) -> Any:
        """The maps side by side on axes of matplotlib, new ones where none are given; white is nothing, and all maps
        have one scale.

        Raises
        ------
        BadRequest
            Maps of inputs that are no pictures, or matplotlib is not installed.
        """
        from shiftscope.explain.attribution.drawn_maps import on_axes

        self._refuse_no_pictures()
        return on_axes(self, ax)

    @property
    def largest(self) -> float:
        """The end of the scale that all maps are drawn in; 1 where all of them are zero."""
        finite = self.maps[~self.refused]
        return float(finite.max()) if finite.size and finite.max() > 0 else 1.0

    def pictures(self) -> list[bytes]:
        """(sample,) PNG of each map, white where nothing counts, all in one scale."""
        from shiftscope.explain.attribution.drawn_maps import png

        self._refuse_no_pictures()
        return [png(each / self.largest) for each in self.maps]

    def _refuse_no_pictures(self) -> None:
        if not self.of_pictures:
            raise BadRequest(
                f"maps of {self.maps.shape[1:]} a sample are no pictures; `table()` and `maps` hold them."
            )

    def __repr__(self) -> str:
        return f"Attributions: {self.in_words()}"

    def in_words(self) -> str:
        """What was asked, and what is to be known of the maps."""
        told = [] if self.sanity is None else [self.sanity.in_words()]
        told.append(f"{self.question.in_words}, {len(self.maps)} samples")
        if silent := int(self.silent.sum()):
            told.append(f"silent on {silent}")
        if refused := int(self.refused.sum()):
            told.append(f"{refused} not finite")
        if self.gap is not None and (wide := int((self.gap > GAP).sum())):
            told.append(f"on {wide} the map misses what the value gained by more than {100 * GAP:.0f} %")
        if self.faithfulness is not None:
            told.append(self.faithfulness.in_words())
        if self.fitted is not None:
            told.append(self.fitted.in_words(self.question.dataset))
        return ", ".join(told)

    def _repr_html_(self) -> str:
        from shiftscope.explain.attribution.drawn_maps import as_html

        return as_html(self)


def joined(parts: Sequence[Attributions]) -> Attributions:
    """Maps of one unit over the samples of all parts; the coefficients are those of the first."""
    first = parts[0]

    def along(name: str) -> Any:
        each = [getattr(part, name) for part in parts]
        return None if each[0] is None else np.concatenate(each)

    beside = first.faithfulness
    if beside is not None:
        every = [part.faithfulness.scores for part in parts if part.faithfulness is not None]
        beside = replace(beside, scores=np.concatenate(every, axis=3))
    names = "positions", "maps", "values", "gap", "scale_share", "orientation_share"
    ids = [name for part in parts for name in part.ids]
    return replace(first, ids=ids, faithfulness=beside, **{name: along(name) for name in names})
