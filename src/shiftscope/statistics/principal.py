"""The two directions in which the units of a layer differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """Where each unit lies along the first principal components."""

    places: FloatArray  # (unit, component), in the units of the profiles
    explained: FloatArray  # (component,) share of the variance; NaN where nothing varies


def principal_components(profiles: FloatArray, components: int = 2) -> Components:
    """Principal components of units described by their profiles, each category centred over the units.

    A component's sign is free; it is chosen so that the category with the largest weight has a positive one.

    Parameters
    ----------
    profiles : (unit, category) without NaN

    Raises
    ------
    ShapeError
        There is no unit.

    References
    ----------
    Pearson (1901), On Lines and Planes of Closest Fit to Systems of Points in Space.
    """
    units, categories = profiles.shape
    if not units:
        raise ShapeError("principal components of no unit; at least one is needed.")
    centred = profiles - profiles.mean(axis=0)
    # Of the two matrices of products the smaller one has the same eigenvalues, and costs least.
    wide = categories > units
    products = centred @ centred.T if wide else centred.T @ centred
    values, vectors = _largest(products, min(components, len(products)))
    total = float(np.square(centred).sum())
    if wide:  # eigenvectors over units: turned into weights of categories
        vectors = centred.T @ vectors
        lengths = np.linalg.norm(vectors, axis=0)
        vectors = vectors / np.where(lengths > 0, lengths, 1)
    heaviest = np.abs(vectors).argmax(axis=0)
    signs = np.where(np.take_along_axis(vectors, heaviest[None], axis=0)[0] < 0, -1.0, 1.0)
    places = np.zeros((units, components))
    explained = np.full(components, np.nan)
    places[:, : len(values)] = centred @ (vectors * signs)
    if total > 0:
        explained[:] = 0
        explained[: len(values)] = np.clip(values / total, 0, 1)
    return Components(places, explained)


def _largest(symmetric: FloatArray, how_many: int) -> tuple[FloatArray, FloatArray]:
    """Largest eigenvalues, the largest first, and their vectors in columns."""
    from scipy.linalg import eigh  # late: its import would cost the viewer its first half second

    size = len(symmetric)
    values, vectors = eigh(symmetric, subset_by_index=[size - how_many, size - 1])
    return values[::-1], vectors[:, ::-1]
