"""The preprocessing of a study's reference, for data that are given without any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shiftscope.datasets.other_preprocessing import in_words, refuse_other_preprocessing
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.reopened import recorded_preprocess
from shiftscope.datasets.sample import Dataset
from shiftscope.errors import BadRequest, DataError
from shiftscope.store.layout import by_older_rules
from shiftscope.store.stored_study import StoredStudy


def like_reference(
    study: StoredStudy, name: str, plain: Dataset, make: Callable[[ToInput], Dataset]
) -> tuple[Dataset, list[str]]:
    """The data as the study's reference was preprocessed, and the sentence that says so.

    Parameters
    ----------
    plain
        The data without any preprocessing: what is given back, with no sentence, where that comes to the same, where
        the data take none (a later check then names the difference), or where they are the reference itself.
    make
        The same data with a preprocessing.
    """
    if study.reference not in study.datasets or name == study.reference:
        return plain, []
    if by_older_rules(study.manifest.format) and (name in study.datasets or name in study.unfinished()):
        return plain, []  # begun when nobody asked
    source = study[study.reference].plan.source
    if not _differs(plain.describe(), source, name, study.reference):
        return plain, []
    try:
        preprocess = recorded_preprocess(source)
        if preprocess is None:
            return plain, []
        made = make(preprocess)
        if not _readable(made) and _readable(plain):
            return plain, []
    except (DataError, BadRequest):
        return plain, []
    return made, [f"preprocessed as {study.reference!r} was: {in_words(preprocess.describe())}."]


def _differs(here: Mapping[str, Any], there: Mapping[str, Any], name: str, reference: str) -> bool:
    try:
        refuse_other_preprocessing(here, there, name, reference)
    except DataError:
        return True
    ours, theirs = here.get("preprocess"), there.get("preprocess")
    if not (isinstance(ours, Mapping) and isinstance(theirs, Mapping)):
        return False
    return ours.get("channels") != theirs.get("channels")


def _readable(dataset: Dataset) -> bool:
    try:
        dataset[0]
    except DataError:
        return False
    return True
