"""The experiment of the Deephys paper: a net learns coloured MNIST, and the colours change.

    python examples/coloured_mnist.py FOLDER --out mnist.study

FOLDER holds the four idx files of MNIST, gzipped or not (http://yann.lecun.com/exdb/mnist/). The paper's maps give,
as mean novelty and mean spurious: permuted .081 and .72, arbitrary .188 and .62, drifted .151 and near 0. It prints no
training recipe, and novelty depends on it: the longer the net learns, the less the arbitrary colours take away.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.idx import read_idx
from shiftscope.datasets.stimuli.coloured import coloured
from shiftscope.demo import LAYERS, PALETTES, RESULT_COLUMNS, DigitNet, results, train
from shiftscope.progress import bar


def mnist(folder: Path, split: str, palette: str, limit: int | None = None) -> ArrayData:
    """MNIST's train or t10k images in the colours of their digits."""

    def read(part: str, axes: int):
        (path,) = sorted(folder.glob(f"{split}-{part}-idx{axes}-ubyte*"))[:1] or [None]
        if path is None:
            raise SystemExit(
                f"no {split}-{part}-idx{axes}-ubyte in {folder}; download MNIST's four idx files there."
            )
        return read_idx(path, axes=axes)[:limit]

    return coloured(read("images", 3), read("labels", 1), palette)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with MNIST's idx files")
    options.add_argument("--out", type=Path, default=Path("mnist.study"))
    options.add_argument("--epochs", type=int, default=1)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--limit", type=int, help="use only so many images of each split")
    given = options.parse_args()

    torch.manual_seed(given.seed)
    net, lessons = DigitNet(), mnist(given.folder, "train", "coloured", given.limit)
    with bar("training", 0, given.epochs * len(lessons)) as advance:
        # Plain SGD as in PyTorch's MNIST example, whose net this is; the paper prints no recipe.
        sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.5)
        train(net, lessons, epochs=given.epochs, seed=given.seed, optimizer=sgd, advance=advance)

    study = ss.Study.create(given.out, net, [str(digit) for digit in range(10)], exist_ok=True)
    for palette in PALETTES:
        images = mnist(given.folder, "t10k", palette, given.limit)
        study.record(images, palette, layers=LAYERS, reference=palette == "coloured")
    for row in (RESULT_COLUMNS, *results(study, "hidden")):
        print("  ".join(f"{cell:24}" if i > 1 else f"{cell:10}" for i, cell in enumerate(row)))
    print(f"Look at it with: shiftscope view {given.out}")


if __name__ == "__main__":
    main()
