"""Dictionaries of a pretrained ResNet-20 and of SqueezeNet: which of them still read shifted pictures.

    python examples/features.py FOLDER --out FOLDER

FOLDER holds what `planted_cue.py`, beside this file, takes, and with --squeezenet what `cue_conflict.py` takes. Several
kinds are derived from the last stage of the ResNet-20, averaged over its map, and read under noise and lower contrast:
a row for each dictionary and set, with plain units, random atoms, a dictionary refit on half of the set and one of a
ResNet-20 that has learned nothing. Then features of what the first dictionary leaves of noise, with two parts of the
reference as placebo. Last, with --squeezenet, a dictionary of the positions of fire9, told by those held out, and one
of its responses averaged over the map, read under noise.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from cifar10_resnet20 import CATEGORIES, ResNet20
from planted_cue import pictures, pretrained

import shiftscope as ss
from shiftscope.datasets.sample import Dataset

SHIFTS = {"noise": "gaussian_noise:0.1", "contrast": "contrast:0.3"}
LAYER = "layer3"
COLUMNS = ["state", "dataset", "row", "fvu", "error_ratio", "kept", "control"]


def recorded(net: ResNet20, data: Dataset, place: Path) -> ss.Study:
    """The pictures as they are and under each shift."""
    study = ss.Study.create(place, net, CATEGORIES, exist_ok=True)
    study.record(data, "cifar10", layers=[LAYER], reference=True, progress=False)
    for name, shift in SHIFTS.items():
        study.record(data, name, shift=shift, progress=False)
    return study


def derived(study: ss.Study, steps: int) -> list[str]:
    units = study.layer(LAYER).units
    sparse = {"active": 16, "steps": steps, "size": units}
    kinds = {"pca": {}, "nmf": {"size": units // 2}, "kmeans": {"size": units}, "topk": sparse}
    return [study.derive(LAYER, kind, seeds=1, progress=False, **each).name for kind, each in kinds.items()]


def gates(study: ss.Study, bare: ss.Study, layers: list[str]) -> pd.DataFrame:
    tables = []
    for layer in layers:
        fit = study.fit_under_shift(layer, refit=True, untrained=bare, progress=False)
        print(*fit.in_words(), sep="\n")
        tables.append(fit.table()[COLUMNS].assign(layer=layer).set_index("layer"))
    return pd.concat(tables)


def squeezenet(folder: Path, place: Path) -> None:
    """How the held-out positions of fire9 are told on ImageNet photographs, and what the gate says of its means."""
    import cue_conflict

    net = cue_conflict.pretrained(folder)
    data = cue_conflict.photographs(folder / "imagenet_samples")
    study = ss.Study.create(place, net, cue_conflict.CATEGORIES, exist_ok=True)
    study.record(data, "photographs", layers=["fire9"], reference=True, progress=False)
    layer = study.derive(
        "fire9", "pca", size=64, positions=True, data={"photographs": data}, seeds=1, progress=False
    )
    report = study.derived[layer.name].fit_report
    left = {half: round(report[half]["fvu"], 3) for half in ("fit", "held_out")}
    print(f"{layer.name}, {report['fit']['rows']:,} positions; share of the variance left: {left}")
    study.record(data, "noise", shift=SHIFTS["noise"], progress=False)
    means = study.derive("fire9", "pca", size=64, seeds=1, progress=False)
    fit = study.fit_under_shift(means.name, progress=False)
    print(*fit.in_words(), sep="\n")
    print(fit.table()[COLUMNS].round(3).to_string())


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the images and the weights")
    options.add_argument("--out", type=Path, default=Path("features"), help="folder for the studies")
    options.add_argument("--samples", type=int, default=4000, help="pictures for the ResNet-20")
    options.add_argument("--steps", type=int, default=3000, help="of TopK")
    options.add_argument("--squeezenet", action="store_true")
    given = options.parse_args()

    given.out.mkdir(parents=True, exist_ok=True)
    net, data = pretrained(given.folder), pictures(given.folder, given.samples)
    study = recorded(net, data, given.out / "resnet20.study")
    bare = recorded(ss.untrained(net), data, given.out / "untrained.study")
    layers = derived(study, given.steps)
    print(gates(study, bare, layers).round(3).to_string())
    left = study.derive(LAYER, "pca", residual_of=layers[0], dataset="noise", size=8, seeds=1, progress=False)
    report = study.derived[left.name].fit_report
    print(left.name, {part: report[part] for part in ("residuals", "placebo")})
    if given.squeezenet:
        squeezenet(given.folder, given.out / "squeezenet.study")


if __name__ == "__main__":
    main()
