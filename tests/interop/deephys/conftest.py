"""Files that Deephys' own packages wrote, decoded by another CBOR reader than ours, and files made for a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import numpy as np
import pytest

from shiftscope.interop.deephys.import_deephys import import_deephys
from shiftscope.store.stored_study import StoredStudy

REAL = Path(__file__).parents[1] / "data" / "deephys"
# The model file and the datasets that the packages 0.14.1, 0.9.2 and 0.5.4 wrote for it.
VERSIONS = {
    "0.14.1": ("now.model", ("lab.test", "field.test", "odd.test")),
    "0.9.2": ("toy_net_v2.model", ("older.test", "older64.test")),
    "0.5.4": ("oldest_net.model", ("oldest.test", "oldest_grey.test")),
}


@dataclass(frozen=True)
class Raw:
    """A dataset as another reader sees it."""

    labels: np.ndarray  # (image,)
    categories: list[str]  # (image,)
    pixels: list[np.ndarray]  # (channel, row, column) each
    features: list[Any]
    layers: dict[str, np.ndarray]  # layer -> (image, unit) in the file's type
    logits: np.ndarray  # (image, category)


def decoded(model: Path, test: Path) -> Raw:
    """A `.test` file by cbor2 and numpy."""
    layers = [layer["layerID"] for layer in cbor2.loads(model.read_bytes())["layers"]]
    logits = cbor2.loads(model.read_bytes()).get("classification_layer", "classification")
    content = cbor2.loads(test.read_bytes())
    number = {"float32": ">f4", "float64": ">f8"}[content.get("dtype", "float32")]
    images = content["images"]
    responses = {
        layer: _stacked([image["activations"]["activations"][i] for image in images], number)
        for i, layer in enumerate(layers)
    }
    return Raw(
        np.array([image["categoryID"] for image in images]),
        [image["category"] for image in images],
        [
            np.array([[list(row) for row in channel] for channel in image["data"]], np.uint8)
            for image in images
        ],
        [image.get("features") for image in images],
        responses,
        responses[logits],
    )


def _stacked(rows: list[bytes], number: str) -> np.ndarray:
    return np.frombuffer(b"".join(rows), number).reshape(len(rows), -1)


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], StoredStudy]:
    """`imported("0.9.2")`: the study of the files of that version; to be read, not written."""

    @cache
    def study(version: str) -> StoredStudy:
        model, tests = VERSIONS[version]
        into = tmp_path_factory.mktemp("imported") / f"{version}.study"
        return import_deephys(REAL / model, [REAL / test for test in tests], into)

    return study


@dataclass(frozen=True)
class Files:
    """A model and a dataset written for one test."""

    model: Path
    test: Path
    into: Path

    def study(self, **options: Any) -> StoredStudy:
        return import_deephys(self.model, [self.test], self.into, **options)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Files]:
    """`written(images=..., dtype=...)`: the files of a small dataset, with any of its entries replaced."""

    def write(
        model: dict[str, Any] | None = None, images: Sequence[dict[str, Any]] | None = None, **entries: Any
    ) -> Files:
        layers = [{"layerID": "hidden", "neurons": [{}] * 2}, {"layerID": "out", "neurons": [{}] * 3}]
        content = {"name": "net", "layers": layers, "classification_layer": "out"} | (model or {})
        start = {"name": "set", "dtype": "float32", "classes": ["a", "b", "c"]} | entries
        shown = [image(0), image(1, categoryID=2, category="c")] if images is None else images
        (tmp_path / "net.model").write_bytes(cbor2.dumps(content))
        (tmp_path / "set.test").write_bytes(cbor2.dumps(start | {"images": shown}))
        return Files(tmp_path / "net.model", tmp_path / "set.test", tmp_path / "x.study")

    return write


def image(
    index: int, hidden: Sequence[float] = (1, 0), logits: Sequence[float] = (0, 1, 2), **entries: Any
) -> dict:
    """One image of 2 x 3 pixels in the order of the package's fields, with any entry replaced."""
    activations = [np.array(values, ">f4").tobytes() for values in (hidden, logits)]
    return {
        "imageID": index,
        "categoryID": 0,
        "category": "a",
        "data": [[bytes([index % 256, c, r]) for r in range(2)] for c in range(3)],
        "features": None,
        "activations": {"activations": activations},
    } | entries
