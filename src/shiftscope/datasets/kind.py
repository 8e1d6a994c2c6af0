"""Kinds of dataset that a path can name: the part before the colon in `imagefolder:val/`."""

from __future__ import annotations

from collections.abc import Callable

from shiftscope.datasets.sample import Dataset
from shiftscope.registry import Registry

DatasetKind = Callable[..., Dataset]  # the path, then options by keyword

dataset_kinds: Registry[DatasetKind] = Registry("kind of dataset", "shiftscope.datasets")
