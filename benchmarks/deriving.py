"""Principal components of a layer from what is stored of it: seconds of each part, and memory.

python benchmarks/deriving.py                   # 256 units, 2 datasets of 5,000 samples
python benchmarks/deriving.py --size imagenet   # 2,048 units, 2 datasets of 50,000 samples
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from paired import command, table
from synthetic import Extent, synthetic_study

from shiftscope.derived.fitting import positions_to_fit, rows_to_fit
from shiftscope.derived.pca import PCA
from shiftscope.flow.derive import derive

SIZES = {  # units, samples of each dataset, categories, features
    "tiny": (24, 300, 10, 4),
    "small": (256, 5_000, 100, 32),
    "imagenet": (2_048, 50_000, 1_000, 64),
}
SCALE = 2**10 if sys.platform != "darwin" else 1  # bytes in which the system counts memory


def measure(size: str, rounds: int) -> dict[str, object]:
    units, samples, categories, features = SIZES[size]
    with tempfile.TemporaryDirectory() as folder:
        extent = Extent(2, samples, {"layer": units}, categories)
        study = synthetic_study(Path(folder) / "made.study", extent, scores=False)
        reference = study[study.reference]
        before, seconds = _largest(), dict[str, float]()
        start = time.perf_counter()
        rows = rows_to_fit(reference, "layer", positions_to_fit(reference))
        seconds["rows to fit on, read"] = time.perf_counter() - start
        start = time.perf_counter()
        PCA(size=features).fit(rows)
        seconds["fitted"] = time.perf_counter() - start
        fitted_on = len(rows)
        del rows
        start = time.perf_counter()
        derive(study, "layer", "pca", size=features, progress=False)
        seconds["all, with codes of both datasets, summaries and checksums"] = time.perf_counter() - start
        memory = (_largest() - before) / 1e6
    title = f"{features} components of {units:,} units, 2 datasets of {samples:,} samples, fitted on {fitted_on:,}"
    table(title, ("part", "seconds"), [(name, f"{each:.2f}") for name, each in seconds.items()])
    print(f"\nLargest resident memory grew by {memory:,.0f} MB.")
    return {"benchmark": "deriving", **seconds, "megabytes": memory}


def _largest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * SCALE


if __name__ == "__main__":
    command(__doc__, measure)
