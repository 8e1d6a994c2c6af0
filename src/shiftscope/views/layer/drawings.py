"""The kinds of map there can be of a layer's units."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

Drawing = Literal["pca", "umap"]
NAMES: dict[Drawing, str] = {"pca": "PCA", "umap": "UMAP"}
FEWEST_FOR_UMAP = 20  # units; below, neighbourhoods mean nothing


def drawings(units: int) -> list[Drawing]:
    """Those of so many units, with the packages that are here."""
    return ["pca", "umap"] if units >= FEWEST_FOR_UMAP and find_spec("umap") else ["pca"]
