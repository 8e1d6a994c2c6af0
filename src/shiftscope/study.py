"""A study as its user holds it: the recordings on disk, and the verbs on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftscope.counted import counted
from shiftscope.errors import NotInStudy, closest
from shiftscope.flow.annotate import annotate, notes
from shiftscope.flow.attribute import attribute
from shiftscope.flow.attributions import attributions
from shiftscope.flow.create import create
from shiftscope.flow.derive import derive
from shiftscope.flow.describe import describe
from shiftscope.flow.difference import difference
from shiftscope.flow.dose import dose
from shiftscope.flow.downsampling import downsampling
from shiftscope.flow.fit_under_shift import fit_under_shift
from shiftscope.flow.importance import importance
from shiftscope.flow.intervene import intervene
from shiftscope.flow.local_against_distributed import local_against_distributed
from shiftscope.flow.paths import paths as count_paths
from shiftscope.flow.realign import realign
from shiftscope.flow.record import record
from shiftscope.flow.remove import remove
from shiftscope.flow.rename import rename
from shiftscope.flow.reorder import reorder
from shiftscope.flow.repair import repair
from shiftscope.flow.repaired_head import repaired_head
from shiftscope.flow.results import results
from shiftscope.flow.scores import scores
from shiftscope.flow.spectra import spectra
from shiftscope.flow.sweep import sweep
from shiftscope.flow.tag_samples import sample_tags, tag_samples
from shiftscope.flow.to_pandas import to_pandas
from shiftscope.flow.to_xarray import to_xarray
from shiftscope.flow.twins import twins
from shiftscope.flow.verify import verify
from shiftscope.flow.visualise import visualisations, visualise
from shiftscope.flow.worst_units import worst_units
from shiftscope.short_html import Strip, html_table, paragraph
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.live import LiveStudy
    from shiftscope.web.notebook.notebook import Shown

LISTED = 12  # datasets that are named one by one


class Study(StoredStudy):
    """One model, several datasets, and everything known about them: a folder.

    A mapping from dataset names to recordings, the reference first. Make one with `Study.create`, or open
    one with `open_study`. Each verb stands in a file of its own below `shiftscope/flow/`.
    """

    create: classmethod[Any, ..., Study] = classmethod(create)
    record = record
    sweep = sweep
    derive = derive
    fit_under_shift = fit_under_shift
    realign = realign
    importance = importance
    local_against_distributed = local_against_distributed
    describe = describe
    rename = rename
    reorder = reorder
    remove = remove
    verify = verify
    results = results

    scores = scores
    twins = twins
    dose = dose
    worst_units = worst_units
    intervene = intervene
    repair = repair
    repaired_head = repaired_head
    paths = count_paths
    attribute = attribute
    attributions = attributions
    visualise = visualise
    visualisations = visualisations
    difference = difference
    spectra = spectra
    downsampling = downsampling

    to_pandas = to_pandas
    to_xarray = to_xarray
    annotate = annotate
    notes = notes
    tag_samples = tag_samples
    sample_tags = sample_tags

    def live(self, model: nn.Module | None = None, data: Mapping[str, Any] | None = None) -> LiveStudy:
        """The study with its model and data at hand; see `shiftscope.live.live`."""
        from shiftscope.live import live

        return live(self, model, data)

    def overview(self, **options: Any) -> Shown:
        """What the shift did, in one look; pages draw themselves in a notebook, `page` holds what they show.

        Options are those in the viewer's addresses: `layer`, `baseline`, `focus`.
        """
        return self._shown("overview", **options)

    def layer_page(self, layer: str, **options: Any) -> Shown:
        """The units of a layer under a shift: `focus` names it, `sort` the score they are sorted by."""
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
        """One category, by number or name: how well it is classified, what it is taken for, its units."""
        return self._shown("category", self._category(category), **options)

    def confusion(self, actual: int | str, predicted: int | str, **options: Any) -> Shown:
        """Two categories taken for one another, by number or name."""
        return self._shown("confusion", self._category(actual), self._category(predicted), **options)

    def __repr__(self) -> str:
        lines = [f"Study {self.name!r} of {self.manifest.model['class']}, in {self.path}"]
        for name in list(self)[:LISTED]:
            lines.append(f"  {name}{' (reference)' if name == self.reference else ''}: {self[name].in_words}")
        if len(self) > LISTED:
            lines.append(f"  and {len(self) - LISTED} more")
        layers = self._layers_in_words()
        return "\n".join([*lines, f"  layers: {layers}" if layers else "  nothing recorded yet"])

    def _repr_html_(self) -> str:
        """What is recorded, a line and a few pictures for each set; `overview()` draws what the shift did."""
        first = paragraph(f"Study {self.name!r} of {self.manifest.model['class']}, in {self.path}")
        if not self:
            return first + paragraph("Nothing is recorded yet: study.record(...) begins.")
        rows: list[list[str | Strip]] = [
            [
                f"{name} (reference)" if name == self.reference else name,
                self[name].in_words,
                self[name].strip(),
            ]
            for name in list(self)[:LISTED]
        ]
        more = f"{len(self) - LISTED} more sets. " if len(self) > LISTED else ""
        last = f"{more}Layers: {self._layers_in_words()}. study.overview() draws what the shift did."
        return first + html_table(("set", "samples", ""), rows) + paragraph(last)

    def _layers_in_words(self) -> str:
        return ", ".join(f"{layer.name} ({counted(layer.units, 'unit')})" for layer in self.manifest.layers)

    def _shown(self, view: str, *place: Any, **options: Any) -> Shown:
        from shiftscope.views.page.selection import EARLIER_NAMES
        from shiftscope.views.page.view import views
        from shiftscope.web.notebook.notebook import Shown

        for name, earlier in EARLIER_NAMES.items():
            if earlier in options:
                options[name] = options.pop(earlier)
        return Shown(views[view].draw(self, *place, **options), self)

    def _category(self, category: int | str) -> int:
        if isinstance(category, int):
            return self.check_category(category)
        if category not in self.categories:
            raise NotInStudy(f"no category {category!r}; closest: {closest(category, self.categories)}.")
        return self.categories.index(category)


def open_study(path: str | Path) -> Study:
    """The study in the folder `path`, or at an address on an object store, as s3://bucket/x.study."""
    return Study(path)
