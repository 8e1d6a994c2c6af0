"""What a pass keeps of its samples, shard by shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

StoredType = Literal["float16", "float32"]
StoredAs = Literal["auto", "float16", "float32"]
COMPARED = 4096  # samples: of shards that begin before it, the digits are compared with what they were
SHIFTS = "shifts"  # in what a dataset says of itself: the shifts and cues by which its pictures were made, in order
Keep = Literal["responses", "summaries"]
Outputs = Literal["auto", "logits", "probabilities"]


@dataclass(frozen=True)
class Made:
    """Digests of a sample's picture before and after it was changed, and what decided the change.

    Parameters
    ----------
    drawn
        What chance decided, by the names that it has in the metadata.
    cue
        The category whose cue was planted; None where none was.
    mask
        Where the cue lies, as bits row by row, the first in the highest bit of the first byte; empty where no exact
        mask is known.
    shape
        Rows and columns of the mask.
    """

    source_sha256: str
    sha256: str
    drawn: Mapping[str, Any] = field(default_factory=dict)
    cue: int | None = None
    mask: bytes = b""
    shape: tuple[int, int] = (0, 0)


@dataclass(frozen=True)  # no slots: pickled between processes it is three times faster
class SampleEntry:
    """What is kept of one sample besides its responses."""

    id: str
    label: int
    source: str
    metadata: str  # JSON
    thumbnail: bytes
    problem: str = ""  # why the sample was skipped; empty for one that was shown
    made: Made | None = None  # how its picture was made of another, where it was


@dataclass(frozen=True)
class Shard:
    """A finished run of samples; skipped samples have NaN responses and logits.

    Responses of which only the summaries are kept may have stayed on the device: there are no `responses` then.
    """

    index: int
    first: int  # position of the first sample
    responses: Mapping[str, npt.NDArray[np.floating[Any]]]  # layer -> (sample, unit)
    logits: npt.NDArray[np.floating[Any]]  # (sample, category)
    predictions: npt.NDArray[np.int64]  # (sample,), NO_LABEL where skipped
    confidences: npt.NDArray[np.float32]  # (sample,) softmax of the prediction
    samples: Sequence[SampleEntry]
    states: Mapping[str, Mapping[str, Any]] | None = (
        None  # layer -> name -> summary, where the device made them
    )
    rounding: Mapping[str, Any] | None = (
        None  # what float16 took, as `recording.json` has it; of the first shards
    )
    to_zero: Mapping[str, Any] | None = None  # what it made 0, as `recording.json` has it
    # layer -> (rank, unit) `position` of the strongest samples and, as `top_samples` has them, where their maxima are
    places: Mapping[str, Mapping[str, npt.NDArray[Any]]] = field(default_factory=dict)
    twins: npt.NDArray[np.int32] | None = None  # (sample,) row of each one's twin, -1 for none

    @cached_property
    def labels(self) -> npt.NDArray[np.int64]:
        """(sample,) NO_LABEL where there is none."""
        return np.array([sample.label for sample in self.samples], np.int64)

    @cached_property
    def shown(self) -> npt.NDArray[np.bool_]:
        return np.array([not sample.problem for sample in self.samples], dtype=bool)
