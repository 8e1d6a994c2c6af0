"""Names along the axes of the stored responses, as xarray expects them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.store.disk.atomic import Checksums
from shiftscope.store.disk.local_copy import to_write_arrays
from shiftscope.store.formats.arrays import create_array
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
    import zarr

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
        root = zarr.open_group(responses, mode="r+", zarr_format=3)
        for layer in plan.layers:
            _write(root[folder_name(layer.name)], {**along_samples, "unit": np.arange(layer.units)})
        if place.behind:  # which names the samples beside its logits
            return
        _write(root, {name: values for name, values in (along_samples | texts).items() if name not in layers})
        if "id" not in layers:
            _write_ids(root, samples, plan)


def _write_ids(group: Any, samples: Samples, plan: Plan) -> None:
    """Shard by shard: as texts in memory a million ids are a hundred megabytes."""
    ids = samples.column("id")
    array = create_array(group, "id", (plan.samples,), (plan.rows,), object, ("sample",), anew=True)
    for rows in plan.shards().values():
        array[rows.start : rows.stop] = np.array(ids[rows.start : rows.stop].to_pylist(), object)
    group.attrs["coordinates"] = f"id {group.attrs['coordinates']}".strip()


def _write(group: Any, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Coordinates of a group; one that is no axis of its own lies along the samples."""
    for name, values in arrays.items():
        axis = name if name in ("unit", "category") else "sample"
        # What a power cut left of it may break off anywhere.
        array = create_array(group, name, values.shape, values.shape, values.dtype, (axis,), anew=True)
        array[...] = values
    # Where xarray finds the names of coordinates that are not axes themselves.
    group.attrs["coordinates"] = " ".join(name for name in ("label", "prediction") if name in arrays)
