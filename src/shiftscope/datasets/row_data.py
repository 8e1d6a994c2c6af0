"""A dataset that lists what is known about its samples, and shows one at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.pictures.pixels import Shown
from shiftscope.datasets.sample import Sample


class RowData(ABC):
    """Ids, labels and metadata in a row for each sample; how a sample looks is for the kinds to say."""

    ids: Sequence[str]
    labels: npt.NDArray[np.int64]
    metadata: Mapping[str, list[Plain]]
    told: Sequence[str] = ()  # how the data were understood where that could be done otherwise

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, position: int) -> Sample:
        position = range(len(self))[position]
        shown = self._shown(position)
        return Sample(
            id=self.ids[position],
            input=shown.input,
            label=int(self.labels[position]),
            picture=shown.picture,
            source=self._source(position),
            metadata={name: values[position] for name, values in self.metadata.items()},
            pixels=shown.pixels,
        )

    @abstractmethod
    def _shown(self, position: int) -> Shown:
        """What the model and what a person is given."""

    def _source(self, position: int) -> str:
        return f"row {position}"
