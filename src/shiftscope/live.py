"""A study with its model and its data at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

from shiftscope.flow.attribute import attribute
from shiftscope.flow.derive import derive
from shiftscope.flow.difference import difference
from shiftscope.flow.downsampling import downsampling
from shiftscope.flow.importance import importance
from shiftscope.flow.intervene import intervene
from shiftscope.flow.local_against_distributed import local_against_distributed
from shiftscope.flow.realign import realign
from shiftscope.flow.repair import repair
from shiftscope.flow.spectra import spectra
from shiftscope.flow.steps.opened import opened
from shiftscope.flow.visualise import visualise
from shiftscope.recording import live_study
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn


def _with_both(verb: Callable[..., Any]) -> Callable[..., Any]:
    """A verb of a study without `model` and `data`, which are there."""

    @wraps(verb)
    def of_live(live: live_study.LiveStudy, *given: Any, **options: Any) -> Any:
        return verb(live.study, *given, live=live, **options)

    return of_live


def _of_study(verb: Callable[..., Any]) -> Callable[..., Any]:
    """A verb that needs what is stored alone."""

    @wraps(verb)
    def of_live(live: live_study.LiveStudy, *given: Any, **options: Any) -> Any:
        return verb(live.study, *given, **options)

    return of_live


class LiveStudy(live_study.LiveStudy):
    """A study, its model and its data, checked once; with the verbs of a study that need them."""

    attribute = _with_both(attribute)
    visualise = _with_both(visualise)
    difference = _with_both(difference)
    spectra = _with_both(spectra)
    downsampling = _with_both(downsampling)
    intervene = _with_both(intervene)
    realign = _of_study(realign)
    importance = _with_both(importance)
    local_against_distributed = _with_both(local_against_distributed)
    derive = _with_both(derive)
    repair = _of_study(repair)


def live(
    study: StoredStudy, model: nn.Module | None = None, data: Mapping[str, Any] | None = None
) -> LiveStudy:
    """The study with its model and data at hand, checked once to be those that were recorded.

    Parameters
    ----------
    model
        Needed once after `open_study`.
    data
        Datasets by their names in the study, in any form that `shiftscope.dataset` takes. One that was recorded from
        a file or folder that is still the same may be left out.

    Raises
    ------
    StudyMismatch
        Another model, or other samples, labels or preprocessing, than were recorded.
    """
    return opened(study, model, data, LiveStudy)
