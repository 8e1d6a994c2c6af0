"""`shiftscope.stimuli.cue`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.source import as_dataset
from shiftscope.datasets.stimuli.cues.cued import Cued
from shiftscope.datasets.stimuli.cues.leak_check import leak_check, leaks_in_words
from shiftscope.datasets.stimuli.cues.listed import listed
from shiftscope.datasets.stimuli.cues.recipe import SETS, Recipe, SetName
from shiftscope.datasets.stimuli.cues.reliance import AnsweredStudy, Reliance, reliance

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CueSets:
    """Five datasets of one cue, each read when somebody asks; samples of the last four are twins by id.

    `print` of it gives the sets and the leak check, which is computed then.
    """

    recipe: Recipe
    associated: Cued  # to train on: the cue tells the label as tightly as `association` says
    aligned: Cued  # held out: each with its own category's cue
    conflict: Cued  # the same samples, each with another's
    neutral: Cued  # the same samples as they were
    cue_only: Cued  # the same samples, of which nothing but their own category's cue is left, on mid-grey

    @property
    def sets(self) -> Mapping[SetName, Cued]:
        """The five by name."""
        return {name: getattr(self, name) for name in SETS}

    def leak_check(self) -> pd.DataFrame:
        """What a logistic regression reads of the label, and from where: `leak_check` says more. Computed once."""
        return self._leaks.copy()

    def reliance(
        self, study: AnsweredStudy, *, aligned: str = "aligned", conflict: str = "conflict"
    ) -> Reliance:
        """How much the recorded model goes by the cue: accuracy in the first dataset minus that in the second."""
        return reliance(study, aligned=aligned, conflict=conflict)

    @cached_property
    def _leaks(self) -> pd.DataFrame:
        return leak_check(self.associated)

    def __repr__(self) -> str:
        recipe = self.recipe
        counts = ", ".join(f"{name} {len(each):,}" for name, each in self.sets.items())
        return (
            f"CueSets({recipe.kind}, association={recipe.association:g}, opacity={recipe.opacity:g}, "
            f"seed={recipe.seed}): {counts}"
        )

    def __str__(self) -> str:
        return f"{self!r}\n{leaks_in_words(self._leaks)}"


def cue(
    dataset: Any,
    kind: str,
    association: float = 0.9,
    opacity: float = 1.0,
    seed: int = 0,
    held_out: Any = None,
) -> CueSets:
    """Datasets whose pictures have a cue that tells the label as tightly as asked, at a known place.

    Parameters
    ----------
    dataset
        Labelled pictures, in any form that `shiftscope.dataset` takes.
    kind
        "patch", a square in a corner; "frame"; "tint", over all; or "watermark", diagonal stripes.
    association
        From 0, where cue and label are independent, to 1, where each sample has its own category's. Of K categories
        a share of association + (1 - association) / K of the associated samples have their own.
    opacity
        From 0, where nothing is seen, to 1: a patch and a frame opaque, a tint half, a watermark 60 %.
    seed
        Another one deals the cues otherwise.
    held_out
        Data for all sets but `associated`, which is then made of the whole of `dataset`. Without them `associated`
        has the half that dictionaries are fitted on, by the digests of ids, and the others the other half.

    Raises
    ------
    BadRequest
        No such kind, or a dial out of range.
    DataError
        No pictures or too small ones, or a category without samples in a set.
    """
    recipe = Recipe(kind, association, opacity, seed)
    source = as_dataset(dataset)
    rows = listed(source)
    if held_out is None:
        others = {name: Cued(source, recipe, name, "held out", rows=rows) for name in SETS[1:]}
        return CueSets(recipe, Cued(source, recipe, "associated", "fit", rows=rows), **others)
    reported = _in_terms_of(as_dataset(held_out), source)
    listed_there = listed(reported)
    others = {name: Cued(reported, recipe, name, rows=listed_there) for name in SETS[1:]}
    return CueSets(recipe, Cued(source, recipe, "associated", rows=rows), **others)


def _in_terms_of(dataset: Dataset, source: Dataset) -> Dataset:
    """With the labels counted as those of `source` are."""
    if source.categories is None or list(dataset.categories or ()) == list(source.categories):
        return dataset
    return Relabelled(dataset, categories=source.categories)
