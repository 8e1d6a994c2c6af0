"""A study of any size in seconds, without a model: categories move units, a shift moves them otherwise.

python benchmarks/synthetic.py made.study                   # 4 datasets of 5,000 samples
python benchmarks/synthetic.py made.study --size imagenet   # 4 of 50,000, 2,048 and 512 units, 1,000 categories
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
from paired import SIZES
from PIL import Image

from shiftscope.datasets.pictures.thumbnails import encode_thumbnail
from shiftscope.flow.scores import score_all
from shiftscope.model.linear_map import LinearMap
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.shard import SampleEntry, Shard
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.manifest import create_study
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.writing.writer import RecordingWriter
from shiftscope.summaries.summarise import summarise_shard

RIGHT = 0.7  # share of the samples whose response is that of their own category
PICTURES, SIDE = 128, 96  # distinct thumbnails, and their pixels
Responses = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Extent:
    """How much is made; the linear head reads the last layer."""

    datasets: int
    samples: int  # of each dataset
    layers: Mapping[str, int] = field(default_factory=dict)  # units by name
    categories: int = 10


EXTENTS = dict(
    zip(
        SIZES,
        (
            Extent(2, 300, {"early": 16, "late": 24}, 10),
            Extent(4, 5_000, {"early": 512, "late": 128}, 200),
            Extent(4, 50_000, {"early": 512, "late": 2_048}, 1_000),
        ),
        strict=True,
    )
)


def synthetic_study(path: Path, extent: Extent, *, seed: int = 0, scores: bool = True) -> StoredStudy:
    """A new study at `path`, of which the first dataset is the reference.

    Parameters
    ----------
    scores
        Compute and keep the scores of the units too, as `shiftscope view` does before it opens.
    """
    categories = [f"category {number}" for number in range(extent.categories)]
    world = World(extent, np.random.default_rng([seed, 0]))
    model = {"class": "synthetic.Model", "parameters": 0, "weights_sha256": "", "modules_sha256": ""}
    create_study(path, model, categories, {"shiftscope": version("shiftscope"), "numpy": np.__version__})
    study = StoredStudy(path)
    names = ["reference", *(f"shift {number}" for number in range(1, extent.datasets))]
    for number, name in enumerate(names):
        plan = Plan(
            dataset=name,
            samples=extent.samples,
            layers=world.layers,
            categories=extent.categories,
            stored_as="float16",
            keep="responses",
            probabilities=False,
            fingerprint=f"synthetic, seed {seed}, {number}",
            source={"kind": "synthetic", "seed": seed},
            model=model,
            shard_samples=SHARD_SAMPLES,
        )
        writer = RecordingWriter(RecordingPlace(path, name), plan)
        shards = plan.shards()
        for index in writer.unfinished():
            rows = shards[index]
            shard = world.shard(
                index, rows, shift=number, rng=np.random.default_rng([seed, 1, number, index])
            )
            writer.commit(shard, summarise_shard(shard, extent.categories))
        writer.seal(categories)
    study.save_head(LinearMap("head", world.layers[-1].name, world.head, None))
    study.save(
        dataclasses.replace(
            study.manifest, layers=tuple(world.layers), reference=names[0], datasets=tuple(names)
        )
    )
    if scores:
        score_all(study)
    return study


class World:
    """What categories do to units, the same for all datasets, and what the shift adds."""

    def __init__(self, extent: Extent, rng: np.random.Generator) -> None:
        self.extent = extent
        self.layers = [_layer(name, units) for name, units in extent.layers.items()]
        self.moved = {
            layer: [_sparse(rng, (extent.categories, units), scale) for scale in (2.0, 1.0)]
            for layer, units in extent.layers.items()
        }
        last = self.moved[list(extent.layers)[-1]][0]
        self.head = (last - last.mean(axis=0)) * np.float32(20 / last.std() ** 2 / last.shape[1])
        self.pictures = [_picture(rng) for _ in range(min(PICTURES, extent.samples))]

    def shard(self, index: int, rows: range, *, shift: int, rng: np.random.Generator) -> Shard:
        samples, categories = len(rows), self.extent.categories
        labels = rng.integers(0, categories, samples)
        astray = rng.random(samples) > RIGHT  # what the model sees is then a neighbouring category
        seen = (labels + astray * rng.integers(1, min(6, categories), samples)) % categories
        responses: dict[str, Responses] = {}
        for layer, (own, shifted) in self.moved.items():
            values = rng.standard_normal((samples, own.shape[1]), np.float32)
            values *= 0.3
            values += own[seen]
            values += np.float32(0.3 * shift) * shifted[labels]
            responses[layer] = np.maximum(values, 0, out=values)
        logits = responses[layer] @ self.head.T
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shown = rng.integers(0, len(self.pictures), samples)
        return Shard(
            index,
            rows.start,
            {layer: values.astype(np.float16) for layer, values in responses.items()},
            logits.astype(np.float16),
            logits.argmax(axis=1).astype(np.int64),
            (1 / odds.sum(axis=1)).astype(np.float32),
            [
                SampleEntry(f"sample-{position}", label, f"made/{position}.jpg", "{}", self.pictures[picture])
                for position, label, picture in zip(rows, labels.tolist(), shown.tolist(), strict=True)
            ],
        )


def _layer(name: str, units: int) -> RecordedLayer:
    return RecordedLayer(name, name, "ReLU", "neurons", "none", units, (units,), None, 0, False, 1, 0)


def _sparse(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Responses:
    """(category, unit) of which one in ten is large, the others a little below zero."""
    large = rng.random(shape, np.float32) < 0.1
    return np.where(large, scale * rng.random(shape, np.float32), np.float32(-0.2))


def _picture(rng: np.random.Generator) -> bytes:
    """A few soft patches of colour, as large in a file as a photograph of this size."""
    soft = Image.fromarray(rng.integers(0, 256, (12, 12, 3), np.uint8)).resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC
    )
    grain = rng.integers(-9, 10, (SIDE, SIDE, 1))
    return encode_thumbnail(Image.fromarray((np.asarray(soft) + grain).clip(0, 255).astype(np.uint8)))


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("study", type=Path)
    options.add_argument("--size", choices=SIZES, default="small")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--no-scores", action="store_true", help="leave the scores to the viewer")
    given = options.parse_args()
    made = synthetic_study(given.study, EXTENTS[given.size], seed=given.seed, scores=not given.no_scores)
    for recording in made.values():
        print(recording)
