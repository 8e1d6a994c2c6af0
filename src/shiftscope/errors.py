"""What can go wrong, one class each; a message says what was asked, what is there, what to try."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ShiftscopeError(Exception):
    """Anything shiftscope refuses to do; catch this to catch them all."""


class NotInStudy(ShiftscopeError, LookupError):
    """A layer, unit, dataset, sample or category that the study does not hold."""


class LayerNotFound(NotInStudy):
    """No layer of the model has this name."""


class LayerError(ShiftscopeError):
    """A layer exists but cannot be recorded as asked."""


class DataError(ShiftscopeError):
    """A dataset, or one sample of it, cannot be shown to the model."""


class LabelError(DataError):
    """A label that no category answers to, or not one label for each sample; never skipped."""


class FileDamaged(DataError):
    """A file of another tool that breaks off or breaks its own rules; the message gives the byte."""


class ModelError(ShiftscopeError):
    """A model that cannot be loaded, or whose output is not one row of logits per sample."""


class ResponseError(ShiftscopeError):
    """A response that is not a finite number of the stored type."""


class StudyMismatch(ShiftscopeError):
    """What is to be recorded does not fit what the study already holds."""


class StudyBusy(ShiftscopeError):
    """Another process is writing what was to be written."""


class NoteChanged(ShiftscopeError):
    """What is written about a unit has changed since it was shown to whoever saves it now."""


class StudyNotWritable(ShiftscopeError, OSError):
    """The disk of a study is full, or may only be read."""


class StudyDamaged(ShiftscopeError):
    """A file of the study is missing, truncated or not ours; `dataset` is whose, where it is one dataset's."""

    def __init__(self, message: str, dataset: str = "") -> None:
        super().__init__(message)
        self.dataset = dataset


class ClusterError(ShiftscopeError):
    """Workers of a cluster that cannot be reached, do not see the study, or died too often."""


class StoreError(ShiftscopeError):
    """An object store that cannot be reached, refuses what was asked, or goes on failing."""


class ShapeError(ShiftscopeError, ValueError):
    """Arrays that describe different numbers of units, samples or categories."""


class BadRequest(ShiftscopeError, ValueError):
    """An option, an address or a parameter that cannot be read."""


def closest(name: str, names: Iterable[str]) -> str:
    """The names most like `name`, as text for the end of a message."""
    alike = difflib.get_close_matches(name, list(names), n=3, cutoff=0.4)
    return ", ".join(map(repr, alike)) if alike else "nothing alike"
