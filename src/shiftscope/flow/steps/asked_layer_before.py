"""The layer before a unit in which two pictures are told apart."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.differences.in_use import layers_before, summable
from shiftscope.store.stored_study import StoredStudy


def asked_layer_before(study: StoredStudy, layer: str, at: str | None) -> str:
    """The one that is asked for, or the nearest, by the order in which layers are recorded, where none is.

    Whether the one that is asked for runs before the unit is known the model decides, when a picture is drawn.

    Raises
    ------
    NotInStudy
        No such layer.
    BadRequest
        The unit's own layer, one whose responses are no sums over places, or none to take.
    """
    if at is None:
        before = layers_before(study, layer)
        if not before:
            raise BadRequest(
                f"no layer before {layer} is recorded, unpooled or pooled by a mean, to tell two pictures apart."
            )
        return before[-1]
    asked = study.layer(at)
    if asked.name == layer:
        raise BadRequest(f"at={at!r} is the unit's own layer; name one before it.")
    if not summable(asked):
        raise BadRequest(
            f"{asked.name} is recorded as {asked.read_as}; name a layer that is not pooled, or by a mean, as at=."
        )
    return asked.name
