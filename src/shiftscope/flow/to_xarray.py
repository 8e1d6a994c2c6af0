"""Responses as xarray has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import xarray as xr


def to_xarray(
    study: StoredStudy, layer: str | None = None, dataset: str | None = None
) -> xr.Dataset | xr.DataTree:
    """Responses with named dimensions and coordinates, read from disk when they are computed with.

    A Dataset of one `dataset`, or a DataTree of all; every layer, or only `layer`. Needs xarray.
    """
    from shiftscope.interop.to_xarray import labelled

    return labelled(study, layer, dataset)
