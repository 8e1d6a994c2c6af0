"""A study as its user holds it: the recordings on disk, and the verbs on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shiftscope.category_names import checked_categories
from shiftscope.counted import counted
from shiftscope.errors import BadRequest, NotInStudy, StudyMismatch, closest
from shiftscope.flow.intervene import intervene as flow_intervene
from shiftscope.flow.paths import paths as flow_paths
from shiftscope.flow.record import record as flow_record
from shiftscope.flow.scores import scores as flow_scores
from shiftscope.flow.verify import verify as flow_verify
from shiftscope.store.disk.locks import held
from shiftscope.store.disk.object_path import study_path
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import MANIFEST
from shiftscope.store.manifest import Manifest, create_study, refuse_taken
from shiftscope.store.notes import UnitNote, all_notes, save_unit_note
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StudyFiles, make_study_folder

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from distributed import Client
    from torch import nn

    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.engine.engine import Engine
    from shiftscope.explain.interventions.edit import How
    from shiftscope.explain.interventions.intervention import Intervention
    from shiftscope.explain.interventions.repair import Repair
    from shiftscope.explain.paths.measures.frequencies import Smoothing
    from shiftscope.explain.paths.paths import Paths
    from shiftscope.interop.tables import TableName
    from shiftscope.model.layer_choice import Layer
    from shiftscope.recording.stream import OnError
    from shiftscope.shard import Keep, Outputs, StoredAs
    from shiftscope.store.integrity.verify import Verified
    from shiftscope.web.notebook.notebook import Shown


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
        private: bool = False,
    ) -> Self:
        """A new study of `model` in the folder `path`, or at an address on an object store, as s3://bucket/x.study.

        Parameters
        ----------
        categories
            Names of the classes in the order of the logits; from the first dataset where not given.
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
        from shiftscope.model.evaluation import unwrap
        from shiftscope.model.provenance import describe_model, refuse_other_model, versions

        described = describe_model(unwrap(model))
        place, names = study_path(path), checked_categories(categories)
        refuse_taken(place)
        # Several processes that record together create it together.
        with write_errors(place):
            make_study_folder(place, private=private)
        with write_errors(place), held(place, "study"):
            if exist_ok and (place / MANIFEST).exists():
                study = cls(path)
                if study.datasets or study.unfinished():
                    refuse_other_model(study.manifest.model, described)
                    _refuse_other_categories(study.categories, names)
                else:  # nothing is recorded, so nothing is bound to what the folder was made for
                    study.save(Manifest(model=described, categories=names, versions=versions()))
            else:
                create_study(path, described, names, versions())
                study = cls(path)
        study._model = model
        return study

    def record(
        self,
        data: Any,
        name: str,
        *,
        layers: Sequence[Layer | str] | None = None,
        paths: Sequence[str] = (),
        reference: bool = False,
        model: nn.Module | None = None,
        preprocess: Preprocess | None = None,
        labels: Any = None,
        stored_as: StoredAs = "auto",
        keep: Keep = "responses",
        outputs: Outputs = "auto",
        output: str | int | None = None,
        batch_size: int = 64,
        loader_workers: int = 0,
        engine: Engine | Client | None = None,
        shard_samples: int | None = None,
        on_error: OnError = "raise",
        check_range: bool = True,
        other_preprocessing: bool = False,
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
            Names or globs of modules, "name:pool", "name:channel_axis=-1" where the axis of the units cannot be known,
            or `Layer` objects. Needed for the first dataset; later ones are recorded at the same.
        paths
            Names or globs of linear maps and convolutions inside the model whose paths are to be counted: what
            enters them is recorded as a layer "NAME input", and their weights are kept. Named with the layers.
            The map into the logits needs no naming.
        reference
            Compare the other datasets with this one. The first dataset is the reference until another says so.
        model
            Needed once after `open_study`.
        preprocess
            A `Preprocess`, for images that are not model inputs yet.
        labels
            (sample,) category numbers, where `data` holds none.
        stored_as
            Type of the stored responses: "float16", "float32", or "auto": half precision but for layers whose
            first responses it would not keep apart.
        keep
            "responses" and their summaries, or only "summaries" for sets too large to keep.
        outputs
            What the model's outputs are: "logits" (log-probabilities too) or "probabilities"; found out from the
            first ones of the first dataset where not given.
        output
            Which of several tensors that the model returns holds them, by its name or its number from 0. Needed
            where more than one could be meant, with the first dataset.
        loader_workers
            Processes that read samples for the model.
        engine
            Where the shards are recorded: in this process where not given, which shares them with the other ranks
            if torchrun or Slurm started several. A `dask.distributed.Client` has its workers record. See
            docs/cluster.md.
        shard_samples
            How many samples are written, counted and handed to a worker together; 4,096 where not given.
        on_error
            "skip" counts samples that cannot be read, and leaves a gap in their place.
        check_range
            Refuse inputs whose range is of another order than the first dataset's.
        other_preprocessing
            Record data whose preprocessing differs from the reference's, or that have none where it had one.
        overwrite
            Replace a dataset of this name; it stays until the new recording is whole.
        """
        from shiftscope.datasets.source import as_dataset
        from shiftscope.progress import bar, silent, tell
        from shiftscope.recording.stream import Pass

        self._model = model or self._model
        if self._model is None:
            raise BadRequest("an opened study does not hold the model: pass record(..., model=net) once.")
        dataset = as_dataset(data, preprocess=preprocess, labels=labels, categories=self.categories or None)
        if progress:
            tell(name, dataset.describe().get("told", ()))
        return flow_record(
            self,
            self._model,
            dataset,
            name,
            layers=layers,
            paths=paths,
            reference=reference,
            stored_as=stored_as,
            keep=keep,
            outputs=outputs,
            output=output,
            how=Pass(batch_size=batch_size, loader_workers=loader_workers, on_error=on_error),
            engine=engine,
            shard_samples=shard_samples,
            check_range=check_range,
            other_preprocessing=other_preprocessing,
            overwrite=overwrite,
            progress=bar if progress else silent,
        )

    def verify(self, *, mend: bool = False) -> Verified:
        """Compare every recorded file of the study with its checksum.

        Notes have none; scores and paths that were kept are checked when they are read.

        Parameters
        ----------
        mend
            Make again what can be made from what is stored, and let damaged shards count as not recorded: the same
            `record` as before then records these and nothing else.
        """
        return flow_verify(self, mend=mend)

    def scores(
        self,
        layer: str,
        *,
        dataset: str | None = None,
        reference: str | None = None,
        intervals: bool = False,
    ) -> pd.DataFrame:
        """A row for each shifted dataset and unit of `layer`, a column for each score; NaN where undefined.

        `intervals=True` adds their 95 % intervals, and p and q where a score tests something.
        """
        return flow_scores(self, layer, dataset=dataset, reference=reference, intervals=intervals)

    def worst_units(
        self, layer: str, how_many: int, by: str, *, dataset: str | None = None, reference: str | None = None
    ) -> tuple[int, ...]:
        """The units of `layer` with the largest values of a score under a shifted dataset, largest first."""
        from shiftscope.explain.interventions.worst_units import worst_units

        return worst_units(self, how_many, by, layer=layer, dataset=dataset, reference=reference)

    def intervene(
        self,
        layer: str,
        units: Sequence[int],
        how: How = "silence",
        *,
        reference: str | None = None,
        model: nn.Module | None = None,
        data: Mapping[str, Any] | None = None,
        batch_size: int = 64,
        loader_workers: int = 0,
        progress: bool = True,
    ) -> Intervention:
        """Change what some units respond, and see what the model answers on each dataset.

        Without `data` this is computed from what is stored, through the linear head that `layer` feeds. With
        `data`, datasets as they were recorded by their names, the model runs anew and any recorded layer can be
        changed.

        Parameters
        ----------
        how
            "silence": the response is 0. "clamp": it is brought into the unit's range on the reference. "replace":
            it becomes the unit's mean over the samples of the reference whose label is the predicted category.
        model
            Needed with `data` once after `open_study`.
        """
        from shiftscope.progress import bar, silent

        if model is not None and data is None:
            raise BadRequest("a model and nothing to show it: give data={name: dataset} too.")
        self._model = model or self._model
        if data is not None and self._model is None:
            raise BadRequest("an opened study does not hold the model: pass intervene(..., model=net) once.")
        return flow_intervene(
            self,
            layer,
            units,
            how,
            reference=reference,
            model=self._model,
            data=data,
            batch_size=batch_size,
            loader_workers=loader_workers,
            progress=bar if progress else silent,
        )

    def repair(
        self,
        dataset: str,
        *,
        margin: float = 0.01,
        most: int = 20,
        seed: int = 0,
        reference: str | None = None,
    ) -> Repair:
        """Search the smallest set of units whose silence raises the accuracy on a shifted dataset.

        Chosen on one half of the samples, reported on the other; see `docs/interventions.md`.

        Parameters
        ----------
        margin
            By how much the accuracy on the reference may fall in the search, from 0 to 1.
        most
            Units at most.
        seed
            Of the halves.
        """
        from shiftscope.explain.interventions.repair import repair

        return repair(self, dataset, margin=margin, most=most, seed=seed, reference=reference)

    def paths(
        self,
        layer: str | None = None,
        *,
        rule: str = "abs_mean",
        smoothing: Smoothing = "clip",
        eps: float = 1e-8,
        reference: str | None = None,
        shuffles: int = 20,
        resamples: int = 100,
        seed: int = 0,
        progress: bool = True,
    ) -> Paths:
        """How often each product of weight and response is significant, category by category; see docs/paths.md.

        Computed from what is stored, without the model, and kept in the study.

        Parameters
        ----------
        layer
            A linear map by the name of its module, or of the recorded layer that enters it; the head where not given.
        rule
            When a path is significant: "abs_mean" reproduces the published tables, "printed" is the formula in the
            paper; `shiftscope.explain.paths.counting.rules` has all.
        smoothing
            What is done with frequencies of 0 and 1: "clip" to [eps, 1 - eps], "jeffreys", or "none", which makes
            some divergences infinite.
        shuffles
            Of the labels, for the sampling floor.
        resamples
            Of the samples, for intervals.

        Raises
        ------
        NotInStudy
            No such map, or responses that were not kept.
        BadRequest
            An unknown rule or smoothing, or too few draws.
        """
        from shiftscope.explain.paths.counting.rules import rule_named
        from shiftscope.explain.paths.measures.frequencies import Frequencies
        from shiftscope.explain.paths.path_statistics import Settings
        from shiftscope.progress import bar, silent

        settings = Settings(rule_named(rule), Frequencies(smoothing, eps), shuffles, resamples, seed)
        return flow_paths(
            self,
            layer,
            settings=settings,
            reference=reference,
            progress=partial(bar, counted="passes") if progress else silent,
        )

    def to_xarray(self, layer: str | None = None, dataset: str | None = None) -> xr.Dataset | xr.DataTree:
        """Responses with named dimensions and coordinates, read from disk when they are computed with.

        A Dataset of one `dataset`, or a DataTree of all; every layer, or only `layer`. Needs xarray.
        """
        from shiftscope.interop.to_xarray import labelled

        return labelled(self, layer, dataset)

    def to_pandas(self, what: TableName = "samples") -> pd.DataFrame:
        """One of the tables "samples", "scores", "confusions", "categories" and "units"; see docs/tables.md."""
        from shiftscope.interop.tables import table

        return table(self, what, score=flow_scores)

    def annotate(
        self,
        layer: str,
        unit: int,
        *,
        label: str | None = None,
        tags: str | Iterable[str] | None = None,
        note: str | None = None,
    ) -> UnitNote:
        """Write about one unit, to be seen and searched for in the viewer; what is None stays as it is."""
        return save_unit_note(self, layer, unit, label=label, tags=tags, note=note)

    def notes(self) -> pd.DataFrame:
        """A row for each unit that has a label, tags or a note: layer, unit, label, tags, note, changed."""
        import pandas as pd

        rows = [
            (layer, unit, note.label, ", ".join(sorted(note.tags)), note.note, note.changed)
            for layer, unit, note in all_notes(self)
        ]
        return pd.DataFrame(rows, columns=["layer", "unit", "label", "tags", "note", "changed"])

    def overview(self, **options: Any) -> Shown:
        """What the shift did, in one look; pages draw themselves in a notebook, `page` holds what they show.

        Options are those in the viewer's addresses: `layer`, `reference`, `lead`.
        """
        return self._shown("overview", **options)

    def layer_page(self, layer: str, **options: Any) -> Shown:
        """The units of a layer under a shift: `lead` names it, `sort` the score they are sorted by."""
        return self._shown("layer_units", layer, **options)

    def unit(self, layer: str, index: int, **options: Any) -> Shown:
        """One unit: its scores, its strongest images in each dataset, what it responds to."""
        return self._shown("unit", layer, index, **options)

    def sample(self, dataset: str, position: int, **options: Any) -> Shown:
        """One image: what the model said of it, and the units that it moves most."""
        return self._shown("sample", dataset, position, **options)

    def dataset_page(self, dataset: str, **options: Any) -> Shown:
        """A dataset's confusion matrix and images; `show="wrong"` leaves the mistakes."""
        return self._shown("dataset_images", dataset, **options)

    def category(self, category: int | str, **options: Any) -> Shown:
        """One category, by number or name: how well it is told, what it is taken for, which units respond to it."""
        return self._shown("category", self._category(category), **options)

    def confusion(self, actual: int | str, predicted: int | str, **options: Any) -> Shown:
        """Two categories taken for one another, by number or name."""
        return self._shown("confusion", self._category(actual), self._category(predicted), **options)

    def __repr__(self) -> str:
        lines = [f"Study {self.name!r} of {self.manifest.model['class']}, in {self.path}"]
        for name in self:
            lines.append(f"  {name}{' (reference)' if name == self.reference else ''}: {self[name].in_words}")
        layers = ", ".join(f"{layer.name} ({counted(layer.units, 'unit')})" for layer in self.manifest.layers)
        return "\n".join([*lines, f"  layers: {layers}" if layers else "  nothing recorded yet"])

    def _repr_html_(self) -> str:
        return self.overview()._repr_html_()

    def _shown(self, view: str, *place: Any, **options: Any) -> Shown:
        from shiftscope.views.page.view import views
        from shiftscope.web.notebook.notebook import Shown

        return Shown(views[view].draw(self, *place, **options), self)

    def _category(self, category: int | str) -> int:
        if isinstance(category, int):
            return self.check_category(category)
        if category not in self.categories:
            raise NotInStudy(f"no category {category!r}; closest: {closest(category, self.categories)}.")
        return self.categories.index(category)


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


def open_study(path: str | Path) -> Study:
    """The study in the folder `path`, or at an address on an object store, as s3://bucket/x.study."""
    return Study(path)


def paths(study: Study, layer: str | None = None, **options: Any) -> Paths:
    """`study.paths(layer, ...)`: how often each product of weight and response is significant."""
    return study.paths(layer, **options)
