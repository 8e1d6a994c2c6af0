"""What is done to the responses of chosen units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.errors import BadRequest
from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments

EditKind = Literal["silence", "clamp", "replace"]
EDIT_KINDS: tuple[EditKind, ...] = get_args(EditKind)
Responses = npt.NDArray[np.floating[Any]]  # (sample, chosen unit)


def refuse_other_edits(kind: str) -> None:
    """Raises `BadRequest` where there is no such way."""
    if kind not in EDIT_KINDS:
        raise BadRequest(f"edit={kind!r}; it can be {', '.join(map(repr, EDIT_KINDS))}.")


@dataclass(frozen=True)
class Edit:
    """A way to change responses, with the numbers of the reference that it takes.

    "silence"
        The response becomes 0.
    "clamp"
        It is brought to the nearest value between the unit's smallest and largest response in the reference, so
        only responses that the reference never showed are changed, and none of the reference.
    "replace"
        It becomes the unit's mean over the samples of the reference whose label is the category that the model
        predicted here before the change: what the unit usually says to what the model takes the sample for. The
        true label would be an oracle, telling the model the answer. As the mean speaks for the prediction there
        was, this keeps answers rather than changes them: an answer that falls anyway hung on these units. Where
        the reference has no sample of the category, the unit's mean over the whole reference.
    """

    kind: EditKind
    smallest: UnitArray
    largest: UnitArray
    category_means: CategoryUnitArray  # no NaN: the overall mean where there was none

    @classmethod
    def of(cls, kind: EditKind, reference: Recording, layer: str, units: Sequence[int]) -> Edit:
        """The edit of some units of a layer.

        Raises
        ------
        BadRequest
            No such way.
        """
        refuse_other_edits(kind)
        chosen = list(units)
        extremes = reference.summary(layer, Maxima)
        overall = reference.summary(layer, Moments).mean()[chosen]
        means = reference.summary(layer, CategorySums).means()[:, chosen]
        return cls(
            kind,
            extremes.smallest[chosen],
            extremes.largest[chosen],
            np.where(np.isnan(means), overall, means),
        )

    def changed(self, responses: Responses, predictions: npt.NDArray[np.int64]) -> Responses:
        """(sample, chosen unit) responses after the change, in the type they came in.

        Parameters
        ----------
        responses : (sample, chosen unit)
        predictions : (sample,)
            Of the model before the change.
        """
        if self.kind == "silence":
            return np.zeros_like(responses)
        if self.kind == "clamp":
            low, high = (bound.astype(responses.dtype) for bound in (self.smallest, self.largest))
            return np.clip(responses, low, high)
        return self.category_means[predictions].astype(responses.dtype)
