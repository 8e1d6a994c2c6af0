"""How much a recorded model goes by a cue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import DataError
from shiftscope.statistics.agresti_min import agresti_min
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.probability import probability
from shiftscope.statistics.wilson import wilson

FEWEST = 30  # pairs of a test


class AnsweredSamples(Protocol):
    """What a recording knows of its samples and their answers."""

    @property
    def labels(self) -> npt.NDArray[np.int64]: ...

    @property
    def predictions(self) -> npt.NDArray[np.int64]: ...

    def column(self, name: str) -> Any: ...

    def metadata(self) -> list[dict[str, Any]]: ...


class Answered(Protocol):
    """A recording."""

    @property
    def samples(self) -> AnsweredSamples: ...


class AnsweredStudy(Protocol):
    """A study."""

    @property
    def categories(self) -> Sequence[str]: ...

    def __getitem__(self, name: str) -> Any: ...


@dataclass(frozen=True)
class Reliance:
    """Accuracy with each sample's own cue minus accuracy with another's, over the same samples.

    0 for a model that ignores the cue, 1 for one that reads nothing else.
    """

    value: float
    low: float  # 95 % interval of paired answers
    high: float
    aligned: float  # accuracy
    conflict: float
    named: float  # share of the conflict answers that name the cue's category
    named_low: float
    named_high: float
    pairs: int
    p: float  # McNemar, two-sided; NaN with fewer than 30 pairs

    def __str__(self) -> str:
        test = (
            f"p {probability(self.p)}"
            if self.pairs >= FEWEST
            else f"fewer than {FEWEST} pairs ({self.pairs}): no test"
        )
        return (
            f"reliance {self.value:.3f} [{self.low:.3f}, {self.high:.3f}], {test}: accuracy {self.aligned:.3f} with "
            f"the own cue and {self.conflict:.3f} with another's, over {self.pairs:,} pairs; {100 * self.named:.1f} % "
            f"[{100 * self.named_low:.1f}, {100 * self.named_high:.1f}] of the answers in conflict name the cue's "
            "category."
        )


def reliance(study: AnsweredStudy, *, aligned: str = "aligned", conflict: str = "conflict") -> Reliance:
    """How much the model of a study goes by the cue.

    Parameters
    ----------
    aligned, conflict
        Names of the two recorded datasets.

    Raises
    ------
    DataError
        No sample of one has a twin of the same id in the other, or the second tells no cue.
    """
    one, other = study[aligned].samples, study[conflict].samples
    places = {id_: place for place, id_ in enumerate(one.column("id").to_pylist())}
    ids = other.column("id").to_pylist()
    answered = (other.labels != NO_LABEL) & (other.predictions != NO_LABEL)
    there = np.array([place for place, id_ in enumerate(ids) if answered[place] and id_ in places], np.intp)
    here = np.array([places[ids[place]] for place in there], np.intp)
    shown = (one.labels[here] != NO_LABEL) & (one.predictions[here] != NO_LABEL)
    here, there = here[shown], there[shown]
    if not len(here):
        raise DataError(
            f"no sample of {conflict!r} has a twin in {aligned!r} by id that was answered in both. Record `aligned` "
            "and `conflict` of one cue."
        )
    right = one.predictions[here] == one.labels[here]
    right_there = other.predictions[there] == other.labels[there]
    cues = _cues(other.metadata(), study.categories, conflict)[there]
    broken, fixed = int((right & ~right_there).sum()), int((~right & right_there).sum())
    value, low, high = map(float, agresti_min(broken, fixed, len(here)))
    named, total = int((other.predictions[there] == cues).sum()), len(here)
    named_low, named_high = (float(end) for end in wilson(named, total))
    p = mcnemar(fixed, broken) if total >= FEWEST else float("nan")
    accuracies = float(right.mean()), float(right_there.mean())
    return Reliance(value, low, high, *accuracies, named / total, named_low, named_high, total, p)


def _cues(
    metadata: Sequence[Mapping[str, Any]], categories: Sequence[str], name: str
) -> npt.NDArray[np.int64]:
    """(sample,) the category whose cue each has, as the study counts them."""
    number = {category: place for place, category in enumerate(categories)}
    told = [each.get("cue") for each in metadata]
    if all(each is None for each in told):
        raise DataError(
            f"{name!r} tells no cue of its samples. Record `conflict` of ss.stimuli.cue under this name."
        )
    known = (each if isinstance(each, int) else number.get(str(each), NO_LABEL - 1) for each in told)
    return np.array(list(known), np.int64)
