"""What the reader chose, kept in every link: the layer whose units are shown and the dataset compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from shiftscope.errors import BadRequest
from shiftscope.store.study_files import StudyFiles
from shiftscope.views.panels import Choice, Link


@dataclass(frozen=True)
class Look:
    """The choices in force, and the addresses of pages that keep them."""

    layer: str
    reference: str
    asked_layer: str | None = None  # as in the address; None leaves the default
    asked_reference: str | None = None

    @classmethod
    def at(cls, study: StudyFiles, layer: str | None, reference: str | None) -> Look:
        """Choices checked against the study; the default layer is the one that feeds the logits, else the last."""
        if not study.layers:
            raise BadRequest("nothing is recorded in this study yet. `shiftscope record` adds a dataset.")
        default = study.head[0] if study.head else list(study.layers)[-1]
        return cls(
            study.layer(layer).name if layer else default,
            study[reference].name if reference else study.reference,
            layer,
            reference,
        )

    def page(self, path: str, **options: str | int | bool | None) -> str:
        """An address with the choices in force and more options."""
        query = {"layer": self.asked_layer, "reference": self.asked_reference, **options}
        given = {name: value for name, value in query.items() if value is not None}
        return f"{path}?{urlencode(given)}" if given else path

    def overview(self) -> str:
        return self.page("")

    def layer_page(self, layer: str | None = None, **options: str | int | bool | None) -> str:
        return self.page(self.at_layer(layer or self.layer), **{"layer": None, **options})

    def unit(self, index: int, layer: str | None = None, **options: str | int | bool | None) -> str:
        return self.page(f"{self.at_layer(layer or self.layer)}/units/{index}", **{"layer": None, **options})

    def dataset(self, name: str, **options: str | int | bool | None) -> str:
        return self.page(self.at_dataset(name), **options)

    def sample(self, dataset: str, position: int) -> str:
        return self.page(f"{self.at_dataset(dataset)}/samples/{position}")

    @staticmethod
    def at_layer(name: str) -> str:
        return f"layers/{quote(name, safe='')}"

    @staticmethod
    def at_dataset(name: str) -> str:
        return f"datasets/{quote(name, safe='')}"

    def category(self, index: int) -> str:
        return self.page(f"categories/{index}")

    def confusion(self, actual: int, predicted: int) -> str:
        return self.page(f"confusions/{actual}/{predicted}")

    def choices(self, study: StudyFiles, path: str) -> Sequence[Choice]:
        """Menus of layer and reference for a page at `path` that shows units of a layer."""
        return [self.layer_choice(study, path), self.reference_choice(study, path)]

    def layer_choice(self, study: StudyFiles, path: str, **options: str | int | bool | None) -> Choice:
        links = [Link(name, replace(self, asked_layer=name).page(path, **options)) for name in study.layers]
        return Choice("Units of layer", links, self.layer)

    def reference_choice(self, study: StudyFiles, path: str, **options: str | int | bool | None) -> Choice:
        links = [Link(name, replace(self, asked_reference=name).page(path, **options)) for name in study]
        return Choice("Compare with", links, self.reference)

    def others(self, study: StudyFiles) -> list[str]:
        """The datasets compared with the reference in force."""
        return [name for name in study if name != self.reference]

    def ordered(self, study: StudyFiles) -> list[str]:
        """All datasets, the reference in force first."""
        return [self.reference, *self.others(study)]
