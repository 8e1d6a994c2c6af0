"""Studies to look at, and the same studies as plain arrays, read with zarr and pyarrow alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pytest
import torch
import zarr
from scipy import stats
from torch import nn

from shiftscope.store.layout import folder_name
from shiftscope.study import Study
from shiftscope.views.page.panels import Columns, Fold, Page, Panel, Picture, Table, inner_panels

from ..conftest import Made, Net, made_once

P = TypeVar("P", bound=Panel)

SILENT, CONSTANT, SILENT_IN_LAB = 3, 4, 5  # units of `hidden` in the study below
CATEGORIES = 5


class Plain:
    """One recording as arrays; (sample, unit) responses of skipped samples are NaN, labels missing are -1."""

    def __init__(self, folder: Path) -> None:
        files = sorted((folder / "samples").glob("*.arrow"))
        table = pa.concat_tables([pa.ipc.open_file(file).read_all() for file in files])
        self.folder = folder
        self.labels = np.array([-1 if v is None else v for v in table["label"].to_pylist()])
        self.predictions = np.array([-1 if v is None else v for v in table["prediction"].to_pylist()])
        self.confidences = np.array([np.nan if v is None else v for v in table["confidence"].to_pylist()])
        self.ids = table["id"].to_pylist()
        self.shown = self.predictions >= 0

    def __len__(self) -> int:
        return len(self.labels)

    def responses(self, layer: str) -> np.ndarray:
        return zarr.open_array(self.folder / "responses.zarr" / layer / "by_sample", mode="r")[:].astype(
            float
        )

    def logits(self, position: int) -> np.ndarray:
        return zarr.open_array(self.folder / "responses.zarr" / "logits", mode="r")[position].astype(float)

    def maximum(self, layer: str) -> np.ndarray:
        return np.nanmax(self.responses(layer), axis=0)

    def category_means(self, layer: str, categories: int) -> np.ndarray:
        """(category, unit) mean response; NaN for a category without samples."""
        responses = self.responses(layer)
        means = np.full((categories, responses.shape[1]), np.nan)
        for c in range(categories):
            members = [s for s in range(len(self)) if self.shown[s] and self.labels[s] == c]
            if members:
                means[c] = sum(responses[s] for s in members) / len(members)
        return means

    def counted(self, label: int, prediction: int) -> int:
        pairs = zip(self.labels.tolist(), self.predictions.tolist(), strict=True)
        return sum(pair == (label, prediction) for pair in pairs)

    def judged(self) -> tuple[int, int]:
        """How many samples were classified right, and how many have a label and were shown."""
        known = [s for s in range(len(self)) if self.labels[s] >= 0 and self.predictions[s] >= 0]
        return sum(int(self.labels[s] == self.predictions[s]) for s in known), len(known)

    def strongest(self, layer: str, unit: int, how_many: int) -> list[int]:
        """Positions by response, the largest first, of equal ones the earlier; silent and skipped left out."""
        responses = self.responses(layer)[:, unit]
        moving = [s for s in range(len(self)) if self.shown[s] and responses[s] != 0]
        return sorted(moving, key=lambda s: (-responses[s], s))[:how_many]

    def having(self, label: int, prediction: int) -> list[int]:
        """Positions by confidence, the largest first, of equal ones the earlier."""
        both = (self.labels == label) & (self.predictions == prediction)
        return sorted(np.flatnonzero(both).tolist(), key=lambda s: (-self.confidences[s], s))


@dataclass
class Explored:
    """A study, and the arrays of its datasets by name."""

    study: Study
    plain: dict[str, Plain]

    @classmethod
    def of(cls, study: Study) -> Explored:
        return cls(study, {name: Plain(study.path / folder_name(name)) for name in study})

    def __getitem__(self, name: str) -> Plain:
        return self.plain[name]

    @property
    def lab(self) -> Plain:
        return self.plain["lab"]

    @property
    def field(self) -> Plain:
        return self.plain["field"]


def in_lab_and_field() -> tuple[Made, Made, Made]:
    """A reference, a shifted set with unlabelled and unreadable samples, and a small one of three categories."""
    lab = Made(samples=90, categories_count=4)
    field = Made(
        samples=130, seed=1, scale=1.5, unlabelled=frozenset({2, 60}), broken=frozenset({7, 77, 129})
    )
    night = Made(samples=25, seed=2, scale=0.4, categories_count=3)
    return lab, field, night


def explored_net(lab: Made) -> Net:
    """A net that answers variedly, with a silent unit, a constant one, and one that is silent in the lab."""
    torch.manual_seed(0)
    net = Net(categories=CATEGORIES).eval()
    linear = net.hidden[1]
    with torch.no_grad():
        linear.bias[SILENT] = -1000.0
        linear.weight[CONSTANT] = 0.0
        linear.bias[CONSTANT] = 0.5
        linear.weight[SILENT_IN_LAB] = 1.0
        linear.bias[SILENT_IN_LAB] = 0.0
        linear.bias[SILENT_IN_LAB] = -net.hidden(net.act(net.conv(lab.inputs)))[:, SILENT_IN_LAB].max() - 0.01
        net.head.weight[:, SILENT_IN_LAB] = 0.0  # it would decide all predictions in the field
        logits = net(lab.inputs)
        net.head.weight *= 4 / logits.std(0, keepdim=True).T
        net.head.bias -= net(lab.inputs).mean(0)
    return net


def label(net: Net, dataset: Made, share: float, categories: int) -> None:
    """A share of the samples is labelled as the net sees them, the others at random."""
    rng = np.random.default_rng(dataset.seed)
    with torch.no_grad():
        seen = net(dataset.inputs).argmax(1).numpy()
    right = (rng.random(len(dataset)) < share) & (seen < categories)
    dataset.labels = np.where(right, seen, rng.integers(0, categories, len(dataset)))


@pytest.fixture(scope="session")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """Three datasets at a map and at the layer before the head; category `e` has no sample anywhere."""
    lab, field, night = in_lab_and_field()
    net = explored_net(lab)
    for dataset, share, categories in ((lab, 0.7, 4), (field, 0.4, 4), (night, 0.5, 3)):
        label(net, dataset, share, categories)
    path = tmp_path_factory.mktemp("views") / "explored.study"
    study = Study.create(path, net, tuple("abcde"))
    study.record(lab, "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(field, "field", on_error="skip", progress=False)
    study.record(night, "night", progress=False)
    return Explored.of(study)


@pytest.fixture(scope="session")
def summaries_only(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """Two small datasets of which single responses were not kept."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("views") / "summaries.study", Net(), tuple("abcd"))
    kept = {"keep": "summaries", "progress": False}
    study.record(Made(samples=8), "lab", layers=["conv", "hidden"], reference=True, **kept)
    study.record(Made(samples=8, seed=1), "field", **kept)
    return Explored.of(study)


@pytest.fixture(scope="session")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A labelled reference and a shifted set without any label."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("views") / "unlabelled.study", Net(), tuple("abcd"))
    study.record(Made(samples=8), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Made(samples=6, seed=1, unlabelled=frozenset(range(6))), "field", progress=False)
    return Explored.of(study)


GROUPED = {
    **{
        f"{kind} {severity}": {"corruption": kind, "severity": severity}
        for kind in ("noise", "blur")
        for severity in (1, 2, 3)
    },
    "north": {"hospital": "north"},
    "south": {"hospital": "south"},
}


def answered_wrong(net: Net, dataset: Made, wrong: int, dim: float) -> None:
    """The first samples get the image of another one, which the net answers otherwise; the rest keep their answer."""
    with torch.no_grad():
        dimmed = net(dim * dataset.inputs).argmax(1).numpy()
    usual, labels = dataset.inputs.clone(), dataset.labels
    for s in range(len(dataset)):
        others = np.flatnonzero(labels != labels[s])
        if s < wrong:
            dataset.inputs[s] = usual[others[s % len(others)]]
        elif dimmed[s] == labels[s]:
            dataset.inputs[s] = dim * usual[s]


@pytest.fixture(scope="session")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A reference that is right on all, noise that is right on 28, 16 and 0 of 40, blur on 40, 39 and 38, and two
    hospitals on 39 each; ids and labels agree, and noise dims the images where that leaves the answer."""
    net = explored_net(Made(samples=40))

    def make(into: Path) -> None:
        study = Study.create(into / "grouped.study", net, tuple("abcde"))
        wrong = {"lab": 0, "noise 1": 12, "noise 2": 24, "noise 3": 40, "blur 1": 0, "blur 2": 1, "blur 3": 2}
        for name in ("lab", *GROUPED):
            shown = Made(samples=40)
            dim = 1 - 0.25 * int(name[-1]) if name.startswith("noise") else 1.0
            with torch.no_grad():
                shown.labels = net(shown.inputs).argmax(1).numpy()
            answered_wrong(net, shown, wrong.get(name, 1), dim)
            groups = GROUPED.get(name)
            study.record(
                shown, name, layers=["hidden"], reference=name == "lab", groups=groups, progress=False
            )

    folder = made_once(tmp_path_factory, "grouped", make)
    return Explored.of(Study.create(folder / "grouped.study", net, exist_ok=True))


@pytest.fixture(scope="session")
def twinned(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """The same samples twice, the second time dimmed: ids and labels agree, in another order."""
    lab, dusk = Made(samples=60), Made(samples=60)
    net = explored_net(lab)
    label(net, lab, 0.9, 4)
    order = np.random.default_rng(3).permutation(60)
    dusk.inputs, dusk.labels = 0.3 * lab.inputs[order], lab.labels[order]
    dusk.ids = [f"sample-{position}" for position in order]
    study = Study.create(tmp_path_factory.mktemp("views") / "twinned.study", net, tuple("abcde"))
    study.record(lab, "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(dusk, "dusk", progress=False)
    return Explored.of(study)


class Wide(nn.Module):
    """A hidden layer of 130 units and 300 categories."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(192, 130), nn.ReLU())
        self.head = nn.Linear(130, 300)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.hidden(images))
        return logits


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """Three hundred categories and a dozen samples."""
    torch.manual_seed(0)
    names = tuple(f"category {number}" for number in range(300))
    study = Study.create(tmp_path_factory.mktemp("views") / "wide.study", Wide(), names)
    study.record(Made(12, 300), "one", layers=["hidden"], reference=True, progress=False)
    study.record(Made(12, 300, seed=1), "two", progress=False)
    return Explored.of(study)


def scores(explored: Explored, shifted: str, reference: str, layer: str) -> dict[str, np.ndarray]:
    """(unit,) activation ratio, novelty and spurious, unit by unit from the definitions in the papers."""
    top, bottom = explored[shifted].maximum(layer), explored[reference].maximum(layer)
    means = [explored[name].category_means(layer, CATEGORIES) for name in (shifted, reference)]
    present = ~np.isnan(means[0]).any(axis=1) & ~np.isnan(means[1]).any(axis=1)
    found: dict[str, list[float]] = {"activation_ratio": [], "novelty": [], "spurious": []}
    for unit in range(len(top)):
        measured = bottom[unit] > 0
        ours, theirs = (m[present, unit] / bottom[unit] if measured else m[present, unit] for m in means)
        found["activation_ratio"].append(top[unit] / bottom[unit] if measured else np.nan)
        found["novelty"].append(theirs.max() - ours.max() if measured else np.nan)
        varied = measured and np.ptp(ours) > 0 and np.ptp(theirs) > 0 and len(ours) >= 3
        found["spurious"].append(1 - abs(stats.spearmanr(ours, theirs).statistic) if varied else np.nan)
    return {name: np.array(values) for name, values in found.items()}


# Looking at pages


def flat(panels: Sequence[Panel]) -> Iterator[Panel]:
    """All panels, those inside others too; what holds them is none."""
    for panel in panels:
        inner = inner_panels(panel)
        if not inner:
            yield panel
        yield from flat(inner)


def panels(page: Page, kind: type[P], title: str = "") -> list[P]:
    """The panels of a kind whose title, or that of the fold they are in, holds `title`."""
    found = [
        panel
        for panel, fold in _in_folds(page.panels)
        if isinstance(panel, kind) and (title in panel.title or title in fold)
    ]
    holding = [each for each in holders(page.panels) if isinstance(each, kind) and title in each.title]
    return [*found, *holding]


def _in_folds(panels: Sequence[Panel], fold: str = "") -> Iterator[tuple[Panel, str]]:
    """As `flat`, each with the title of the fold it is in."""
    for panel in panels:
        inner = inner_panels(panel)
        if inner:
            yield from _in_folds(inner, panel.title if isinstance(panel, Fold) else fold)
        else:
            yield panel, fold


def fold(page: Page, title: str) -> Fold:
    (found,) = (p for p in holders(page.panels) if isinstance(p, Fold) and p.title == title)
    return found


def panel(page: Page, kind: type[P], title: str = "") -> P:
    (found,) = panels(page, kind, title)
    return found


def holders(panels: Sequence[Panel]) -> Iterator[Panel]:
    """The panels that hold others."""
    for panel in panels:
        if inner_panels(panel):
            yield panel
            yield from holders(inner_panels(panel))


def columns(page: Page, title: str) -> list[Panel]:
    """The panels next to one another under a title, which may also name the datasets that have none."""
    (found,) = (
        p for p in holders(page.panels) if isinstance(p, Columns) and p.title.partition(";")[0] == title
    )
    return list(found.panels)


def strongest_first(pictures: Sequence[Picture], plain: Plain, layer: str, unit: int) -> bool:
    """Whether these are the unit's strongest samples, several of them or all that move it."""
    expected = plain.strongest(layer, unit, 3)
    return positions(pictures)[:3] == expected and positions(pictures) == plain.strongest(
        layer, unit, len(pictures)
    )


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def positions(pictures: Iterable[Picture]) -> list[int]:
    return [picture.position for picture in pictures]


def read(text: str) -> float:
    """The number in a text as pages write it; NaN for a dash."""
    if text == "–":
        return float("nan")
    found = re.fullmatch(r"([+−]?[0-9\u202f]*\.?[0-9]+(?:e[+−][0-9]+)?)(?: %| points)?", text)
    assert found, f"not a number: {text!r}"
    return float(found[1].replace("\u202f", "").replace("−", "-"))


def same_number(text: str, expected: float) -> bool:
    """Whether `text` is `expected` to three significant digits."""
    return read(text) == pytest.approx(expected, rel=5.1e-3, abs=5.1e-4, nan_ok=True)


def same_percent(text: str, share: float) -> bool:
    """Whether `text` is the share in per cent to one decimal."""
    assert text == "–" or text.endswith(" %")
    return read(text) == pytest.approx(100 * share, abs=0.0501, nan_ok=True)


class NoJobs:
    """A model at hand that has computed nothing."""

    trouble, changes = "", 0

    def all(self):
        return []

    def expected_seconds(self, kind, size):
        return None
