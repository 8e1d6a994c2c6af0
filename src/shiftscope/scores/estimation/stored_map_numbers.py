"""Numbers of units' maps, sample by sample, as a study keeps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import StudyDamaged
from shiftscope.store.layout import EXPLANATIONS
from shiftscope.store.places import StudyPlace
from shiftscope.store.results import Result, ResultKey, kept_digest, read_result, write_result

if TYPE_CHECKING:
    from shiftscope.store.stored_study import StoredStudy

KIND, PART, VERSION = "map_numbers", "numbers", 1
POSITIONS = "positions"
SETTINGS = "method", "options", "asked", "chosen", "masks", "seed"  # and the seed, which stands beside them
ON_MASK = "on_mask_share"

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class MapNumbers:
    """Of one layer over some samples of one dataset.

    `scale_share` is (sample, unit, level) from the finest detail, `orientation_share` (sample, unit, orientation);
    every other number (sample, unit). NaN where a unit is silent, or its map not finite.
    """

    positions: npt.NDArray[np.int64]  # (sample,)
    numbers: Mapping[str, FloatArray]
    settings: Mapping[str, Any]
    seed: int = 0

    def alike(self, other: MapNumbers) -> bool:
        """Whether both come of the same method, so that they can be compared."""
        asked = (
            {name: each.settings.get(name) for name in ("method", "options")} | {"seed": each.seed}
            for each in (self, other)
        )
        return next(asked) == next(asked)


def map_numbers_key(
    study: StoredStudy,
    layer: str,
    dataset: str,
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    variant: str = "",
) -> ResultKey:
    """All that decides them; the usual result of a layer and dataset is found without its settings."""
    return ResultKey.of(
        study,
        KIND,
        layer,
        [dataset],
        versions={PART: VERSION},
        ground={"model": str(study.manifest.model.get("weights_sha256", ""))},
        settings=dict(settings or {}),
        variant=variant,
        seed=seed,
    )


def read_map_numbers(
    study: StoredStudy, key: ResultKey, *, any_of: Collection[str] = ()
) -> MapNumbers | None:
    """What is kept of a key; None where nothing is, or it is stale or damaged.

    Parameters
    ----------
    any_of
        Settings that they may have been computed with whatever is asked for.
    """
    try:
        kept = read_result(study.path, key, any_of=any_of)
    except StudyDamaged:
        return None
    if kept is None:
        return None
    arrays = dict(kept.parts[PART])
    positions = arrays.pop(POSITIONS, None)
    units = study.layer(key.layer).units
    if positions is None or positions.ndim != 1 or positions.dtype.kind != "i":
        return None
    if any(each.shape[:2] != (len(positions), units) or each.dtype.kind != "f" for each in arrays.values()):
        return None
    samples = study[study.manifest.now_named(key.datasets[0]) or ""].plan.samples
    if len(positions) and not (positions.min() >= 0 and positions.max() < samples):
        return None
    return MapNumbers(positions, arrays, kept.key.settings, kept.key.seed or 0)


def usual_map_numbers(study: StoredStudy, layer: str, dataset: str) -> MapNumbers | None:
    """Those that scores read."""
    return read_map_numbers(study, map_numbers_key(study, layer, dataset), any_of=SETTINGS)


def write_map_numbers(study: StoredStudy, key: ResultKey, found: MapNumbers) -> None:
    """Raises `OSError` or `StoreError` where they cannot be written."""
    arrays = {POSITIONS: found.positions.astype(np.int64)}
    arrays |= {name: np.asarray(each, np.float32) for name, each in found.numbers.items()}
    write_result(study.path, Result(key, {PART: arrays}))


def map_numbers_digest(study: StoredStudy, layer: str, dataset: str, reference: str) -> str:
    """Of what the scores of maps rest on; empty where one of the two datasets has no numbers."""
    told = [
        kept_digest(study.path, map_numbers_key(study, layer, name), any_of=SETTINGS)
        for name in (dataset, reference)
    ]
    return " ".join(each[:16] for each in told) if all(told) and dataset != reference else ""


def has_map_numbers(study: StoredStudy) -> bool:
    """Whether numbers of maps are kept of any layer, so that scores of maps may have values."""
    return StudyPlace(study.path).file(EXPLANATIONS, KIND).exists()


def on_mask_of(recorded: str) -> str:
    """The number of the reference's maps on the mask of a twin in a dataset, by the name that it was recorded under."""
    return f"{ON_MASK} {recorded}"
