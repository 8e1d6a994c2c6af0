"""Names along the axes of the stored responses, as xarray expects them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.store.disk.atomic import Checksums
from shiftscope.store.disk.local_copy import to_write_arrays
from shiftscope.store.disk.small_files import write_files
from shiftscope.store.formats.arrays import create_array, files_of_arrays
from shiftscope.store.formats.samples import Samples
from shiftscope.store.layout import folder_name
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan


def write_coordinates(
    place: RecordingPlace, plan: Plan, categories: Sequence[str] = (), sums: Checksums | None = None
) -> None:
    """Write beside the responses what their axes count; the same bytes each time.

    In the group of each layer `sample` (position), `label`, `prediction` (-1 where there is none) and `unit`;
    beside the logits the same for samples, their `id`, and `category`. A layer of one of these names keeps its
    folder, and the coordinate is left out.

    Parameters
    ----------
    categories
        (category,) names; numbers as text where not given.
    sums
        As `to_write_arrays` has it.
    """
    samples = Samples([place.samples(shard) for shard in plan.shards()])
    along_samples: dict[str, npt.NDArray[Any]] = {
        "sample": np.arange(plan.samples),
        "label": samples.labels.astype(np.int32),
        "prediction": samples.predictions.astype(np.int32),
    }
    layers = {folder_name(layer.name).casefold() for layer in plan.layers}
    names = categories or [str(number) for number in range(plan.categories)]
    texts = {"category": np.array(names, object)}
    with to_write_arrays(place.arrays, sums) as responses:
        for layer in plan.layers:
            _write(responses / folder_name(layer.name), {**along_samples, "unit": np.arange(layer.units)})
        if place.behind:  # which names the samples beside its logits
            return
        _write(
            responses,
            {name: values for name, values in (along_samples | texts).items() if name not in layers},
        )
        if "id" not in layers:
            _write_ids(responses, samples, plan)


def _write_ids(folder: Path, samples: Samples, plan: Plan) -> None:
    """Shard by shard: as texts in memory a million ids are a hundred megabytes."""
    import zarr

    group = zarr.open_group(folder, mode="r+", zarr_format=3)
    ids = samples.column("id")
    array = create_array(group, "id", (plan.samples,), (plan.rows,), object, ("sample",), anew=True)
    for rows in plan.shards().values():
        array[rows.start : rows.stop] = np.array(ids[rows.start : rows.stop].to_pylist(), object)
    group.attrs["coordinates"] = f"id {group.attrs['coordinates']}".strip()


def _write(folder: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Coordinates of a group; one that is no axis of its own lies along the samples."""
    # Where xarray finds the names of coordinates that are not axes themselves.
    beside = " ".join(name for name in ("label", "prediction") if name in arrays)
    along = {
        name: (values, (name if name in ("unit", "category") else "sample",))
        for name, values in arrays.items()
    }
    for name in arrays:  # what a power cut left of it may break off anywhere
        shutil.rmtree(folder / name, ignore_errors=True)
    write_files(folder, files_of_arrays({"": along}, coordinates=beside))
