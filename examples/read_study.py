"""Read a study by zarr, pyarrow and NumPy alone; docs/format.md says what lies where. Prints its strongest units."""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.parse
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import zarr


class Dataset:
    """One recording. Arrays: (sample, unit), (unit,), (rank, unit), (category, unit), (bin, unit)."""

    def __init__(self, study: Path, name: str) -> None:
        elsewhere = json.loads((study / "study.json").read_text("utf-8")).get("folders", {})
        self.folder = study / elsewhere.get(name, folder_name(name))
        recording = json.loads((self.folder / "recording.json").read_text("utf-8"))
        if recording["format"] not in (1, 2, 3) or not recording["complete"]:
            sys.exit(f"{self.folder} is not finished, or of a later format")
        self.plan = recording["plan"]
        self.layers = [layer["name"] for layer in self.plan["layers"]]
        rows = min(self.plan["shard_samples"], self.plan["samples"])
        files = [self.folder / "samples" / f"{i:05d}.arrow" for i in range(-(-self.plan["samples"] // rows))]
        self.samples = pa.concat_tables(pa.ipc.open_file(file).read_all() for file in files)

    def responses(self, layer: str) -> Any:
        """(sample, unit) in the order of the samples, read when sliced; NaN for a sample that was skipped."""
        return zarr.open_array(self.folder / "responses.zarr" / folder_name(layer) / "by_sample", mode="r")

    def summary(self, layer: str, name: str) -> dict[str, np.ndarray[Any, Any]]:
        group = zarr.open_group(self.folder / "summaries.zarr" / folder_name(layer) / name, mode="r")
        return {field: np.asarray(array[...]) for field, array in group.arrays()}

    def damaged(self) -> list[str]:
        """Files that are not what was written; none can be told of format 1, which has no checksums."""
        sums = self.folder / "checksums.json"
        told = json.loads(sums.read_text("utf-8")) if sums.exists() else {}
        return [file for file, digest in told.items() if digest != _sha256(self.folder / file)]


def folder_name(name: str) -> str:
    """The folder of a dataset or layer; what else is quoted is in docs/format.md."""
    return urllib.parse.quote(name, safe=" ()+,=@")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "missing"


if __name__ == "__main__":
    path, sound = Path(sys.argv[1]), True
    if not (path / "study.json").exists():
        sys.exit(f"no study at {path}")
    manifest = json.loads((path / "study.json").read_text("utf-8"))
    print(f"{manifest['model']['class']}, {len(manifest['categories'])} categories")
    for name in manifest["datasets"]:
        dataset = Dataset(path, name)
        damaged = dataset.damaged()
        sound &= not damaged
        print(f"{name}: {len(dataset.samples)} samples, damaged files: {damaged or 'none'}")
        for layer in dataset.layers:
            largest = dataset.summary(layer, "maxima")["largest"]
            strongest = np.argsort(-largest, kind="stable")[:3]
            print(
                f"  {layer}: " + ", ".join(f"unit {unit} reaches {largest[unit]:.3g}" for unit in strongest)
            )
    sys.exit(0 if sound else 1)
