"""A study as its user holds it: the recordings on disk, and the verbs on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shiftscope import flow
from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.store.layout import MANIFEST
from shiftscope.store.recording import Recording
from shiftscope.store.study_files import Manifest, StudyFiles, create_study

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from shiftscope.datasets.preprocess import Preprocess
    from shiftscope.recording.layers import Layer
    from shiftscope.recording.seen import Keep, Outputs, StoredType
    from shiftscope.recording.stream import OnError
    from shiftscope.views.panels import Page


class Study(StudyFiles):
    """One model, several datasets, and everything known about them: a folder.

    A mapping from dataset names to recordings, the reference first. Make one with `Study.create`, or open
    one with `open_study`.
    """

    _model: nn.Module | None = None

    @classmethod
    def create(
        cls,
        path: str | Path,
        model: nn.Module,
        categories: Sequence[str] = (),
        *,
        exist_ok: bool = False,
    ) -> Self:
        """A new study of `model` in the folder `path`.

        Parameters
        ----------
        categories
            Names of the classes in the order of the logits; from the first dataset where not given.
        exist_ok
            Go on with the study that is there, if it is of this model.

        Raises
        ------
        StudyMismatch
            The folder is not empty, or holds a study of another model.
        """
        from shiftscope.recording.model import unwrap
        from shiftscope.recording.provenance import describe_model, refuse_other_model, versions

        described = describe_model(unwrap(model))
        if exist_ok and (Path(path) / MANIFEST).exists():
            study = cls(path)
            if study.datasets or study.unfinished():
                refuse_other_model(study.manifest.model, described)
                _refuse_other_categories(study.categories, tuple(categories))
            else:  # nothing is recorded, so nothing is bound to what the folder was made for
                study.save(Manifest(model=described, categories=tuple(categories), versions=versions()))
        else:
            create_study(path, described, categories, versions())
            study = cls(path)
        study._model = model
        return study

    def record(
        self,
        data: Any,
        name: str,
        *,
        layers: Sequence[Layer | str] | None = None,
        reference: bool = False,
        model: nn.Module | None = None,
        preprocess: Preprocess | None = None,
        labels: Any = None,
        stored_as: StoredType = "float16",
        keep: Keep = "responses",
        outputs: Outputs = "auto",
        batch_size: int = 64,
        workers: int = 0,
        on_error: OnError = "raise",
        check_range: bool = True,
        overwrite: bool = False,
        progress: bool = True,
    ) -> Recording:
        """Show `data` to the model and keep the responses of `layers`; goes on where it stopped.

        Parameters
        ----------
        data
            A dataset of shiftscope, arrays (sample, channel, row, column), a pair (images, labels), a map-style
            torch Dataset, a DataLoader that reads in order, a Hugging Face dataset, or text such as
            "imagefolder:val/". What needs more options is made by `shiftscope.dataset`.
        name
            Of the dataset in the study.
        layers
            Names or globs of modules, "name:pool", or `Layer` objects. Needed for the first dataset; later ones
            are recorded at the same.
        reference
            Compare the other datasets with this one. The first dataset is the reference until another says so.
        model
            Needed once after `open_study`.
        preprocess
            A `Preprocess`, for images that are not model inputs yet.
        labels
            (sample,) category numbers, where `data` holds none.
        stored_as
            Type of the stored responses: "float16" or "float32".
        keep
            "responses" and their summaries, or only "summaries" for sets too large to keep.
        outputs
            What the model's outputs are: "logits" (log-probabilities too) or "probabilities"; found out from the
            first ones where not given.
        on_error
            "skip" counts samples that cannot be read, and leaves a gap in their place.
        check_range
            Refuse inputs whose range is of another order than the first dataset's.
        overwrite
            Replace a dataset of this name; it stays until the new recording is whole.
        """
        from shiftscope.datasets.source import as_dataset
        from shiftscope.progress import bar, silent
        from shiftscope.recording.stream import Pass

        self._model = model or self._model
        if self._model is None:
            raise BadRequest("an opened study does not hold the model: pass record(..., model=net) once.")
        return flow.record(
            self,
            self._model,
            as_dataset(data, preprocess=preprocess, labels=labels, categories=self.categories or None),
            name,
            layers=layers,
            reference=reference,
            stored_as=stored_as,
            keep=keep,
            outputs=outputs,
            how=Pass(batch_size=batch_size, workers=workers, on_error=on_error),
            check_range=check_range,
            overwrite=overwrite,
            progress=bar if progress else silent,
        )

    def scores(self, layer: str, *, dataset: str | None = None, reference: str | None = None) -> pd.DataFrame:
        """A row for each shifted dataset and unit of `layer`, a column for each score; NaN where undefined."""
        return flow.scores(self, layer, dataset=dataset, reference=reference)

    def unit(self, layer: str, index: int) -> Page:
        """The page of one unit."""
        from shiftscope.views.unit import unit

        return unit(self, layer, index)


def _refuse_other_categories(there: tuple[str, ...], here: tuple[str, ...]) -> None:
    if here and there and here != there:
        differs = next((i for i, (a, b) in enumerate(zip(there, here, strict=False)) if a != b), len(there))
        raise StudyMismatch(
            f"this study has {len(there)} categories and {len(here)} were given; they differ first at {differs}. "
            "Leave them out, or create a new study."
        )


def open_study(path: str | Path) -> Study:
    """The study in the folder `path`."""
    return Study(path)
