"""Another library's dataset, read item by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from shiftscope.arrays import NO_LABEL
from shiftscope.category_names import in_order
from shiftscope.datasets.category_places import category_places, check_order_of_numbers, told_by_position
from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.formats.array_data import as_numpy
from shiftscope.datasets.formats.parse_item import Parsed
from shiftscope.datasets.labels import category_names, label_index
from shiftscope.datasets.metadata import label_like
from shiftscope.datasets.pictures.drawn_labels import ChannelValues, channel_values
from shiftscope.datasets.pictures.given_input import shown_input
from shiftscope.datasets.pictures.pixels import Shown
from shiftscope.datasets.pictures.preprocess import Preprocess, described
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.sample import Sample, in_words, reading
from shiftscope.errors import DataError, LabelError

READ_TWICE = 3  # first samples compared with themselves, to find random augmentation


class ItemData:
    """Anything with a length and items, once `parse` has taken an item apart.

    - A picture, or bytes uint8 (row, column), (row, column, 3) in NumPy or (1 or 3, row, column) in torch,
      goes through `preprocess`; without one it becomes values in 0..1, with one channel if it is gray.
    - Any other tensor or array is the model's input already. Its picture undoes `mean` and `std` (one number
      or one a channel, of values in 0..1); without them values in 0..1 are drawn as they are, and others
      from the smallest to the largest.

    The source's labels count its `own_categories`; `category_places` carries them over to `categories`.
    Where `labels_replaced` is set, a label that is no category counts as none. Sample ids are positions.
    `fingerprint_samples` bounds the cost of a fingerprint; None reads every item.

    Raises
    ------
    DataError
        No length, no items, or the first items differ when they are read again.
    """

    def __init__(
        self,
        items: Any,
        parse: Callable[[Any], Parsed],
        *,
        kind: str,
        own_categories: Sequence[str] | None = None,
        categories: Sequence[str] | None = None,
        preprocess: ToInput | None = None,
        mean: ChannelValues = None,
        std: ChannelValues = None,
        fingerprint_samples: int | None = 10_000,
        told: Sequence[str] | None = None,
    ) -> None:
        self.name = f"{type(items).__module__}.{type(items).__qualname__}"
        try:
            self._count = len(items)
        except (TypeError, NotImplementedError) as error:
            raise DataError(
                f"a {self.name} has no length, so its samples have no fixed places. "
                "Give a dataset with len() and [position], or read a fixed number of samples into a list."
            ) from error
        if self._count == 0:
            raise DataError(f"the {self.name} is empty.")
        self.items = items
        self.kind = kind
        self._own = category_names(own_categories)
        self.categories = category_names(categories) or self._own
        self.told = [] if told is None else [*told]
        self._places = None
        if self._own is not None and self.categories is not None:
            self._places = category_places(self._own, self.categories)
            if categories is None:
                check_order_of_numbers(self._own, f"the classes of the {self.name}")
                self.told.append(f"categories are its own in their order: {in_order(self._own)}.")
            else:
                self.told += told_by_position(self._own, self.categories)
        self.preprocess = preprocess
        self._parse = parse
        self._mean = None if mean is None else channel_values("mean", mean, 0.0)
        self._std = None if std is None else channel_values("std", std, 1.0)
        self._fingerprint_samples = fingerprint_samples
        self.labels_replaced = False
        self._look_at_first_ones()

    @property
    def ids(self) -> Sequence[str]:
        """(sample,) the positions."""
        return [*map(str, range(self._count))]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, position: int) -> Sample:
        position = range(self._count)[position]
        with reading(f"sample {position} of the {self.name}"):
            value, label, metadata = self._parse(self.items[position])
            shown = self._shown(value)
            index = self._label(label, str(position))
        return Sample(
            id=str(position),
            input=shown.input,
            label=index,
            picture=shown.picture,
            source=f"item {position}",
            metadata=metadata,
            pixels=shown.pixels,
        )

    def fingerprint(self) -> str:
        """SHA-256 over preprocessing, length, and input, label and metadata of `fingerprint_samples` items.

        They are spread evenly, first and last included; a set of at most that many counts completely. Of
        the items between, only labels are covered, where the source lists them as `targets`.
        """
        count = (
            self._count if self._fingerprint_samples is None else min(self._count, self._fingerprint_samples)
        )
        digests = []
        for position in np.linspace(0, self._count - 1, count).round().astype(int).tolist():
            try:
                sample = self[position]
            except LabelError:
                raise
            except DataError:  # whether it is skipped or stops the recording is not decided here
                digests.append("unreadable")
                continue
            digests.append(fingerprint(sample.id, sample.label, dict(sample.metadata), *_bytes(sample.input)))
        return fingerprint("items", self._count, digests, self._targets(), described(self.preprocess))

    def describe(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "source": self.name,
            "pictures": {
                "mean": None if self._mean is None else self._mean.ravel().tolist(),
                "std": None if self._std is None else self._std.ravel().tolist(),
            },
            "preprocess": described(self.preprocess),
            **in_words(self.told),
        }

    def _shown(self, value: Any) -> Shown:
        if isinstance(value, Image.Image):
            gray = value.mode in ("1", "L") or value.mode.startswith("I")
            return (self.preprocess or Preprocess.plain(gray=gray)).show(value)
        if not isinstance(value, (torch.Tensor, np.ndarray)):
            raise DataError(
                f"an input of type {type(value).__name__}. A dataset gives an image (PIL), an array "
                "or a tensor; add a transform that makes one."
            )
        pixels = _pixels(value)
        if pixels is not None:
            return (self.preprocess or Preprocess.plain(gray=pixels.ndim == 2)).show(pixels)
        if self.preprocess is not None:
            raise DataError(
                f"an input that is a {type(value).__name__} of {value.dtype} already; preprocessing takes "
                "images or bytes. Leave preprocess out, or take the transform out of the dataset."
            )
        given = value if isinstance(value, torch.Tensor) else torch.as_tensor(value, device="cpu")
        given = given.detach().clone(memory_format=torch.contiguous_format)
        if given.dtype == torch.float64:
            given = given.float()
        if not given.is_floating_point():
            return Shown(given)
        return shown_input(given, self._mean, self._std)

    def _label(self, label: Any, sample: str) -> int:
        try:
            return self._category(label, sample)
        except LabelError:
            if self.labels_replaced:
                return NO_LABEL
            raise

    def _category(self, label: Any, sample: str) -> int:
        if self._places is None or isinstance(label, str):
            return label_index(label, self.categories, sample)
        index = label_index(label, self._own, sample)
        return index if index == NO_LABEL else int(self._places[index])

    def _look_at_first_ones(self) -> None:
        """Refuse what differs when it is read again, and tell of names like those of labels where there are none."""
        for position in range(min(READ_TWICE, self._count)):
            try:
                first, second = self[position], self[position]
            except DataError:
                continue  # told when it is that sample's turn
            if (first.label, *map(bytes, _bytes(first.input))) != (
                second.label,
                *map(bytes, _bytes(second.input)),
            ):
                raise DataError(
                    f"sample {position} of the {self.name} differs from itself when read again. "
                    "Take random augmentation out of its transform."
                )
            if first.label == NO_LABEL and not self.told and (like := label_like(first.metadata)):
                self.told.append(
                    f"sample {position} has no label, and {like!r}, stored as metadata, looks like one."
                )

    def _targets(self) -> list[str] | None:
        targets: Any = getattr(self.items, "targets", None)
        if not hasattr(targets, "__len__") or len(targets) != self._count:
            return None
        return [str(target) for target in (targets.tolist() if hasattr(targets, "tolist") else targets)]


def _pixels(value: Any) -> Any:
    """(row, column) or (row, column, 3) bytes, None if these are not a picture's bytes."""
    if isinstance(value, torch.Tensor):
        if value.dtype != torch.uint8 or value.ndim != 3 or value.shape[0] not in (1, 3):
            return None
        planes = as_numpy(value)
        return planes[0] if len(planes) == 1 else planes.transpose(1, 2, 0)
    if value.dtype != np.uint8:
        return None
    if value.ndim == 3 and value.shape[2] == 1:
        return value[:, :, 0]
    return value if value.ndim == 2 or (value.ndim == 3 and value.shape[2] == 3) else None


def _bytes(tensor: torch.Tensor) -> tuple[bytes, bytes]:
    """Type and shape, then content."""
    content = tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy()
    return f"{tensor.dtype} {tuple(tensor.shape)}".encode(), content.tobytes()
