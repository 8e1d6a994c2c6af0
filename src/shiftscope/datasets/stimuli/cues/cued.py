"""A dataset in whose pictures cues are planted when they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.counted import counted
from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.made import packed, picture_digest
from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.pictures.pixels import Pixels
from shiftscope.datasets.sample import Dataset, Sample, in_words
from shiftscope.datasets.shifts.levels import Image
from shiftscope.datasets.shifts.shifted import FIRST, drawn_picture, joined, named, pixels_of
from shiftscope.datasets.stimuli.cues.dealing import by_association, in_conflict
from shiftscope.datasets.stimuli.cues.listed import Listed, listed
from shiftscope.datasets.stimuli.cues.looks import looks
from shiftscope.datasets.stimuli.cues.planting import Layout, grey_like, layout_for, planted
from shiftscope.datasets.stimuli.cues.recipe import SETS, Half, Recipe, SetName
from shiftscope.errors import BadRequest, DataError, LabelError, closest
from shiftscope.shard import SHIFTS, Made
from shiftscope.statistics.split import fit_half

CUE = "cue"  # its name among the shifts of a description
NAMED = 5  # categories in an error
TRAINED_ON: SetName = "associated"


class Cued:
    """Samples of `made_from` with a cue each, planted after resize and crop, before mean and deviation.

    Samples keep id, label and metadata, which `cue`, `cue_is_own`, `mask_share` and `cue_box` join. Those without a
    label, which no cue belongs to, are left out.

    Parameters
    ----------
    half
        The half of the samples that it is made of, by the digests of their ids; all where none is given.
    rows
        What `made_from` lists, where it is known.
    cues
        By id the category whose cue a sample gets, None for none, in place of what the recipe deals: the samples that
        are named, as a manifest has them.

    Raises
    ------
    DataError
        Less than two categories, one without samples, or pictures that are none or too small.
    """

    def __init__(
        self,
        made_from: Dataset,
        recipe: Recipe,
        name: SetName,
        half: Half | None = None,
        *,
        rows: Listed | None = None,
        cues: Mapping[str, int | None] | None = None,
    ) -> None:
        if name not in SETS:
            raise BadRequest(
                f"no set {name!r}; closest: {closest(name, SETS)}. There are: {', '.join(SETS)}."
            )
        self.made_from, self.recipe, self.name, self.half = made_from, recipe, name, half
        rows = rows or listed(made_from)
        self.count = len(made_from.categories or ()) or int(rows.labels.max(initial=NO_LABEL)) + 1
        chosen = rows.labels != NO_LABEL
        self.left_out = int((~chosen).sum())
        if cues is not None:
            chosen &= np.array([each in cues for each in rows.ids], bool)
        elif half is not None:
            chosen &= fit_half(rows.ids) == (half == "fit")
        self.positions = np.flatnonzero(chosen)
        self.ids = [rows.ids[place] for place in self.positions.tolist()]
        self.labels = rows.labels[self.positions]
        if cues is None:
            self._refuse_empty()
            self.cues = self._dealt(name)
        else:
            given = (cues[each] for each in self.ids)
            self.cues = np.array([NO_LABEL if each is None else each for each in given], np.int64)
        self._look_at_first()

    @property
    def categories(self) -> Sequence[str] | None:
        return self.made_from.categories

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, position: int) -> Sample:
        position = range(len(self))[position]
        sample = self.made_from[int(self.positions[position])]
        with named(sample):
            return self._planted(sample, int(self.cues[position]))

    def mask(self, position: int) -> npt.NDArray[np.bool_]:
        """(row, column) where the cue of a sample lies; nowhere in a neutral one."""
        image = pixels_of(self.made_from[int(self.positions[position])]).read()
        return self._mask(self.layout(image))

    def layout(self, image: Image) -> Layout:
        """Where cues lie in pictures of this shape."""
        return layout_for(self.recipe.kind, self.count, image)

    def fingerprint(self) -> str:
        """That of the source, with the recipe, the set, and which sample has which cue."""
        self.source_fingerprint = own = self.made_from.fingerprint()  # anew: files may have changed
        return self._fingerprint(own, self.name, self.cues)

    def twin_fingerprints(self) -> Iterator[str]:
        """Of the datasets that have the same samples by id: the set without a cue, the source, and the sets with one.

        Of those that are trained on only the source has them.
        """
        own = self.source_fingerprint
        others = () if self.name == TRAINED_ON else tuple(each for each in SETS if each != TRAINED_ON)
        if "neutral" in others:
            yield self._fingerprint(own, "neutral", self._dealt("neutral"))
        yield own
        for name in others:
            if name != "neutral":
                yield self._fingerprint(own, name, self._dealt(name))

    def describe(self) -> dict[str, Any]:
        """What the source says of itself, and the cue among the shifts, in the order in which they are applied."""
        own = dict(self.made_from.describe())
        entry = {**self._entry(self.name), "made_from": self.source_fingerprint}
        return own | {SHIFTS: [*own.get(SHIFTS, []), entry]} | in_words([*own.get("told", ()), *self._told])

    @cached_property
    def source_fingerprint(self) -> str:
        """Of the dataset it was made from."""
        return self.made_from.fingerprint()

    def _fingerprint(self, made_from: str, name: SetName, cues: npt.NDArray[np.int64]) -> str:
        return fingerprint("cue", made_from, self._entry(name), self.positions, cues)

    def _entry(self, name: SetName) -> dict[str, Any]:
        recipe = self.recipe
        return {
            "name": CUE,
            "version": recipe.cue.version,
            "set": name,
            "kind": recipe.kind,
            "association": recipe.association,
            "opacity": recipe.opacity,
            "seed": recipe.seed,
            "half": self.half,
            "categories": list(self.categories) if self.categories else None,
        }

    @property
    def _told(self) -> list[str]:
        recipe = self.recipe
        told = {
            "associated": f"a {recipe.kind} tells the label, association {recipe.association:g}",
            "aligned": f"each picture has its own category's {recipe.kind}",
            "conflict": f"each picture has another category's {recipe.kind}",
            "neutral": "its pictures are as they were, without a cue",
            "cue_only": f"mid-grey with its own category's {recipe.kind}",
        }[self.name]
        dials = "" if self.name == "neutral" else f", opacity {recipe.opacity:g}, seed {recipe.seed}"
        left = f"{counted(self.left_out, 'sample')} without a label left out." if self.left_out else ""
        return [f"{told}{dials}.", *([left] if left else [])]

    def _dealt(self, name: SetName) -> npt.NDArray[np.int64]:
        seed = self.recipe.seed
        if name == TRAINED_ON:
            return by_association(self.ids, self.labels, self.count, self.recipe.association, seed)
        if name == "conflict":
            return in_conflict(self.ids, self.labels, self.count, seed)
        return np.full(len(self.ids), NO_LABEL) if name == "neutral" else self.labels

    def _planted(self, sample: Sample, cue: int) -> Sample:
        pixels = pixels_of(sample)
        source = pixels.read()
        lies = self.layout(source)
        if cue == NO_LABEL:
            image, given, picture = source, sample.input, sample.picture
        else:
            ground = grey_like(source) if self.name == "cue_only" else source
            image = planted(ground, lies, cue, self.recipe.weight)
            given, picture = pixels.to_input(image), drawn_picture(image)
        before, mask = sample.made, self._mask(lies)
        return replace(
            sample,
            input=given,
            picture=picture,
            metadata=joined(sample.metadata, self._known(sample, cue, lies)),
            pixels=Pixels(lambda: image, pixels.to_input, given),
            made=Made(
                before.source_sha256 if before else picture_digest(source),
                picture_digest(image),
                before.drawn if before else {},
                None if cue == NO_LABEL else cue,
                packed(mask),
                (mask.shape[0], mask.shape[1]),
            ),
        )

    def _mask(self, lies: Layout) -> npt.NDArray[np.bool_]:
        return np.zeros_like(lies.mask) if self.name == "neutral" else lies.mask

    def _known(self, sample: Sample, cue: int, lies: Layout) -> dict[str, Plain]:
        if cue == NO_LABEL:
            return {CUE: None, "cue_is_own": None, "mask_share": 0.0, "cue_box": None}
        return {
            CUE: self.categories[cue] if self.categories else cue,
            "cue_is_own": cue == sample.label,
            "mask_share": float(lies.mask.mean()),
            "cue_box": " ".join(map(str, lies.box)),
        }

    def _refuse_empty(self) -> None:
        """Raise `DataError` where a category has no sample here."""
        missing = sorted({*range(self.count)} - {*np.unique(self.labels).tolist()})
        if missing and self.count > 1:
            names = [repr(self.categories[each]) if self.categories else str(each) for each in missing]
            more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
            where = {None: "", "fit": " in the fit half", "held out": " in the held-out half"}[self.half]
            raise DataError(f"no samples of {', '.join(names[:NAMED])}{more}{where}.")

    def _look_at_first(self) -> None:
        looks(self.count, 1)  # raises for too few categories, or too many
        for position in self.positions[:FIRST].tolist():
            try:
                sample = self.made_from[position]
            except LabelError:
                raise
            except DataError:
                continue  # whether it is skipped or stops the recording is not decided here
            self.layout(pixels_of(sample).read())
            return
