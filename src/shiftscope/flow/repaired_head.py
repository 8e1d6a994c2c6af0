"""The head of the model without the units that mislead it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shiftscope.flow.repair import repair
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import torch


def repaired_head(
    study: StoredStudy,
    dataset: str | None = None,
    *,
    margin: float = 0.01,
    most: int = 20,
    seed: int = 0,
    layer: str | None = None,
    reference: str | None = None,
    save: str | os.PathLike[str] | None = None,
) -> dict[str, torch.Tensor]:
    """The state of the head's module with the units silent that `repair` finds: `weight`, and `bias` if it has one.

    `model.get_submodule(study.head.name).load_state_dict(study.repaired_head("noise"))` repairs a model.

    Parameters
    ----------
    dataset
        Shifted set to repair for; may be left out where there is only one.
    margin, most, seed, layer, reference
        As for `repair`, which is searched unless it is kept.
    save
        File to write it to as well, in safetensors.

    Raises
    ------
    BadRequest
        No set of units helps, several shifted sets to choose from, units that do not enter the head's module as they
        are, or no folder to write into.
    """
    from torch import from_numpy

    from shiftscope.explain.interventions import repaired_head as of_repair
    from shiftscope.explain.interventions.worst_units import only_shifted

    against = reference or study.reference
    name = only_shifted(study, against, "which one to repair for") if dataset is None else dataset
    found = repair(study, name, margin=margin, most=most, seed=seed, layer=layer, reference=reference)
    state = of_repair.repaired_head(study, found)
    if save is not None:
        of_repair.save_repaired_head(Path(save), study, found)
    return {each: from_numpy(weights.copy()) for each, weights in state.items()}
