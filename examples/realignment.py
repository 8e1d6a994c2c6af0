"""What aligning dictionaries of a pretrained ResNet-20 to four shifts brings, and what it brings without training.

    python examples/realignment.py FOLDER --out FOLDER

FOLDER holds what `cifar10_resnet20.py`, beside this file, takes. Four kinds of dictionary are derived from the last
stage, averaged over its map, each from three seeds, and aligned in every way to noise, lower contrast, turned colours
and photographs of Tiny ImageNet; beside them stand two halves of the reference, and one dictionary of each kind of a
ResNet-20 that has learned nothing. A row for each kind, set and variant: the variance left, the predictions kept and
the largest fall between the halves, their means over the seeds, and how many of them were accepted.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from cifar10_resnet20 import CATEGORIES, NORMALISED, ResNet20, pretrained

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.jpeg_pack import JpegPack

LAYER = "layer3"
KINDS = {
    "pca": {"size": 16},
    "nmf": {"size": 32},
    "topk": {"size": 128, "active": 16},
    "kmeans": {"size": 64},
}
SHOWN = ["fvu", "kept", "difference", "placebo", "placebo_kept", "placebo_fall"]


def noise(images: np.ndarray) -> np.ndarray:
    """Of deviation a tenth of the range."""
    return images + np.random.default_rng(0).normal(0, 25.5, images.shape)


def contrast(images: np.ndarray) -> np.ndarray:
    """Three tenths of it, about the mean of each image."""
    means = images.mean((1, 2, 3), keepdims=True)
    return means + 0.3 * (images - means)


def colour(images: np.ndarray) -> np.ndarray:
    """Turned by 90 degrees about the grey axis (Rodrigues' formula)."""
    axis = np.ones(3) / np.sqrt(3)
    across = np.cross(np.eye(3), axis)
    return images @ (np.outer(axis, axis) + across).T


SHIFTS = {"noise": noise, "contrast": contrast, "colour": colour}


def recorded(net: ResNet20, folder: Path, samples: int | None, place: Path) -> ss.Study:
    """The reference, its shifted twins, and other photographs."""
    study = ss.Study.create(place, net, CATEGORIES, exist_ok=True)
    pack = JpegPack(folder / "cifar10_test_jpeg.npz", categories=CATEGORIES, preprocess=NORMALISED)
    taken = [pack[i] for i in range(len(pack))][:samples]
    images = np.stack([np.asarray(each.picture) for each in taken])
    told = {
        "ids": [each.id for each in taken],
        "categories": CATEGORIES,
        "preprocess": NORMALISED,
    }
    labels = np.array([each.label for each in taken])
    study.record(ArrayData(images, labels, **told), "test", layers=[LAYER], reference=True)
    for name, shift in SHIFTS.items():
        shifted = np.concatenate([shift(part.astype(np.float32)) for part in np.array_split(images, 10)])
        data = ArrayData(np.clip(shifted.round(), 0, 255).astype(np.uint8), labels, **told)
        study.record(data, name, twins="id", twin_of="test")
    study.record(f"npz:{folder / 'cifar10_like_tinyimagenet.npz'}", "tiny", preprocess=NORMALISED)
    return study


def aligned(study: ss.Study, kind: str, seed: int, steps: int) -> pd.DataFrame:
    """The table of every set."""
    settings = {**KINDS[kind], **({"steps": steps} if kind == "topk" else {})}
    layer = study.derive(LAYER, kind, name=f"{LAYER}~{kind}{seed}", seed=seed, seeds=1, **settings).name
    tables = []
    for dataset in (*SHIFTS, "tiny"):
        found = study.realign(layer, dataset, progress=False)
        table = found.table()
        table["accepted"] = table["proposed"] & found.accepted
        tables.append(table.assign(kind=kind, dataset=dataset))
    return pd.concat(tables)


def over_seeds(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Means, and how many proposed and accepted each variant."""
    grouped = pd.concat(tables).groupby(["kind", "dataset", "variant"], sort=False)
    return grouped[SHOWN].mean().join(grouped[["proposed", "accepted"]].sum())


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the images and the weights")
    options.add_argument("--out", type=Path, default=Path("realignment"), help="folder for the studies")
    options.add_argument("--samples", type=int, help="of the test set; all where not given")
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--steps", type=int, default=3000, help="of TopK")
    given = options.parse_args()

    given.out.mkdir(parents=True, exist_ok=True)
    net = pretrained(given.folder)
    study = recorded(net, given.folder, given.samples, given.out / "resnet20.study")
    bare = recorded(ss.untrained(net), given.folder, given.samples, given.out / "untrained.study")
    tables = [aligned(study, kind, seed, given.steps) for kind in KINDS for seed in range(given.seeds)]
    print(over_seeds(tables).round(3).to_string())
    print("without training")
    print(over_seeds([aligned(bare, kind, 0, given.steps) for kind in KINDS]).round(3).to_string())


if __name__ == "__main__":
    main()
