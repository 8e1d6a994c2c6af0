"""The datasets of an ordered group with the one that they start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, NotInStudy, closest
from shiftscope.store.dataset_groups import DatasetGroup
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

FEWEST = 3  # rungs, the first among them


@dataclass(frozen=True)
class Ladder:
    """Datasets of one study by rising strength.

    Parameters
    ----------
    group
        Whose datasets they are.
    variable
        That orders them, as "strength" or "severity".
    rungs
        Strength by dataset, the first what the others start from.
    swept
        Whether the others are shifts of the first one.
    same_samples
        Whether every rung shows the samples of the first one, in the same order.
    """

    group: DatasetGroup
    variable: str
    rungs: Mapping[str, float]
    swept: bool
    same_samples: bool

    @property
    def called(self) -> str:
        """What the group is, in words."""
        return self.group.called

    @property
    def source(self) -> str:
        return next(iter(self.rungs))

    @property
    def strengths(self) -> npt.NDArray[np.float64]:
        return np.array(list(self.rungs.values()))


def ladder_of(study: StoredStudy, group: str | DatasetGroup) -> Ladder:
    """The ladder of a group, by the group itself or by what it is called.

    It starts at the dataset that its members were made from, where that is recorded, else at the study's reference,
    at 0; at its own smallest member where that is one of the two, or does not lie above 0.

    Parameters
    ----------
    group
        "shift gaussian_noise", or a value that only this group has, as "gaussian_noise".

    Raises
    ------
    NotInStudy
        No such group, or several.
    BadRequest
        Nothing orders it, or it has fewer than two members besides the first rung.
    """
    group = _named(study, group) if isinstance(group, str) else group
    rungs = group.in_order()
    made_from = _made_from(study, rungs)
    source = made_from or study.reference
    if source not in rungs and next(iter(rungs.values())) > 0:
        rungs = {source: 0.0, **rungs}
    if len(rungs) < FEWEST:
        raise BadRequest(
            f"{group.called!r} has {len(rungs)} datasets, its start among them; a dose needs {FEWEST} at least."
        )
    first, *others = (study[name] for name in rungs)
    same = all(_shows_the_same(each, first) for each in others)
    return Ladder(group, group.order, rungs, first.name == made_from, same)


def ladders_of(study: StoredStudy) -> list[Ladder]:
    """Of every group of the study that is one, in the study's order."""
    found = []
    for group in study.groups:
        try:
            found.append(ladder_of(study, group))
        except BadRequest:
            continue
    return found


def _named(study: StoredStudy, name: str) -> DatasetGroup:
    groups = study.groups
    exact = [group for group in groups if group.called == name]
    alike = exact or [group for group in groups if name in group.names.values() or name == group.order]
    if len(alike) != 1:
        called = [group.called for group in groups]
        told = "several groups are" if alike else "no group is"
        raise NotInStudy(
            f"{told} called {name!r}; closest: {closest(name, called)}. "
            f"There are {', '.join(map(repr, called)) or 'none'}; `sweep` records one, and `describe` makes one."
        )
    return alike[0]


def _made_from(study: StoredStudy, rungs: Mapping[str, float]) -> str | None:
    """The dataset that all rungs are shifts of; None where they are not, or it is not recorded."""
    sources = {_fingerprint_before(study[name]) for name in rungs}
    if len(sources) != 1 or None in sources:
        return None
    found = [name for name in study if study[name].plan.fingerprint in sources]
    return found[0] if found else None


def _fingerprint_before(recording: Recording) -> str | None:
    """Of what the last shift of a recording acted on."""
    shifts = recording.plan.source.get("shifts")
    last = shifts[-1] if isinstance(shifts, list) and shifts else None
    before = last.get("made_from") if isinstance(last, Mapping) else None
    return before if isinstance(before, str) else None


def _shows_the_same(rung: Recording, first: Recording) -> bool:
    """Whether a rung's samples are known to be those of the first, and the same ones could be read."""
    if _fingerprint_before(rung) != first.plan.fingerprint:
        return False
    ours, theirs = rung.samples, first.samples
    return bool(
        len(ours) == len(theirs)
        and np.array_equal(ours.labels, theirs.labels)
        and np.array_equal(ours.predictions < 0, theirs.predictions < 0)
    )
