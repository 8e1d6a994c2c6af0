"""Methods of visualisation in figures, over units of a SqueezeNet or of a ResNet-20, beside natural images.

    python examples/visualise_figures.py FOLDER --net resnet20 --units 20
    python examples/visualise_figures.py FOLDER --net squeezenet --units 20 --draft

FOLDER holds what `cifar10_resnet20.py` names and `resnet20_cifar10.npz`, or what `visualise.py` names; without it the
folder is that of the variable SHIFTSCOPE_DATA. Pictures are kept in the study, and the same command goes on where it
stopped.

The second network of the ResNet-20 is the one that it was fine-tuned from, so their units are nearly the same; of the
SqueezeNet there is none here, and transfer is missing.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, NamedTuple

import cifar10_resnet20
import cue_conflict
import numpy as np
import sweep
from torch import nn

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.jpeg_pack import JpegPack
from shiftscope.datasets.split import limited
from shiftscope.explain.visualisation.figures.figures import Figures
from shiftscope.explain.visualisation.figures.live_figures import figures_of
from shiftscope.explain.visualisation.visualised import Visualised

METHODS: dict[str, dict[str, Any]] = {
    "MACO": {"method": "maco"},
    "activation maximisation": {"method": "activation_maximisation"},
    "single pixels": {"method": "activation_maximisation", "parametrisation": "pixel", "crops": 0},
}
PHOTOGRAPHS = ss.Preprocess(
    scale=255.0, channels="bgr", mean=(104.0, 117.0, 123.0)
)  # squares of 227 pixels already


class Shown(NamedTuple):
    """A network, the images that it is at home with, and where its units and its features are."""

    model: nn.Module
    categories: tuple[str, ...]
    images: Any
    layers: tuple[str, ...]
    layer: str
    features: str
    second: nn.Module | None


def resnet20(folder: Path, count: int | None) -> Shown:
    """CIFAR-10's test images, as JPEG, for the network that knows JPEG; the one that does not beside it."""
    images = JpegPack(
        folder / "cifar10_test_jpeg.npz",
        categories=cifar10_resnet20.CATEGORIES,
        preprocess=cifar10_resnet20.NORMALISED,
    )
    # The pack is sorted by category.
    every = np.random.default_rng(0).permutation(len(images))[:count]
    chosen = [images[int(place)] for place in sorted(every)]
    shown = ArrayData(
        np.stack([np.asarray(sample.picture) for sample in chosen]),
        [sample.label for sample in chosen],
        ids=[sample.id for sample in chosen],
        categories=cifar10_resnet20.CATEGORIES,
        preprocess=cifar10_resnet20.NORMALISED,
    )
    return Shown(
        cifar10_resnet20.pretrained(folder),
        cifar10_resnet20.CATEGORIES,
        shown,
        cifar10_resnet20.LAYERS,
        "layer2",
        "layer3",
        sweep.resnet(folder),
    )


def squeezenet(folder: Path, count: int | None) -> Shown:
    """The 300 photographs."""
    samples = limited(cue_conflict.photographs(folder / "imagenet_samples"), count)
    every = [samples[place] for place in range(len(samples))]
    shown = ArrayData(
        np.stack([np.asarray(sample.picture) for sample in every]),
        [sample.label for sample in every],
        ids=[sample.id for sample in every],
        categories=cue_conflict.CATEGORIES,
        preprocess=PHOTOGRAPHS,
    )
    net = cue_conflict.pretrained(folder)
    layers = ("conv1", "fire2", "fire3", "fire4", "fire5", "fire9")
    return Shown(net, cue_conflict.CATEGORIES, shown, layers, "fire5", "fire9", None)


NETS = {"resnet20": resnet20, "squeezenet": squeezenet}


def recorded(shown: Shown, path: Path) -> ss.Study:
    """The study, recorded unless it is already."""
    study = ss.Study.create(path, shown.model, shown.categories, exist_ok=True)
    study.record(shown.images, name="images", layers=list(shown.layers), reference=True, stored_as="float32")
    return study


def some_units(study: ss.Study, layer: str, count: int) -> list[int]:
    """At random of those that respond to more than one image in a hundred."""
    responses = study["images"].responses(layer)
    alive = np.flatnonzero((responses > 0).mean(axis=0) > 0.01)
    chosen = np.random.default_rng(0).permutation(alive)[:count]
    return sorted(map(int, chosen))


def pictures(study: ss.Study, shown: Shown, layer: str, units: list[int], **asked: Any) -> dict[str, Any]:
    """By method and unit; drawn as far as they are not kept."""
    found: dict[str, dict[int, Visualised]] = {}
    for name, method in METHODS.items():
        options = {**asked, **method}
        drawn = study.visualise(layer, units, data={"images": shown.images}, **options)
        found[name] = dict(zip(units, drawn, strict=True))
    return found


def figures(study: ss.Study, shown: Shown, layer: str, units: list[int], **asked: Any) -> Figures:
    """What the pictures of each method reach."""
    drawn = pictures(study, shown, layer, units, **asked)
    live = study.live(shown.model, data={"images": shown.images})
    return figures_of(live, layer, drawn, features=shown.features, second=shown.second)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, nargs="?", default=os.environ.get("SHIFTSCOPE_DATA"))
    options.add_argument("--net", choices=sorted(NETS), default="resnet20")
    options.add_argument("--study", type=Path, help="NET-figures.study where not given")
    options.add_argument("--layer")
    options.add_argument("--units", type=int, default=20, help="how many")
    options.add_argument("--images", type=int, default=2000, help="that are shown to the network, at most")
    options.add_argument("--draft", action="store_true", help="64 steps and 4 crops")
    options.add_argument("--steps", type=int)
    options.add_argument("--size", type=int, help="of the pictures")
    given = options.parse_args()
    if given.folder is None:
        options.error("give the folder with the weights and images, or set SHIFTSCOPE_DATA")

    shown = NETS[given.net](Path(given.folder), given.images)
    study = recorded(shown, given.study or Path(f"{given.net}-figures.study"))
    layer = given.layer or shown.layer
    units = some_units(study, layer, given.units)
    print(figures(study, shown, layer, units, draft=given.draft, steps=given.steps, size=given.size))
    print(f"look at the pictures with: shiftscope view {study.path}")


if __name__ == "__main__":
    main()
