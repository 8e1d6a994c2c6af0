"""The head with a repair's units silent for good, as the state of its module."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.head import head_behind
from shiftscope.explain.interventions.repair import Repair
from shiftscope.model.linear_map import Weights
from shiftscope.store.disk.asked_file import write_asked_file
from shiftscope.store.stored_study import StoredStudy


def repaired_head(study: StoredStudy, repair: Repair) -> Mapping[str, Weights]:
    """`weight` (category, unit), the columns of the silenced units zero, and `bias` (category,) if the head has one.

    With `load_state_dict` on the head's module the model answers as the repair says, up to rounding.

    Raises
    ------
    BadRequest
        No set of units helped, or the units are not what enters the module: those of a derived layer, or of one of
        several layers that are concatenated or added before it.
    """
    if not repair.units:
        raise BadRequest(f"no head to save: {repair.in_words()}")
    head = head_behind(study, repair.layer)
    if not can_be_saved(study, repair):
        which = "is derived" if repair.layer in study.derived else "is not all that enters it"
        raise BadRequest(
            f"no head to save: {repair.layer!r} {which}, so no change of the weights of {head.name!r} silences its "
            "units."
        )
    weight = head.weight.copy()
    weight[:, list(repair.units)] = 0
    return {"weight": weight} if head.bias is None else {"weight": weight, "bias": head.bias}


def can_be_saved(study: StoredStudy, repair: Repair) -> bool:
    """Whether there are units to silence, and zeros in the weights of the head's module silence them."""
    return bool(repair.units) and repair.layer not in study.derived and head_behind(study, repair.layer).alone


def repaired_head_file(study: StoredStudy, repair: Repair) -> bytes:
    """The same as a file in safetensors; its metadata name the module, the layer and the silenced units."""
    from safetensors.numpy import save

    head = head_behind(study, repair.layer)
    silenced = ", ".join(map(str, repair.units))
    metadata = {"module": head.name, "layer": repair.layer, "silenced": silenced}
    return save(dict(repaired_head(study, repair)), metadata=metadata)


def save_repaired_head(path: Path, study: StoredStudy, repair: Repair) -> None:
    """Write that file, which is whole or not there.

    Raises
    ------
    BadRequest
        The file cannot be written, or there is no head to save.
    """
    content = repaired_head_file(study, repair)
    write_asked_file(path, content)
