"""One sample, and what every kind of dataset promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import DataError
from shiftscope.registry import Registry

if TYPE_CHECKING:
    import torch
    from PIL import Image

    from shiftscope.datasets.pictures.pixels import Pixels
    from shiftscope.shard import Made


@dataclass(frozen=True)
class Sample:
    """One input as the model and as a person see it."""

    id: str  # unique in its dataset and the same on every reading
    input: torch.Tensor  # without the batch axis
    label: int = NO_LABEL  # index of a category, -1 where there is none
    picture: Image.Image | None = None  # before normalisation; drawn as the thumbnail
    source: str = ""  # where it came from, for a person: a path inside the dataset, a row
    metadata: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    pixels: Pixels | None = None  # what `input` was made from; without them it is taken for values in 0..1
    made: Made | None = None  # how the picture was made of another, where it was

    def __getstate__(self) -> dict[str, Any]:
        """Without `pixels`, whose functions stay where the dataset is."""
        return self.__dict__ | {"pixels": None}


class Dataset(Protocol):
    """A fixed, ordered set of samples.

    Reading position i twice gives the same sample; a sample that cannot be read raises `DataError`
    naming it, one whose label is wrong `LabelError`, which no recording skips. `describe()` is plain
    JSON: everything about the reading that changes what the model sees.
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
        """Kind of source and preprocessing, as JSON; sentences under `told` are shown when it is recorded."""
        ...


def in_words(told: Sequence[str]) -> dict[str, list[str]]:
    """What `describe()` adds where there is something to tell."""
    return {"told": list(told)} if told else {}


DatasetKind = Callable[..., Dataset]  # the path, then options by keyword

# Kinds of dataset that a path can name: the part before the colon in `imagefolder:val/`.
dataset_kinds: Registry[DatasetKind] = Registry("kind of dataset", "shiftscope.datasets")


@contextmanager
def reading(sample: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into a `DataError` that begins with the sample's name.

    Decoders meet hostile files and datasets run their owners' code: neither has a closed list of
    exceptions, so all are caught.
    """
    try:
        yield
    except DataError as error:
        raise type(error)(f"{sample}: {error}") from error  # a LabelError stays one
    except Exception as error:
        raise DataError(f"{sample} cannot be read: {type(error).__name__}: {error}") from error
