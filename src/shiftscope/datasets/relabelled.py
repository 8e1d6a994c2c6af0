"""A dataset with other labels or category names than it came with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.category_places import category_places, told_by_position
from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.labels import category_names, label_index, label_indices
from shiftscope.datasets.metadata import sample_ids
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import Dataset, Sample, in_words


class Relabelled:
    """`dataset`, with `labels` (one a sample, in order) or in terms of `categories`.

    Labels that the dataset has are carried over to `categories` as `category_places` says.

    Raises
    ------
    LabelError
        Not one label a sample, or labels that are not among the categories.
    DataError
        Categories that do not fit.
    """

    def __init__(self, dataset: Dataset, labels: Any = None, categories: Sequence[str] | None = None) -> None:
        own = self._own = category_names(dataset.categories)
        self.dataset = dataset
        self.categories = category_names(own if categories is None else categories)
        listed = dataset.ids if isinstance(dataset, (RowData, Relabelled)) else None
        # for errors; positions where the dataset lists none
        self.ids: Sequence[str] = sample_ids(listed, len(dataset))
        self.labels = None if labels is None else label_indices(labels, self.categories, self.ids)
        self._places = None
        self._told: list[str] = []
        if labels is None and own is not None and self.categories is not None:
            self._places = category_places(own, self.categories)
            self._told = told_by_position(own, self.categories)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, position: int) -> Sample:
        sample = self.dataset[position]
        if self.labels is not None:
            label = int(self.labels[position])
        elif self._places is None:
            label = label_index(sample.label, self.categories, sample.id)
        else:
            own = label_index(sample.label, self._own, sample.id)
            label = own if own == NO_LABEL else int(self._places[own])
        return replace(sample, label=label)

    def fingerprint(self) -> str:
        """The dataset's own, with the labels, or the places of its labels, that replace them."""
        return self.fingerprint_over(self.dataset.fingerprint())

    def fingerprint_over(self, own: str) -> str:
        """What it would be if the dataset's own were `own`."""
        if self.labels is not None:
            return fingerprint("relabelled", own, self.labels)
        places = None if self._places is None else self._places.tolist()
        return (
            own
            if places is None or places == list(range(len(places)))
            else fingerprint("renamed", own, places)
        )

    def describe(self) -> dict[str, Any]:
        own = dict(self.dataset.describe())
        told = in_words([*own.pop("told", ()), *self._told])
        return own | ({} if self.labels is None else {"relabelled": True}) | told
