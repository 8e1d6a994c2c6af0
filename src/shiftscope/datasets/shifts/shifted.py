"""A dataset whose pictures are shifted when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.formats.item_data import ItemData
from shiftscope.datasets.made import picture_digest
from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.pictures.drawn_labels import draw as draw_values
from shiftscope.datasets.pictures.pixels import Pixels, bare_pixels
from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import Dataset, Sample, in_words
from shiftscope.datasets.shifts.donors import donors
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Image, to_levels
from shiftscope.datasets.shifts.shift_kind import ShiftKind, shift_kinds
from shiftscope.datasets.shifts.shift_text import checked_seed, checked_strength, parsed, several
from shiftscope.datasets.split import Part
from shiftscope.errors import DataError, LabelError
from shiftscope.shard import SHIFTS, Made

FIRST = 100  # samples that are looked at for one that can be read, as a recording does


class Shifted:
    """`made_from` with one shift applied to each picture after resize and crop, before mean and deviation.

    Samples keep id, label and metadata; the numbers that chance decided join the metadata, under the shift's name and
    a dot.

    Raises
    ------
    BadRequest
        No shift of this name, or a strength out of range.
    DataError
        The first sample that can be read has no picture that this shift takes.
    """

    def __init__(self, made_from: Dataset, name: str, strength: float, seed: int = 0) -> None:
        shift_kinds[name]  # raises for one that is not there
        self.made_from, self.name = made_from, name
        self.strength, self.seed = checked_strength(strength), checked_seed(seed)
        if self.strength:  # else the samples are those of the source, whatever they are
            self._look_at_first()

    @property
    def kind(self) -> ShiftKind:
        return shift_kinds[self.name]

    @property
    def categories(self) -> Sequence[str] | None:
        return self.made_from.categories

    @property
    def ids(self) -> Sequence[str]:
        """One a sample; those of samples that cannot be read are their places, where the dataset lists none."""
        return self._ids

    @cached_property
    def _ids(self) -> Sequence[str]:
        return listed_ids(self.made_from)

    def __len__(self) -> int:
        return len(self.made_from)

    def __getitem__(self, position: int) -> Sample:
        position = range(len(self))[position]
        sample = self.made_from[position]
        if self.strength == 0:
            return sample
        with named(sample):
            return self._shifted(sample, position)

    def fingerprint(self) -> str:
        """That of the source, with the shift's name and version, strength and seed."""
        self.source_fingerprint = own = self.made_from.fingerprint()  # anew: files may have changed
        return shifted_fingerprint(own, self.name, self.strength, self.seed)

    def describe(self) -> dict[str, Any]:
        """What the source says of itself, and the shifts in the order in which they are applied."""
        own = dict(self.made_from.describe())
        told = f"its images are shifted by {self.name}, strength {self.strength:g}, seed {self.seed}."
        this = {
            "name": self.name,
            "version": self.kind.version,
            "strength": self.strength,
            "seed": self.seed,
            "made_from": self.source_fingerprint,
        }
        return own | {SHIFTS: [*own.get(SHIFTS, []), this]} | in_words([*own.get("told", ()), told])

    @cached_property
    def source_fingerprint(self) -> str:
        """Of the dataset it was made from."""
        return self.made_from.fingerprint()

    @cached_property
    def _before(self) -> int:
        """How often the same shift with this seed was applied below."""
        return sum(each.name == self.name and each.seed == self.seed for each in shifts_below(self.made_from))

    def _shifted(self, sample: Sample, position: int) -> Sample:
        pixels = pixels_of(sample)

        def read_donor() -> Image:
            return pixels_of(self.made_from[self._donors[position]]).read()

        draw = Draw(self.name, self.seed, sample.id, self._before, read_donor)
        source = pixels.read()
        image = self.kind(source, self.strength, draw)
        given, drawn, before = pixels.to_input(image), self._drawn(draw, position), sample.made
        return replace(
            sample,
            input=given,
            picture=drawn_picture(image),
            metadata=joined(sample.metadata, drawn),
            pixels=Pixels(lambda: image, pixels.to_input, given),
            made=Made(
                before.source_sha256 if before else picture_digest(source),
                picture_digest(image),
                joined(before.drawn, drawn) if before else drawn,
                before.cue if before else None,  # whose mask no longer is where the cue is
            ),
        )

    def _drawn(self, draw: Draw, position: int) -> dict[str, Plain]:
        drawn = dict(self.kind.drawn(self.strength, draw)) if self.kind.drawn else {}
        if self.kind.needs_donor:
            drawn["donor"] = self.ids[self._donors[position]]
        return {f"{self.name}.{what}": value for what, value in drawn.items()}

    @cached_property
    def _donors(self) -> Sequence[int]:
        return donors(self.ids, self.seed)

    def _look_at_first(self) -> None:
        if self.kind.needs_donor and len(self) == 1:
            raise DataError(f"{self.name} takes each image's amplitudes from another; there is only one.")
        for position in range(min(FIRST, len(self))):
            try:
                sample = self.made_from[position]
            except LabelError:
                raise
            except DataError:
                continue  # whether it is skipped or stops the recording is not decided here
            self.kind.check_channels(to_levels(pixels_of(sample).read()).shape[2])
            return


def shifted_fingerprint(made_from: str, name: str, strength: float, seed: int) -> str:
    """Of a source with this fingerprint under a shift, as it is computed now."""
    return fingerprint("shift", made_from, name, shift_kinds[name].version, strength, seed)


def pixels_of(sample: Sample) -> Pixels:
    """What a sample's input was made from; the input itself where nobody says.

    Raises
    ------
    DataError
        It is no picture.
    """
    known = sample.pixels
    # A dataset that changed the input of another's sample left the pixels behind.
    return known if known is not None and known.input is sample.input else bare_pixels(sample.input)


def listed_ids(dataset: Dataset) -> Sequence[str]:
    """The ids of a dataset's samples, read one by one where it does not list them."""
    if isinstance(dataset, (RowData, ItemData)):
        return dataset.ids
    if hasattr(dataset, "made_from"):
        ids: Sequence[str] = getattr(dataset, "ids")  # noqa: B009  # which the protocol does not promise
        return ids
    if isinstance(dataset, Relabelled):
        return listed_ids(dataset.dataset)
    if isinstance(dataset, Part):
        whole = listed_ids(dataset.dataset)
        return [whole[position] for position in dataset.positions]
    return [_id(dataset, position) for position in range(len(dataset))]


def _id(dataset: Dataset, position: int) -> str:
    try:
        return dataset[position].id
    except DataError:
        return f"#{position}"


def shifts_below(dataset: Dataset) -> Iterator[Shifted]:
    """The shifts that a dataset's pictures went through, the last one first."""
    for each in _made_of(dataset):
        if isinstance(each, Shifted):
            yield each


def unshifted(dataset: Dataset) -> Dataset:
    """The dataset before any shift or cue; itself where there is none."""
    last = dataset
    for each in _made_of(dataset):
        last = getattr(each, "made_from", last)
    return last


def _made_of(dataset: Dataset) -> Iterator[Dataset]:
    """The dataset, and those that it was made of, one from the other."""
    below: Dataset | None = dataset
    while below is not None:
        yield below
        below = below.dataset if isinstance(below, (Relabelled, Part)) else getattr(below, "made_from", None)


def shifted(dataset: Dataset, shifts: str | Iterable[str]) -> Dataset:
    """The dataset with shifts given as text, "gaussian_noise:0.3" or "gaussian_noise:0.3:1", in order.

    Raises
    ------
    BadRequest
        Text that is not NAME:STRENGTH or NAME:STRENGTH:SEED, or what `Shifted` refuses.
    """
    for text in several(shifts):
        dataset = Shifted(dataset, *parsed(text))
    return dataset


@contextmanager
def named(sample: Sample) -> Iterator[None]:
    """Put the sample's id before what is wrong with it."""
    try:
        yield
    except DataError as error:
        raise type(error)(f"sample {sample.id!r}: {error}") from error


def joined(metadata: Mapping[str, Plain], drawn: Mapping[str, Plain]) -> dict[str, Plain]:
    """Both; a name that is taken already gets a number behind it."""
    both = dict(metadata)
    for name, value in drawn.items():
        free, number = name, 2
        while free in both:
            free, number = f"{name}.{number}", number + 1
        both[free] = value
    return both


def drawn_picture(image: Image) -> PillowImage.Image | None:
    """What a person is shown; None where there are neither 1 nor 3 channels."""
    if image.dtype != np.uint8:
        return draw_values(image.transpose(2, 0, 1), stretch=False)
    rows, columns = image.shape[:2]
    gray = image.ndim == 2
    return PillowImage.frombytes("L" if gray else "RGB", (columns, rows), image.tobytes())
