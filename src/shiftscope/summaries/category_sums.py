"""Sum of each unit's responses over the samples of each category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import CategoryUnitArray
from shiftscope.summaries.summary import Block, axes, summaries


@summaries.named("category_sums")
@dataclass(frozen=True)
class CategorySums:
    """By true label; samples without a label belong to no category."""

    total: CategoryUnitArray = axes("category", "unit")
    count: npt.NDArray[np.int64] = axes("category", kind="i", low=0)

    @classmethod
    def of(cls, block: Block) -> CategorySums:
        total = np.zeros((block.categories, block.responses.shape[1]))
        labelled = block.labels >= 0
        count = np.bincount(block.labels[labelled], minlength=block.categories)
        order = np.argsort(block.labels, kind="stable")[np.count_nonzero(~labelled) :]
        present = np.flatnonzero(count)
        if len(present):
            starts = np.concatenate([[0], np.cumsum(count[present])[:-1]])
            total[present] = np.add.reduceat(block.responses[order].astype(np.float64), starts, axis=0)
        return cls(total, count)

    def merge(self, later: CategorySums) -> CategorySums:
        return CategorySums(self.total + later.total, self.count + later.count)

    def means(self) -> CategoryUnitArray:
        """(category, unit) mean response; NaN for a category without samples."""
        nothing = np.full_like(self.total, np.nan)
        return np.divide(self.total, self.count[:, None], out=nothing, where=self.count[:, None] > 0)
