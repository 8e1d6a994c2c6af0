"""The model and the data that a verb is given, checked to be those that were recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from shiftscope.errors import BadRequest
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.recording.live_study import LiveStudy

L = TypeVar("L", bound="LiveStudy")


def opened_when_needed(
    study: StoredStudy,
    model: nn.Module | None,
    data: Mapping[str, Any] | None,
    live: LiveStudy | None,
) -> Callable[[], LiveStudy]:
    """What gives `live`, or where that is None opens it the first time that it is asked: data may take long to list."""

    @cache
    def at_hand() -> LiveStudy:
        from shiftscope.recording.live_study import LiveStudy

        return opened(study, model, data, LiveStudy) if live is None else live

    return at_hand


def opened(study: StoredStudy, model: nn.Module | None, data: Mapping[str, Any] | None, kind: type[L]) -> L:
    """The study with its model, which it remembers, and its data in any form that `dataset` takes.

    Text is read with the preprocessing and the shifts that the dataset of this name was recorded with, and split as
    it was.

    Raises
    ------
    BadRequest
        No model was given yet.
    """
    from shiftscope.datasets.reopened import as_recorded
    from shiftscope.derived.encoder import Encoders

    model = study.model if model is None else model
    if model is None:
        raise BadRequest("an opened study does not hold the model: pass model=net once.")
    given = {}
    for name, one in (data or {}).items():
        given[name] = as_recorded(one, study[name].plan.source, study.categories)
    found = kind(study, model, given, encoders=Encoders(study))
    study.model = model  # not one that was refused
    return found
