"""The smallest set of units whose silence helps under a shift, chosen on one half and reported on the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.counted import counted
from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.edit import Edit
from shiftscope.explain.interventions.greedy import FOLDS, greedy_path, worthwhile_length
from shiftscope.explain.interventions.head import head_behind, recorded_logits, through_head
from shiftscope.explain.interventions.intervention import paired_table
from shiftscope.explain.interventions.pairs import Pairs
from shiftscope.explain.interventions.silencing import Shown
from shiftscope.model.linear_map import LinearMap
from shiftscope.statistics.split import FIT, HELD_OUT, order_of, split
from shiftscope.store.disk.atomic import written_aside
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd

SEARCHED_AT_MOST = 10_000  # samples of a dataset that the search looks at, so that its time is bounded


@dataclass(frozen=True, eq=False)
class Repair:
    """Units to silence, and what that does to samples they were not chosen on."""

    layer: str
    dataset: str  # shifted set that the units were chosen for
    reference: str
    margin: float
    seed: int
    units: tuple[int, ...]  # in the order chosen; empty where no set helps
    path: tuple[int, ...]  # all units that gained a sample on the search half, `units` its beginning
    # The search half of dataset and reference: optimistic, the units were chosen on it.
    searched: Mapping[str, Pairs]
    held_out: Mapping[str, Pairs]  # the other half, of every dataset

    @property
    def within_margin(self) -> bool:
        """Whether the reference fell by no more than the margin on the held-out half too."""
        return self.held_out[self.reference].difference >= -self.margin - 1e-9

    def table(self) -> pd.DataFrame:
        """A row for each dataset, on the half that the units were not chosen on; columns as `Intervention.table`."""
        return paired_table(self.held_out.items())

    def in_words(self) -> str:
        """What came out, in two sentences."""
        if not self.units:
            held = "what the search gained did not hold in cross-validation"
            why = held if self.path else "none gains a sample"
            return f"No set of units of {self.layer} helps {self.dataset} within the margin: {why}."
        numbers = ", ".join(map(str, self.units))
        units = f"{len(self.units)} units ({numbers})" if len(self.units) > 1 else f"unit {numbers}"
        here, there = self.held_out[self.dataset], self.held_out[self.reference]
        kept = "within" if self.within_margin else "beyond"
        return (
            f"Silencing {units} of {self.layer} takes {self.dataset} from {_percent(here.before)} to "
            f"{_percent(here.after)} on the held-out half (McNemar p {here.p:.2g}). "
            f"{self.reference} goes from {_percent(there.before)} to {_percent(there.after)}, "
            f"{kept} the margin of {counted(100 * self.margin, 'percentage point', '{:.3g}'.format)}."
        )


def search_repair(
    study: StoredStudy,
    dataset: str,
    *,
    margin: float = 0.01,
    most: int = 20,
    seed: int = 0,
    reference: str | None = None,
) -> Repair:
    """Search the smallest set of units whose silence raises the accuracy on a shifted set.

    The labelled samples of each dataset are dealt into two halves by their ids, so that an image is in the same half
    in every dataset. On one half units are silenced greedily, and how many of them are worth it is decided by
    cross-validation inside that half (`greedy_path`, `worthwhile_length`); the other half is only looked at to report.
    Time is bounded: at most 10,000 samples of each set are searched, and each step computes only answers that can
    change.

    Parameters and errors are those of `shiftscope.flow.repair.repair`.
    """
    if not 0 <= margin <= 1 or most < 1:
        raise BadRequest(
            f"margin={margin}, most={most}; a margin is from 0 to 1, and at least one unit is tried."
        )
    head, against = head_behind(study), study[reference or study.reference]
    if study[dataset].name == against.name:
        raise BadRequest(f"{dataset!r} is the reference itself; name a shifted set to repair for.")
    halves = {name: _halves(study[name], seed) for name in study}
    for each in (study[dataset], against):
        _check_enough(each, head, halves[each.name])
    ours = _searched(study[dataset], head, halves[dataset] == FIT, seed)
    theirs = _searched(against, head, halves[against.name] == FIT, seed)
    path = greedy_path(ours[0], theirs[0], head.weight, margin=margin, most=most)
    length = worthwhile_length(ours, theirs, head.weight, margin=margin, most=most) if path else 0
    units = tuple(path[:length])
    edit = Edit.of("silence", against, head.layer, units)
    answers = {name: through_head(study[name], head, units, edit) for name in study}
    return Repair(
        head.layer,
        dataset,
        against.name,
        margin,
        seed,
        units,
        tuple(path),
        {name: answers[name].among(halves[name] == FIT) for name in (dataset, against.name)},
        {name: answers[name].among(halves[name] == HELD_OUT) for name in study},
    )


def save_repaired_head(path: Path, study: StoredStudy, repaired: Repair) -> None:
    """Write the head as the study's `head.safetensors`, the weights of the silenced units zero.

    Raises
    ------
    BadRequest
        There is no folder to write into, or no set of units helped.
    """
    from safetensors.numpy import save

    if not repaired.units:
        raise BadRequest(f"no head to save: {repaired.in_words()}")
    if not path.parent.is_dir():
        raise BadRequest(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}.")
    head = head_behind(study)
    weight = head.weight.copy()
    weight[:, list(repaired.units)] = 0
    with written_aside(path) as file:
        file.write(save({"weight": weight, "bias": head.bias_or_zeros}, metadata={"layer": head.layer}))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _halves(recording: Recording, seed: int) -> npt.NDArray[np.int64]:
    """(sample,) half of each labelled sample that was shown, -1 for the others."""
    samples = recording.samples
    known = np.flatnonzero((samples.labels != NO_LABEL) & (samples.predictions != NO_LABEL))
    halves = np.full(len(samples), -1, np.int64)
    halves[known] = split(_ids(recording, known), 2, seed)
    return halves


def _check_enough(recording: Recording, head: LinearMap, halves: npt.NDArray[np.int64]) -> None:
    search, held_out = (int((halves == half).sum()) for half in (FIT, HELD_OUT))
    if min(search, held_out) < 2 * FOLDS or len(head.weight) < 2:
        raise BadRequest(
            f"{recording.name!r} has {search} labelled samples to search in, {held_out} to report on, and "
            f"{len(head.weight)} categories; a repair needs at least {2 * FOLDS}, {2 * FOLDS} and two. Halves are by "
            "the samples' ids and the seed: with few samples another seed may do."
        )


def _searched(
    recording: Recording, head: LinearMap, chosen: npt.NDArray[np.bool_], seed: int
) -> tuple[Shown, npt.NDArray[np.int64]]:
    """The samples chosen, as many as are searched, and the fold of each."""
    positions = np.flatnonzero(chosen)
    if len(positions) > SEARCHED_AT_MOST:
        order = np.argsort(order_of(_ids(recording, positions), seed), kind="stable")
        positions = np.sort(positions[order[:SEARCHED_AT_MOST]])
    responses, logits = [], []
    for start in range(0, len(recording.samples), SHARD_SAMPLES):
        stop = min(start + SHARD_SAMPLES, len(recording.samples))
        here = positions[(positions >= start) & (positions < stop)] - start
        if len(here):
            responses.append(recording.responses(head.layer, start, stop)[here])
            logits.append(recorded_logits(recording, start, stop)[here])
    labels = recording.samples.labels[positions]
    folds = split(_ids(recording, positions), FOLDS, seed)
    return Shown(np.concatenate(responses), np.concatenate(logits), labels), folds


def _ids(recording: Recording, positions: npt.NDArray[np.intp]) -> list[str]:
    names = recording.samples.column("id").to_pylist()
    return [names[position] for position in positions]
