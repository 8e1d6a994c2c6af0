"""One sample, and what every kind of dataset promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch
    from PIL import Image


@dataclass(frozen=True)
class Sample:
    """One input as the model and as a person see it."""

    id: str  # unique in its dataset and the same on every reading
    input: torch.Tensor  # without the batch axis
    label: int | None  # index of a category
    picture: Image.Image | None  # before normalisation; drawn as the thumbnail
    source: str = ""  # where it came from, for a person: a path inside the dataset, a row
    metadata: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


class Dataset(Protocol):
    """A fixed, ordered set of samples.

    Reading position i twice gives the same sample; a sample that cannot be read raises `DataError`
    naming it. `describe()` is plain JSON: everything about the reading that changes what the model sees.
    """

    @property
    def categories(self) -> Sequence[str] | None:
        """Category names in label order, where the source knows them."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, position: int) -> Sample: ...

    def fingerprint(self) -> str:
        """Hexadecimal digest that changes when any sample, label or id does."""
        ...

    def describe(self) -> Mapping[str, Any]:
        """Kind of source and preprocessing, as JSON."""
        ...
