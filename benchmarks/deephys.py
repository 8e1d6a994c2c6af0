"""Importing a file of Deephys: cbor2 reading it into Python's objects, against a study made of it.

python benchmarks/deephys.py                   # small, half a minute
python benchmarks/deephys.py --size imagenet   # 10,000 pictures of 32 x 32 pixels, 512 units
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cbor2
import numpy as np
from paired import command, paired, table

from shiftscope.interop.deephys.cbor_writer import ARRAY, MAP, NULL, NUMBER, byte_string, head, text
from shiftscope.interop.deephys.dataset_file import DatasetFile, read_dataset_file
from shiftscope.interop.deephys.filling import Filling
from shiftscope.interop.deephys.import_deephys import import_deephys
from shiftscope.interop.deephys.model_file import read_model_file
from shiftscope.interop.deephys.pixel_layout import PixelLayout
from shiftscope.store.plan import Plan

SIZES = {"tiny": (60, 8, 8), "small": (3000, 256, 32), "imagenet": (10_000, 512, 32)}  # images, units, pixels
CATEGORIES = 10
MEMORY = """
import dataclasses, json, sys
from pathlib import Path
import cbor2
from deephys import fill
from shiftscope.interop.deephys.dataset_file import read_dataset_file
from shiftscope.interop.deephys.import_deephys import import_deephys
from shiftscope.interop.deephys.model_file import read_model_file

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

way, model, test, warm, into = sys.argv[1:]
plan = import_deephys(model, [warm], into + "/warm")["set"].plan  # loads and compiles what the first use does
before = peak()
if way == "cbor2":
    with open(test, "rb") as file:
        content = cbor2.load(file)
elif way == "fill":
    file = read_dataset_file(Path(test), read_model_file(Path(model)))
    fill(file, dataclasses.replace(plan, samples=file.count))
else:
    import_deephys(model, [test], into + "/study")
print(json.dumps(peak() - before))
"""


def write(folder: Path, images: int, units: int, side: int) -> tuple[Path, Path]:
    """A `.model` and a `.test` file as Deephys' package writes them: smooth pictures with some noise."""
    rng = np.random.default_rng(0)
    names = [f"category {index}" for index in range(CATEGORIES)]
    layers = [
        {"layerID": name, "neurons": [{}] * many} for name, many in (("hidden", units), ("out", CATEGORIES))
    ]
    model, test = folder / "net.model", folder / f"{images}.test"
    model.write_bytes(cbor2.dumps({"name": "net", "layers": layers, "classification_layer": "out"}))
    layout = PixelLayout(side, side, 3)
    waves = np.sin(np.outer(rng.uniform(0.1, 0.6, 400), np.arange(side)) + rng.uniform(0, 6, (400, 1)))
    with test.open("wb") as file:
        file.write(head(MAP, 4) + b"".join(map(text, ("name", "set", "dtype", "float32"))))
        file.write(text("classes") + head(ARRAY, CATEGORIES) + b"".join(map(text, names)))
        file.write(text("images") + head(ARRAY, images))
        for index in range(images):
            across, down = waves[rng.integers(400, size=3)], waves[rng.integers(400, size=3)]
            smooth = 128 + 50 * across[:, None] + 50 * down[..., None]
            noisy = smooth + 6 * rng.standard_normal(smooth.shape, np.float32)
            pixels = np.clip(noisy, 0, 255).astype(np.uint8).transpose(1, 2, 0)
            responses = np.maximum(rng.standard_normal(units, np.float32), 0).astype(">f4")
            logits = rng.standard_normal(CATEGORIES, np.float32).astype(">f4")
            label = index % CATEGORIES
            file.write(head(MAP, 6) + text("imageID") + head(NUMBER, index))
            file.write(text("categoryID") + head(NUMBER, label) + text("category") + text(names[label]))
            file.write(text("data") + layout.encode(pixels) + text("features") + NULL)
            file.write(text("activations") + head(MAP, 1) + text("activations") + head(ARRAY, 2))
            file.write(byte_string(responses.tobytes()) + byte_string(logits.tobytes()))
    return model, test


def load(path: Path) -> object:
    with path.open("rb") as file:
        return cbor2.load(file)


def read(file: DatasetFile) -> int:
    """Every block of images, and how many there are."""
    return sum(len(block) for block in file.blocks())


def fill(file: DatasetFile, plan: Plan) -> None:
    """All that an import does to make shards: without summaries, and nothing is written."""
    blocks = file.blocks(plan.shard_samples)
    for index, positions in plan.shards().items():
        shard, filled = Filling(index, positions, plan), 0
        while filled < len(positions):
            block = next(blocks)
            shard.add(file, block, skips=False)
            filled += len(block)
        shard.finish()


def memory(way: str, model: Path, test: Path, warm: Path, folder: Path) -> int:
    """Bytes that a process takes more than it had at its most before; -1 where the system does not say."""
    if not Path("/proc/self/status").exists():
        return -1
    into = folder / "memory"
    given = [sys.executable, "-c", MEMORY, way, *map(str, (model, test, warm, into))]
    places = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": places}
    told = subprocess.run(given, check=True, capture_output=True, text=True, env=environment).stdout
    shutil.rmtree(into)
    return int(json.loads(told))


def measure(size: str, rounds: int) -> dict[str, object]:
    images, units, side = SIZES[size]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, test = write(folder, images, units, side)
        _, twice = write(folder, 2 * images, units, side)
        _, few = write(folder, 2, units, side)
        file = read_dataset_file(test, read_model_file(model))
        into = folder / "x.study"

        def whole() -> None:
            shutil.rmtree(into, ignore_errors=True)
            import_deephys(model, [test], into)

        whole()
        plan = import_deephys(model, [test], into)["set"].plan
        seconds = paired(
            {
                "cbor2.load": lambda: load(test),
                "reading": lambda: read(file),
                "reading, pictures and shards": lambda: fill(file, plan),
                "whole import": whole,
            },
            rounds,
        )
        bytes_ = {
            "cbor2.load": memory("cbor2", model, test, few, folder),
            "reading, pictures and shards": memory("fill", model, test, few, folder),
            "the same of twice the file": memory("fill", model, twice, few, folder),
            "whole import": memory("import", model, test, few, folder),
            "the same import of twice the file": memory("import", model, twice, few, folder),
        }
        size_ = test.stat().st_size
    table(
        f"{images:,} images of {side} x {side} pixels, {units} units, {size_ / 1e6:.0f} MB",
        ("what", "seconds", "of cbor2.load"),
        [(name, f"{each:.3f}", f"{each / seconds['cbor2.load']:.2f}") for name, each in seconds.items()],
    )
    table(
        "Memory beyond what the process took before",
        ("what", "MB"),
        [(name, f"{each / 1e6:.0f}") for name, each in bytes_.items()],
    )
    return {"benchmark": "deephys", "images": images, "bytes": size_, "seconds": seconds, "memory": bytes_}


if __name__ == "__main__":
    command(__doc__, measure)
