"""A new study."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from shiftscope.category_names import checked_categories
from shiftscope.counted import counted
from shiftscope.errors import StudyMismatch
from shiftscope.flow.describe import describe
from shiftscope.store.description import checked_about
from shiftscope.store.disk.locks import held
from shiftscope.store.disk.object_path import study_path
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.manifest import Manifest, create_study, make_study_folder, refuse_taken
from shiftscope.store.places import StudyPlace
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

S = TypeVar("S", bound=StoredStudy)


def create(
    cls: type[S],
    path: str | Path,
    model: nn.Module,
    categories: Sequence[str] = (),
    *,
    about: str | None = None,
    exist_ok: bool = False,
    private: bool = False,
) -> S:
    """A new study of `model` in the folder `path`, or at an address on an object store, as s3://bucket/x.study.

    Parameters
    ----------
    categories
        Names of the classes in the order of the logits; from the first dataset where not given.
    about
        What the study is, for a person; `describe` changes it.
    exist_ok
        Go on with the study that is there, if it is of this model.
    private
        Let nobody but its owner read the study, nor anything that is ever written into it. Otherwise the umask
        decides, as for other files. Not on Windows and not on an object store, which have other means.

    Raises
    ------
    StudyMismatch
        The folder is not empty, or holds a study of another model.
    StudyNotWritable
        The disk is full or may only be read.
    DataError
        A category's name cannot be stored.
    """
    from shiftscope.model.evaluation.evaluation import unwrap
    from shiftscope.model.provenance import describe_model, refuse_other_model, versions

    described = describe_model(unwrap(model))
    checked_about(about or "")
    place, names = study_path(path), checked_categories(categories)
    refuse_taken(place)
    # Several processes that record together create it together.
    with write_errors(place):
        make_study_folder(place, private=private)
    with write_errors(place), held(place, "study"):
        if exist_ok and StudyPlace(place).manifest.exists():
            study = cls(path)
            if study.datasets or study.unfinished():
                refuse_other_model(study.manifest.model, described)
                _refuse_other_categories(study.categories, names)
            else:  # nothing is recorded, so nothing is bound to what the folder was made for
                study.save(Manifest(model=described, categories=names, versions=versions()))
        else:
            create_study(path, described, names, versions())
            study = cls(path)
    study.model = model
    if about is not None:
        describe(study, about=about)
    return study


def _refuse_other_categories(there: tuple[str, ...], here: tuple[str, ...]) -> None:
    if here and there and here != there:
        first, (ours, theirs) = next(
            (place, pair) for place, pair in enumerate(zip_longest(there, here)) if len(set(pair)) > 1
        )
        named = " and ".join(f"no number {first}" if name is None else repr(name) for name in (ours, theirs))
        raise StudyMismatch(
            f"this study has {counted(len(there), 'category')} and {len(here)} were given; number {first} is {named}. "
            "Leave them out, or create a new study: names are given with the first dataset."
        )
