"""Small models and datasets that the tests share."""

from __future__ import annotations

import os

if "PYTEST_XDIST_WORKER" in os.environ:  # workers share the processors, and read before the libraries are
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import gc
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image
from starlette.testclient import TestClient
from torch import nn

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Sample
from shiftscope.errors import DataError
from shiftscope.study import Study
from shiftscope.web.server.application import application

SHARED_DATA = Path(os.environ.get("SHIFTSCOPE_DATA", Path(__file__).parents[2] / "shared" / "data"))


# The slow lane


LONGEST = (
    "tests/views/test_links.py",
    "tests/object_store/test_study_on_a_store.py",
    "tests/web/jobs/test_worker.py",
    "tests/test_record.py",
    "tests/browser/",
    "tests/cli/test_record_workers.py",
    "tests/interop/deephys/test_broken_files.py",
    "tests/test_docs.py",
    "tests/cli/test_demo.py",
    "tests/examples/",
    "tests/engine/",
    "tests/faults/",
)


def mostly_slow(cases: Iterable[Any], quick: int = 1) -> list[Any]:
    """The first few cases as they are, and the others, which repeat them, in the slow lane."""
    given = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [
        pytest.param(*case, marks=pytest.mark.slow if place >= quick else ())
        for place, case in enumerate(given)
    ]


def pytest_addoption(parser: pytest.Parser) -> None:
    today = datetime.now(UTC).toordinal() % 10  # workers are sent the number, whatever day they begin on
    told = "of the tests marked slow, run the tenth whose day it is"
    parser.addoption("--slow-tenth", action="store_const", const=today, help=told)


_slow_lane = pytest.StashKey[tuple[int, int]]()  # how many of its tests are run, and how many there are


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: not item.nodeid.startswith(LONGEST)
    )  # no worker is left with a long file at the end
    tenth = config.option.slow_tenth
    if tenth is None:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    left_out = {item for item in slow if zlib.crc32(ascii(item.nodeid).encode()) % 10 != tenth}
    config.hook.pytest_deselected(items=[item for item in slow if item in left_out])
    items[:] = [item for item in items if item not in left_out]
    config.stash[_slow_lane] = len(slow) - len(left_out), len(slow)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput") and _slow_lane in session.config.stash:
        session.config.workeroutput["slow lane"] = session.config.stash[_slow_lane]


def pytest_collection_finish() -> None:
    """What all tests import is for good: no collection of garbage need look through it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All workers collect the same tests, so any of them tells."""
    if told := getattr(node, "workeroutput", {}).get("slow lane"):
        node.config.stash[_slow_lane] = tuple(told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if _slow_lane in config.stash:
        run, all_of_them = config.stash[_slow_lane]
        terminalreporter.line(
            f"slow lane: tenth {config.option.slow_tenth} of 0 to 9, {run} of {all_of_them} tests"
        )


@pytest.fixture(scope="session", autouse=True)
def _unflushed() -> Iterator[None]:
    """Nothing waits for the disk: no test looks at what a power cut leaves, but those in tests/faults."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture
def shared_data() -> Path:
    """Real data and weights, where this checkout has them beside it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {SHARED_DATA}; set SHIFTSCOPE_DATA")
    return SHARED_DATA


@dataclass
class Made:
    """A dataset of seeded noise with coloured pictures; `broken` positions cannot be read."""

    samples: int = 40
    categories_count: int = 4
    seed: int = 0
    scale: float = 1.0
    unlabelled: frozenset[int] = frozenset()
    broken: frozenset[int] = frozenset()
    categories: tuple[str, ...] | None = None
    ids: list[str] | None = None  # "sample-0" and so on where None
    read: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.inputs = torch.from_numpy(rng.random((self.samples, 3, 8, 8), np.float32) * self.scale)
        self.labels = rng.integers(0, self.categories_count, self.samples)

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, position: int) -> Sample:
        self.read.append(position)
        if position in self.broken:
            raise DataError(f"sample {position} cannot be read.")
        pixels = (self.inputs[position].clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).numpy()
        label = NO_LABEL if position in self.unlabelled else int(self.labels[position])
        picture = Image.fromarray(pixels)
        name = self.ids[position] if self.ids else f"sample-{position}"
        return Sample(name, self.inputs[position], label, picture, metadata={"row": position})

    def fingerprint(self) -> str:
        return f"{self.samples}-{self.seed}-{self.scale}-{sorted(self.unlabelled)}"

    def describe(self) -> dict[str, object]:
        return {"kind": "made"}


class Net(nn.Module):
    """Convolution, in-place ReLU, pooling, a hidden layer and a head, under names that tests use."""

    def __init__(self, categories: int = 4) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.act = nn.ReLU(inplace=True)
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(6 * 36, 10), nn.ReLU())
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(10, categories)
        self.unused = nn.Linear(2, 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.dropout(self.hidden(self.act(self.conv(images)))))
        return logits


@pytest.fixture
def net() -> Net:
    torch.manual_seed(0)
    return Net()


@pytest.fixture
def made() -> type[Made]:
    return Made


@pytest.fixture
def new_study(tmp_path: Path, net: Net) -> Callable[..., Study]:
    """An empty study of `net`, or of another model, in a fresh folder."""

    def create(
        model: nn.Module = net, categories: tuple[str, ...] = ("a", "b", "c", "d"), name: str = "made"
    ) -> Study:
        return Study.create(tmp_path / f"{name}.study", model, categories)

    return create


def copied(path: Path, into: Path, model: nn.Module) -> Study:
    """A copy of a study of `model` in another folder, for a test to change: a tenth of the time of recording."""
    return Study.create(shutil.copytree(path, into / path.name), model, exist_ok=True)


@pytest.fixture(scope="session")
def _misled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `misled` copies."""
    from tests import misled

    return misled.recorded(tmp_path_factory.mktemp("misled") / "misled.study")


@pytest.fixture
def misled(tmp_path: Path, _misled_once: Path) -> Study:
    """A study whose colour units mislead the model, so that a repair helps."""
    from tests.misled import Chooser

    return copied(_misled_once, tmp_path, Chooser())


@pytest.fixture(scope="session")
def _recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `recorded` copies."""
    path = tmp_path_factory.mktemp("recorded") / "made.study"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        study = Study.create(path, Net(), ("a", "b", "c", "d"))
    study.record(Made(), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(Made(seed=1, scale=1.5), "field", progress=False)
    return path


@pytest.fixture
def recorded(tmp_path: Path, net: Net, _recorded_once: Path) -> Study:
    """A study with a reference and a shifted set, recorded at a map and at the layer before the head."""
    return copied(_recorded_once, tmp_path, net)


def viewer(study: Study, **options: Any) -> TestClient:
    """A client of the viewer of a study, without a token."""
    app = application(study, token=None, **options)
    return TestClient(app, base_url="http://127.0.0.1:8421")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A copy of the folder that `make` fills, which only the first of all workers to ask for it has done."""
    own = factory.getbasetemp()
    made = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"{name} of all workers"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            begun = made.with_name(f"{name} begun")
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir()
            make(begun)
            begun.rename(made)
    return Path(shutil.copytree(made, own / name))


@pytest.fixture(scope="session")
def demo_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's study after a few epochs; to be read, not written."""
    from shiftscope.demo import make_study

    folder = made_once(tmp_path_factory, "demo", lambda into: make_study(into / "demo.study", epochs=4))
    return folder / "demo.study"
