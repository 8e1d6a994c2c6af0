"""What a dataset lists of its samples, or is read for once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.shifts.shifted import Shifted, listed_ids
from shiftscope.datasets.split import Part
from shiftscope.errors import DataError, LabelError


@dataclass(frozen=True)
class Listed:
    """The ids and labels of a dataset's samples, in its order."""

    ids: Sequence[str]
    labels: npt.NDArray[np.int64]  # (sample,) NO_LABEL where there is none, or the sample cannot be read


def listed(dataset: Dataset) -> Listed:
    """Raises `LabelError` for a label that is none of the dataset's categories."""
    return Listed(listed_ids(dataset), _labels(dataset))


def _labels(dataset: Dataset) -> npt.NDArray[np.int64]:
    if isinstance(dataset, RowData):
        return dataset.labels
    if isinstance(dataset, Shifted):
        return _labels(dataset.made_from)
    if isinstance(dataset, Part):
        return _labels(dataset.dataset)[np.asarray(dataset.positions, np.intp)]
    if isinstance(dataset, Relabelled) and dataset.labels is not None:
        return dataset.labels
    return np.array([_label(dataset, position) for position in range(len(dataset))], np.int64)


def _label(dataset: Dataset, position: int) -> int:
    try:
        label = dataset[position].label
    except LabelError:
        raise
    except DataError:
        return NO_LABEL
    return NO_LABEL if label is None else int(label)
