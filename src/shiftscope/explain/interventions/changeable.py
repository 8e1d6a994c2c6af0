"""Whether the model holds what a layer's units are read off, so that it can be changed."""

from __future__ import annotations

from shiftscope.errors import LayerError
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.store.stored_study import StoredStudy


def changeable(study: StoredStudy, layer: str) -> RecordedLayer:
    """The layer itself, or the one behind a derived one.

    Raises
    ------
    LayerError
        The model holds nothing there that can be changed so.
    """
    asked = study.layer(layer)
    described = study.layer(asked.behind) if asked.behind else asked
    if described.side != "output":
        raise LayerError(
            f"{layer!r} is what enters {described.module!r}; record the layer before it to change its units."
        )
    if asked.behind and described.rectify:
        raise LayerError(
            f"{layer!r} is derived from {described.name!r}, which is rectified as it is read: what the model holds "
            "there may be negative, and no change of it has the codes that are wanted. Record the layer behind the "
            "ReLU."
        )
    return described
