"""A pretrained SqueezeNet on photographs, on texture-shape cue conflicts, on line drawings and on silhouettes.

    python examples/cue_conflict.py FOLDER --out squeezenet.study

FOLDER holds the weights `squeezenet10_imagenet.npz` (decoded from the compressed model of
https://github.com/songhan/SqueezeNet-Deep-Compression, BSD 2-clause), `imagenet_samples/` with `labels.csv` (one
photograph for each of 300 classes, https://github.com/EliSchwartz/imagenet-sample-images), and `cue_conflict.npz`,
`edges.npz` and `filled_silhouettes.npz` (https://github.com/rgeirhos/texture-vs-shape, CC BY 4.0).

The net tells 1,000 classes; the pictures show 16 categories. Its answer is the category whose classes have the
largest summed probability, by the rough grouping `GROUPS` below, which is ours and not the published one.
"""

from __future__ import annotations

import argparse
import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.jpeg_pack import JpegPack
from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.source import as_dataset
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import percent

# Indices of ImageNet classes in the order of their wnids.
GROUPS: dict[str, list[int]] = {
    "airplane": [404, 895],  # airliner, warplane
    "bear": [294, 295, 296, 297],
    "bicycle": [444, 671],  # tandem, mountain bike
    "bird": [*range(7, 25), *range(80, 101), *range(127, 147)],
    "boat": [472, 554, 576, 625, 814, 914],  # canoe, fireboat, gondola, lifeboat, speedboat, yawl
    "bottle": [440, 720, 737, 898, 899, 901, 907],
    "car": [436, 468, 511, 609, 627, 751, 817],
    "cat": [281, 282, 283, 284, 285],
    "chair": [423, 559, 765, 857],
    "clock": [409, 530, 892],
    "dog": [*range(151, 269)],
    "elephant": [385, 386],
    "keyboard": [508, 878],
    "knife": [499],  # cleaver
    "oven": [766, 827, 859],  # rotisserie, stove, toaster
    "truck": [555, 569, 656, 675, 717, 734, 864, 867],
}
CATEGORIES = tuple(GROUPS)


@dataclass(frozen=True)
class CaffePreprocess(ss.Preprocess):
    """Cuts the centre as Caffe does, rounding its corner down; torchvision rounds it to even."""

    def picture(self, image: Image.Image) -> Image.Image:
        whole = dataclasses.replace(self, crop=None)
        resized = ss.Preprocess.picture(whole, image)
        left, top = (resized.width - self.crop) // 2, (resized.height - self.crop) // 2
        return resized.crop((left, top, left + self.crop, top + self.crop))


CAFFE = CaffePreprocess(resize=256, crop=227, scale=255.0, channels="bgr", mean=(104.0, 117.0, 123.0))
LAYERS = ("fire4", "fire9", "classes")


class Fire(nn.Module):
    def __init__(self, into: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(into, squeezed, 1)
        self.expand1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1(x), self.expand3(x)], 1))


class SqueezeNet(nn.Module):
    """Iandola et al. (2016), SqueezeNet v1.0, answering in 16 categories; `classes` holds its 1,000 scores."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 7, stride=2)
        sizes = [(96, 16, 64), (128, 16, 64), (128, 32, 128), (256, 32, 128), (256, 48, 192), (384, 48, 192)]
        sizes += [(384, 64, 256), (512, 64, 256)]
        for number, (into, squeezed, expanded) in enumerate(sizes, start=2):
            self.add_module(f"fire{number}", Fire(into, squeezed, expanded))
        self.conv_final = nn.Conv2d(512, 1000, 1, padding=1)
        self.classes = nn.ReLU()
        member = torch.zeros(1000, len(GROUPS))
        for column, classes in enumerate(GROUPS.values()):
            member[classes, column] = 1
        self.register_buffer("member", member, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(sample, 3, 227, 227) to (sample, 16) logarithms of summed probabilities."""
        x = F.relu(self.conv1(x))
        for number in range(2, 10):
            if number in (2, 5, 9):
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            x = self.get_submodule(f"fire{number}")(x)
        scores = self.classes(self.conv_final(x)).mean((2, 3))
        return torch.log(torch.softmax(scores, 1) @ self.member)


def pretrained(folder: Path) -> SqueezeNet:
    net = SqueezeNet()
    with np.load(folder / "squeezenet10_imagenet.npz") as weights:
        net.load_state_dict({name: torch.from_numpy(np.asarray(weights[name])) for name in weights.files})
    return net


def photographs(folder: Path) -> Dataset:
    """The 300 photographs; those of none of the 16 categories have no label."""
    group = {index: category for category, indices in GROUPS.items() for index in indices}
    classes = pd.read_csv(folder / "labels.csv")["class_index"]
    labels = [CATEGORIES.index(group[index]) if index in group else -1 for index in classes]
    table = f"csv:{folder / 'labels.csv'}"
    return as_dataset(table, file="file", ids="file", labels=labels, categories=CATEGORIES, preprocess=CAFFE)


def drawings(path: Path) -> ArrayData:
    with np.load(path) as pack:
        return ArrayData(pack["image"], pack["label"], categories=CATEGORIES, preprocess=CAFFE)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the weights and images")
    options.add_argument("--out", type=Path, default=Path("squeezenet.study"))
    given = options.parse_args()

    study = ss.Study.create(given.out, pretrained(given.folder), CATEGORIES, exist_ok=True)
    conflicts = JpegPack(
        given.folder / "cue_conflict.npz", label="shape", categories=CATEGORIES, preprocess=CAFFE
    )
    shown = {
        "photographs": photographs(given.folder / "imagenet_samples"),
        "cue conflict": conflicts,
        "edges": drawings(given.folder / "edges.npz"),
        "silhouettes": drawings(given.folder / "filled_silhouettes.npz"),
    }
    for name, dataset in shown.items():
        # float32: among a thousand scores the two best may be equal in half precision.
        study.record(dataset, name, layers=LAYERS, stored_as="float32")

    scores = study["photographs"].responses("classes")
    right = [study["photographs"].samples[i].metadata["class_index"] for i in range(len(scores))]
    print(f"photographs, 1,000 classes: {percent((scores.argmax(1) == right).mean())} of {len(scores)}")
    for name in study:
        result = outcomes(study[name].samples, len(CATEGORIES))
        print(f"{name}, 16 categories: {percent(result.accuracy)} of {result.labelled}")
    samples = study["cue conflict"].samples
    texture = np.array([samples[i].metadata["texture"] for i in range(len(samples))])
    differ = texture != samples.labels
    shape = int((samples.predictions == samples.labels)[differ].sum())
    other = int((samples.predictions == texture)[differ].sum())
    print(
        f"of {differ.sum()} conflicts {shape} were classified by shape and {other} by texture: "
        f"shape share {shape / (shape + other):.2f}"
    )
    print(f"Look at it with: shiftscope view {given.out}")


if __name__ == "__main__":
    main()
