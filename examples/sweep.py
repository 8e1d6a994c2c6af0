"""Three shifts at five strengths: which units of a ResNet-20 and of a SqueezeNet go first, and where the nets break.

    python examples/sweep.py FOLDER --out sweeps
    python examples/sweep.py FOLDER --out sweeps --net squeezenet

FOLDER holds `resnet20_cifar10.npz` (the weights of https://github.com/akamaster/pytorch_resnet_cifar10, BSD 2-clause)
and `cifar10_train_lossless4000.npz` (CIFAR-10: https://www.cs.toronto.edu/~kriz/cifar.html), of which the first 600
images are shown; for SqueezeNet `squeezenet10_imagenet.npz` and `imagenet_samples/`, as `cue_conflict.py` says.

Below each row of the ResNet-20 stand the numbers of another program that shares no code with this one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from cifar10_resnet20 import CATEGORIES, NORMALISED, ResNet20
from cifar10_resnet20 import pretrained as resnet20

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.sample import Dataset
from shiftscope.explain.dose.ladder import Ladder, ladder_of
from shiftscope.explain.dose.stored_doses import break_along, stored_dose
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import whole_percent
from shiftscope.tuning.half_strength import first_to_go, half_strength
from shiftscope.tuning.selective_response import median_of_those_with_one

SHIFTS = ("gaussian_noise", "gaussian_blur", "contrast")
STRENGTHS = (0.1, 0.2, 0.4, 0.6, 0.8)
RESNET_LAYERS = ("conv1", "layer?.?")
SQUEEZENET_LAYERS = ("fire?",)
BEFORE = {
    "gaussian_noise": (
        "1.00 .98 .91 .61 .30 .19 | 1 .94 .78 .48 .27 .16 | 98 %, .39 | layer1.2 (layer1.2 76 %, layer1.1 24 %)"
    ),
    "gaussian_blur": (
        "1.00 1.00 1.00 .99 .92 .64 | 1 1.00 1.00 .96 .82 .57 | 33 %, > .8 | layer1.2 (layer1.2 57 %, layer2.0 41 %)"
    ),
    "contrast": (
        "1.00 1.00 1.00 .98 .87 .53 | 1 1.00 .98 .90 .71 .38 | 80 %, .73 | layer1.1 (layer1.1 63 %, layer1.0 35 %)"
    ),
}


def resnet(folder: Path) -> ResNet20:
    """The net for images that were never JPEG."""
    return resnet20(folder, "resnet20_cifar10.npz")


def images(folder: Path, count: int) -> ArrayData:
    """The first training images, lossless; the net classifies all but a few right."""
    with np.load(folder / "cifar10_train_lossless4000.npz") as pack:
        shown = pack["image"][:count], pack["label"][:count]
    return ArrayData(*shown, categories=CATEGORIES, preprocess=NORMALISED)


def photographs(samples: Dataset, count: int | None) -> ArrayData:
    """Those of a category of the net, each a square of 227 pixels already."""
    known = [sample for sample in samples if sample.label >= 0][:count]
    pictures = np.stack([np.asarray(sample.picture) for sample in known])
    whole = ss.Preprocess(scale=255.0, channels="bgr", mean=(104.0, 117.0, 123.0))
    labels, ids = [sample.label for sample in known], [sample.id for sample in known]
    return ArrayData(pictures, labels, ids=ids, categories=samples.categories, preprocess=whole)


def study_of(given: argparse.Namespace) -> ss.Study:
    """The study with its ladders, recorded as far as they are not."""
    if given.net == "resnet20":
        net, names, layers = resnet(given.folder), CATEGORIES, RESNET_LAYERS
        shown = images(given.folder, given.images or 600)
    else:
        import cue_conflict

        net, names, layers = cue_conflict.pretrained(given.folder), cue_conflict.CATEGORIES, SQUEEZENET_LAYERS
        shown = photographs(cue_conflict.photographs(given.folder / "imagenet_samples"), given.images)
    study = ss.Study.create(given.out / f"{given.net}.study", net, names, exist_ok=True)
    study.sweep(shown, SHIFTS, strengths=STRENGTHS, layers=layers)
    return study


def told(study: ss.Study, ladder: Ladder) -> str:
    """Accuracy by strength; the last layer's median share left; its units that reach half, and half of the median
    curve; where half of the loss has arisen."""
    last = stored_dose(study, ladder, list(study.layers)[-1])
    accuracy = [outcomes(study[name].samples, len(study.categories)).accuracy for name in ladder.rungs]
    curve = median_of_those_with_one(last.shares)
    half = float(half_strength(ladder.strengths, curve[:, None])[0])
    reached = np.isfinite(last.half[last.measured]).mean()
    found = break_along(study, ladder)
    shares = ", ".join(f"{name} {whole_percent(share)}" for name, share in list(found.shares.items())[:3])
    return " | ".join(
        [
            " ".join(f"{each:.2f}" for each in accuracy),
            " ".join(f"{each:.2f}" for each in curve),
            f"{whole_percent(reached)}, {f'> {ladder.strengths[-1]:g}' if np.isinf(half) else format(half, '.2f')}",
            f"{found.layer or 'no layer'} ({shares})",
        ]
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the weights and images")
    options.add_argument("--out", type=Path, default=Path("sweeps"))
    options.add_argument("--net", choices=("resnet20", "squeezenet"), default="resnet20")
    options.add_argument("--images", type=int, help="only the first ones")
    given = options.parse_args()

    study = study_of(given)
    layers = list(study.layers)
    print(
        f"accuracy | share left in {layers[-1]} | units that reach half, half strength | half of the loss by"
    )
    for shift in SHIFTS:
        ladder = ladder_of(study, shift)
        print(f"{shift}\n  {told(study, ladder)}")
        if given.net == "resnet20":
            print(f"  {BEFORE[shift]}")
        losses = [f"{name} {stored_dose(study, ladder, name).loss:.2f}" for name in layers]
        print(f"  loss by layer: {', '.join(losses)}")
        last = stored_dose(study, ladder, layers[-1])
        first = first_to_go(last.half, last.area)[:3]
        print(
            "  first units: "
            + ", ".join(
                f"{unit} ({last.half[unit]:.2f}, {study.categories[last.preferred[unit]]})" for unit in first
            )
        )
    print(f"Look at it with: shiftscope view {study.path}")


if __name__ == "__main__":
    main()
