"""Significant paths of one map on every dataset of a study: computed once, kept, and read as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, NotInStudy, closest
from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.measures.ablation import ablation
from shiftscope.explain.paths.path_statistics import PathStatistics, Settings, entering_map, path_statistics
from shiftscope.explain.paths.stored_paths import read_paths, write_paths
from shiftscope.model.linear_map import LinearMap
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd

ALL = "all together"  # the last row and column: all samples as one category
FEWEST = 20  # samples of a category on both sides of a comparison of datasets


@dataclass(frozen=True, eq=False)
class Paths:
    """What the paths of one map say on each dataset."""

    map: LinearMap
    settings: Settings
    reference: str
    categories: Sequence[str]
    statistics: Mapping[str, PathStatistics]  # by dataset, the reference first
    accuracies: Mapping[str, float]  # from 0 to 1

    def __repr__(self) -> str:
        return (
            f"Paths of {self.map.name}, {self.settings.rule.formula}:\n{self.table().to_string(index=False)}"
        )

    def table(self) -> pd.DataFrame:
        """A row for each dataset.

        Columns dataset, samples, accuracy, mean_kl with its 95 % interval (_low, _high), floor (the mean divergence
        with shuffled labels), excess (above the floor) and mean_entropy with theirs, all in nats and means over paths;
        density, the mean frequency of a path, rare and frequent, the shares of paths in less than 5 % and more than
        95 % of the samples, of all categories together.
        """
        import pandas as pd

        rows = []
        for name, found in self.statistics.items():
            row: dict[str, object] = {
                "dataset": name,
                "samples": int(found.separation.samples[-1]),
                "accuracy": self.accuracies[name],
            }
            for part in ("mean_kl", "floor", "excess", "mean_entropy"):
                one = getattr(found, part)
                row |= {part: one.value, f"{part}_low": one.low, f"{part}_high": one.high}
            row |= {
                part: float(getattr(found.separation, part)[-1]) for part in ("density", "rare", "frequent")
            }
            rows.append(row)
        return pd.DataFrame(rows)

    def category_table(self) -> pd.DataFrame:
        """A row for each dataset and category, then one for all together.

        Columns dataset, category, samples, entropy, density, rare, frequent; to_others, the mean divergence from this
        category to the others; on shifted datasets from_reference, KL(reference || here) of the category, usual, the
        mean divergence from it to the others in the reference, and to_reference. Of categories with fewer than 20
        samples on either side the last three are NaN.
        """
        import pandas as pd

        tables = []
        for name, found in self.statistics.items():
            own = found.separation
            table = pd.DataFrame(
                {
                    "dataset": name,
                    "category": [*self.categories, ALL],
                    "samples": own.samples,
                    "entropy": own.entropy,
                    "density": own.density,
                    "rare": own.rare,
                    "frequent": own.frequent,
                    "to_others": to_others(found),
                }
            )
            if name != self.reference:
                moved, usual, back = shifts(found, self.statistics[self.reference])
                table["from_reference"], table["usual"], table["to_reference"] = moved, usual, back
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def ablation_table(self, study: StoredStudy) -> pd.DataFrame:
        """A row for each dataset: the paper's other measures of separation, by name; see `ablation`."""
        import pandas as pd

        counter = Counter(self.map.weight, self.map.bias, self.settings.rule)
        found = [
            ablation(
                counter, entering_map(self.map, study[name]), len(self.categories), seed=self.settings.seed
            )
            for name in self.statistics
        ]
        return pd.DataFrame(
            [{"dataset": n, **vars(each)} for n, each in zip(self.statistics, found, strict=True)]
        )


def counted_paths(
    study: StoredStudy,
    layer: str | None = None,
    *,
    settings: Settings | None = None,
    reference: str | None = None,
    progress: Progress,
) -> Paths:
    """The statistics of every dataset that has labels, read where they are kept, else computed and kept.

    Parameters
    ----------
    layer
        A linear map of the study, by the name of its module or of the recorded layer that enters it; the head where
        not given.

    Raises
    ------
    NotInStudy
        No such map, or single responses of a dataset were not kept.
    """
    settings = settings or Settings()
    linear = map_named(study, layer)
    against = study[reference or study.reference]
    ordered = countable(study, against.name)
    passes = 1 + settings.shuffles + settings.resamples
    found = {}
    for name in ordered:
        other = None if name == against.name else against
        kept = read_paths(study, linear, study[name], other, settings, any_draws=False)
        if kept is None:
            with progress(f"paths of {name}", 0, passes) as advance:
                kept = path_statistics(linear, study[name], other, settings, advance=advance)
            write_paths(study, linear, study[name], other, settings, kept)
        found[name] = kept
    accuracies = {name: outcomes(study[name].samples, len(study.categories)).accuracy for name in ordered}
    return Paths(linear, settings, against.name, study.categories, found, accuracies)


def countable(study: StoredStudy, reference: str) -> list[str]:
    """Datasets whose paths can be counted, the reference first: those with labels.

    Raises
    ------
    NotInStudy
        The reference has no labels, or single responses of one of them were not kept.
    """
    labelled = [name for name in study if (study[name].samples.labels >= 0).any()]
    if reference not in labelled:
        raise NotInStudy(f"no sample of {reference!r}, the reference, has a label, so no category has paths.")
    for name in labelled:
        study[name].require_responses()
    return [reference, *(name for name in labelled if name != reference)]


def map_named(study: StoredStudy, name: str | None = None) -> LinearMap:
    """A linear map of the study by the name of its module or of the layer that enters it; without a name the head.

    Raises
    ------
    NotInStudy
        There is none of this name, or no head.
    """
    maps = study.maps
    if not maps:
        raise NotInStudy(
            "this study has no linear map: the model ends in none, or the layer before it was not recorded. Record "
            "into a new study with paths=[...], the names of linear layers or convolutions."
        )
    if name is None:
        if study.head is None:
            raise NotInStudy(
                f"no recorded layer feeds the logits by a linear map; name one of {', '.join(maps)}. For the one "
                "into the logits record into a new study with its name in paths=[...]."
            )
        return study.head
    if name in maps:
        return maps[name]
    for linear in maps.values():
        if name == linear.layer:
            return linear
    raise NotInStudy(
        f"no linear map {name!r} in this study; closest: {closest(name, maps)}. There are: {', '.join(maps)}. "
        "Recording with paths=[...] stores others."
    )


def to_others(found: PathStatistics) -> npt.NDArray[np.float64]:
    """(row,) mean divergence from each category to the others; NaN for all together."""
    pairs = found.kl[:-1, :-1].copy()
    np.fill_diagonal(pairs, np.nan)
    counted = (~np.isnan(pairs)).sum(axis=1)
    nothing = np.full(len(pairs), np.nan)
    means = np.divide(np.nansum(pairs, axis=1), counted, out=nothing, where=counted > 0)
    return np.append(means, np.nan)


def shifts(
    found: PathStatistics, reference: PathStatistics
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(row,) KL(reference || here) of each category, the usual divergence to other categories, KL(here || reference).

    Raises
    ------
    BadRequest
        `found` was not compared with a reference.
    """
    if found.from_reference is None or found.to_reference is None:
        raise BadRequest("these statistics were computed without a reference to compare with.")
    enough = np.minimum(found.separation.samples, reference.separation.samples) >= FEWEST
    columns = np.diag(found.from_reference), to_others(reference), np.diag(found.to_reference)
    first, second, third = (np.where(enough, column, np.nan) for column in columns)
    return first, second, third
