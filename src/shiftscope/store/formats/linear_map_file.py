"""Linear maps of the model in files that any safetensors reader opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.disk.atomic import Checksums, flush_names_of, written_aside
from shiftscope.store.disk.local_copy import file_to_read

MAP = "map"  # entry of the file's metadata


def read_map(path: Path) -> LinearMap | None:
    """None where there is no such file.

    Raises
    ------
    StudyDamaged
        It is no map.
    """
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        with file_to_read(path) as here, safe_open(here, "numpy") as file:
            metadata = file.metadata()
            # Studies from before maps had names have one, the head.
            told = json.loads(metadata[MAP]) if MAP in metadata else {"module": "head", **metadata}
            bias = file.get_tensor("bias") if "bias" in file.keys() else None  # noqa: SIM118
            linear = LinearMap(
                str(told["module"]),
                str(told["layer"]),
                file.get_tensor("weight"),
                bias,
                alone=bool(told.get("alone", True)),
            )
        if linear.weight.ndim != 2 or (bias is not None and bias.shape != linear.weight.shape[:1]):
            raise ValueError(f"its weight has shape {linear.weight.shape}")
        if not all(np.isfinite(part).all() for part in (linear.weight, linear.bias_or_zeros)):
            raise ValueError("its weights are not all finite")
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise StudyDamaged(f"{path} cannot be read as a linear map: {error}") from error
    return linear


def write_map(path: Path, linear: LinearMap, sums: Checksums | None = None) -> None:
    from safetensors.numpy import save

    arrays = {"weight": np.ascontiguousarray(linear.weight)}  # part of another one is written wrong otherwise
    if linear.bias is not None:
        arrays["bias"] = linear.bias
    told: dict[str, Any] = {"module": linear.name, "layer": linear.layer}
    told |= {} if linear.alone else {"alone": False}  # as in studies from before there was another
    with written_aside(path, sums) as file:
        file.write(save(arrays, metadata={MAP: json.dumps(told)}))  # several entries would come in any order
    flush_names_of([path])
