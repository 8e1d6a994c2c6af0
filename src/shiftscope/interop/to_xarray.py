"""A study as xarray sees it: named dimensions and coordinates, responses read from disk when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from shiftscope.errors import BadRequest
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import xarray as xr


def labelled(
    study: StoredStudy, layer: str | None = None, dataset: str | None = None
) -> xr.Dataset | xr.DataTree:
    """Responses of a study with their coordinates.

    Parameters
    ----------
    layer
        Only this layer, without the logits.
    dataset
        Only this dataset.

    Returns
    -------
    Dataset
        Where `dataset` is given: for each layer a variable (sample, LAYER_unit), and `logits` (sample, category),
        in float32.
        Along `sample` lie `sample` (position), `id`, `label` and `prediction` (-1 where there is none) and
        `confidence`. A layer whose name is taken, or holds a slash, gets another one; its own is in `attrs`.
    DataTree
        Else one such Dataset for each dataset, by name.

    Raises
    ------
    BadRequest
        xarray is not installed.
    NotInStudy
        No such layer or dataset, or it was recorded with keep="summaries".
    """
    try:
        import xarray as xr
    except ImportError as error:
        raise BadRequest(
            f"to_xarray() needs the package xarray, which cannot be imported: {error}. "
            "Install it with: pip install 'shiftscope[xarray]'."
        ) from error

    layers = list(study.layers) if layer is None else [study.layer(layer).name]
    wanted = list(study) if dataset is None else [dataset]
    described = {"study": study.name, "model": study.manifest.model["class"], "reference": study.reference}
    opened = {
        name: xr.Dataset(
            _variables(study[name], layers, with_logits=layer is None),
            _coordinates(study[name], layers, study.categories if layer is None else ()),
            {**described, "dataset": name},
        )
        for name in wanted
    }
    if dataset is not None:
        return opened[dataset]
    tree = xr.DataTree.from_dict({name.replace("/", "_"): one for name, one in opened.items()})
    tree.attrs.update(described)
    return tree


def _variables(recording: Recording, layers: Iterable[str], *, with_logits: bool) -> dict[str, Any]:
    import xarray as xr
    from xarray.core.indexing import LazilyIndexedArray

    from shiftscope.interop.lazy_responses import LazyResponses

    variables: dict[str, Any] = {}
    for layer, name in _names(layers).items():
        attributes = {"layer": layer, "read_as": recording.layer(layer).read_as}
        both = recording.by_sample(layer), recording.by_unit(layer)
        values = LazilyIndexedArray(LazyResponses(*both))
        variables[name] = xr.Variable(("sample", f"{name}_unit"), values, attributes)
    if with_logits:
        values = LazilyIndexedArray(LazyResponses(recording.stored_logits()))
        variables[LOGITS] = xr.Variable(("sample", "category"), values)
    return variables


def _coordinates(
    recording: Recording, layers: Iterable[str], categories: tuple[str, ...]
) -> Mapping[str, Any]:
    samples = recording.samples
    units = {
        f"{name}_unit": np.arange(recording.layer(layer).units) for layer, name in _names(layers).items()
    }
    return {
        "sample": np.arange(len(samples)),
        "id": ("sample", np.array(samples.column("id").to_pylist(), object)),
        "label": ("sample", samples.labels),
        "prediction": ("sample", samples.predictions),
        "confidence": ("sample", samples.confidences),
        **({"category": np.array(categories, object)} if categories else {}),
        **units,
    }


def _names(layers: Iterable[str]) -> dict[str, str]:
    """A name for the variable of each layer: its own, where xarray and the coordinates leave it free."""
    taken = {"sample", "id", "label", "prediction", "confidence", "category", LOGITS}
    names: dict[str, str] = {}
    for layer in layers:
        name = layer.replace("/", "_")
        while name in taken or f"{name}_unit" in taken:
            name += "_"
        taken |= {name, f"{name}_unit"}
        names[layer] = name
    return names
