"""Pictures of ten units of a SqueezeNet, in one grid: MACO's, the same with their alpha, activation maximisation's.

    python examples/visualise.py FOLDER --out squeezenet.png
    python examples/visualise.py FOLDER --units 3 17 --layer fire5 --steps 256 --crops 8

FOLDER holds `squeezenet10_imagenet.npz` and `imagenet_samples/`, as `cue_conflict.py` says; without it the folder is
that of the variable SHIFTSCOPE_DATA.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import cue_conflict
import numpy as np
import sweep
from PIL import Image

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.explain.visualisation.visualised import Visualised

WHITE, GAP = 255, 4  # pixels between pictures


def study_of(
    folder: Path, path: Path, layer: str, images: int | None = None
) -> tuple[ss.Study, dict[str, ArrayData]]:
    """The photographs, by their name, and a study of them in one layer, recorded unless it is already."""
    study = ss.Study.create(path, cue_conflict.pretrained(folder), cue_conflict.CATEGORIES, exist_ok=True)
    shown = sweep.photographs(cue_conflict.photographs(folder / "imagenet_samples"), images)
    study.record(shown, name="photographs", layers=[layer], reference=True)
    return study, {"photographs": shown}


def column(
    study: ss.Study, data: dict[str, ArrayData], layer: str, unit: int, steps: int, crops: int, size: int
) -> list[Visualised]:
    """MACO's picture, and that of activation maximisation."""
    asked = {"steps": steps, "crops": crops, "size": size}
    return [
        study.visualise(layer, unit, method=method, data=data, **asked)
        for method in ("maco", "activation_maximisation")
    ]


def on_white(blended: np.ndarray) -> np.ndarray:
    """(row, column, 3) of (row, column, 4)."""
    opacity = blended[..., 3:] / 255
    return np.round(blended[..., :3] * opacity + WHITE * (1 - opacity)).astype(np.uint8)


def grid(columns: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """(row, column, 3) pictures of one size, a unit beside the other."""
    height, width = columns[0][0].shape[:2]
    rows = len(columns[0])
    shape = rows * (height + GAP) - GAP, len(columns) * (width + GAP) - GAP, 3
    found = np.full(shape, WHITE, np.uint8)
    for across, pictures in enumerate(columns):
        for down, picture in enumerate(pictures):
            top, left = down * (height + GAP), across * (width + GAP)
            found[top : top + height, left : left + width] = picture
    return found


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, nargs="?", default=os.environ.get("SHIFTSCOPE_DATA"))
    options.add_argument("--out", type=Path, default=Path("squeezenet.png"))
    options.add_argument("--study", type=Path, default=Path("squeezenet.study"))
    options.add_argument("--layer", default="fire5")
    options.add_argument("--units", type=int, nargs="+", default=list(range(10)))
    options.add_argument("--steps", type=int, default=64)
    options.add_argument("--crops", type=int, default=4)
    options.add_argument("--size", type=int, default=128)
    options.add_argument("--images", type=int, help="only the first ones")
    given = options.parse_args()
    if given.folder is None:
        options.error("give the folder with the weights and images, or set SHIFTSCOPE_DATA")

    study, data = study_of(Path(given.folder), given.study, given.layer, given.images)
    columns = []
    for unit in given.units:
        maco, climbed = column(study, data, given.layer, unit, given.steps, given.crops, given.size)
        print(f"{maco.objective}: MACO {maco.in_words()}; activation maximisation {climbed.in_words()}")
        columns.append([maco.pixels, on_white(maco.blended), climbed.pixels])
    Image.fromarray(grid(columns)).save(given.out)
    print(f"{given.out}; look at the units with: shiftscope view {study.path}")


if __name__ == "__main__":
    main()
