"""Principal components of a layer's responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from shiftscope.derived.derivation import Rows, derivation

if TYPE_CHECKING:
    import torch


@derivation("pca")
class PCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The directions along which responses vary most, orthogonal, the widest first.

    The entry of largest magnitude of each atom is positive. Codes are inner products with the atoms, of responses
    less their mean.

    Parameters
    ----------
    size
        Number of components, at most the number of units and of rows less one.
    seed
        Unused: there is one answer.

    References
    ----------
    Pearson (1901), On lines and planes of closest fit to systems of points in space.
    """

    def __init__(self, size: int = 8, seed: int = 0) -> None:
        self.size, self.seed = size, seed

    def fit(self, X: Rows, y: None = None) -> Self:
        """From (row, unit) responses; `explained_variance_ratio_` is the share of the variance along each atom."""
        from sklearn.decomposition import PCA as sklearn_pca  # noqa: N811

        X = validate_data(self, X, dtype=np.float32, ensure_min_samples=2)
        if not 1 <= self.size <= min(X.shape[1], len(X) - 1):
            raise ValueError(
                f"size={self.size} for {len(X)} rows of {X.shape[1]} units; it is at least 1 and at most the number "
                "of units, and of rows less one."
            )
        solver = "covariance_eigh" if X.shape[1] <= len(X) else "full"  # in memory of the smaller side
        mean = X.mean(0, dtype=np.float64)
        # Centred before: means that are large beside the deviations cancel what single precision has of these.
        with np.errstate(invalid="ignore", divide="ignore"):  # shares of no variance at all
            found = sklearn_pca(self.size, svd_solver=solver).fit(X - mean.astype(np.float32))
        atoms = found.components_
        largest = np.take_along_axis(atoms, np.abs(atoms).argmax(1)[:, None], 1)
        self.components_ = (atoms * np.where(largest < 0, -1, 1)).astype(np.float32)
        self.mean_ = (mean + found.mean_).astype(np.float32)
        self.explained_variance_ratio_ = found.explained_variance_ratio_.astype(np.float32)
        self._n_features_out = self.size
        return self

    def transform(self, X: Rows) -> Rows:
        """(row, feature) codes of (row, unit) responses."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)
        # In double precision, so that a code does not hang on the rows beside its own.
        exact = (X.astype(np.float64) - self.mean_) @ self.components_.T.astype(np.float64)
        codes: Rows = exact.astype(np.float32)
        return codes

    def inverse_transform(self, codes: Rows) -> Rows:
        """(row, unit) what the codes stand for."""
        check_is_fitted(self)
        responses: Rows = np.asarray(codes, np.float32) @ self.components_ + self.mean_
        return responses

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        import torch

        mean, atoms = (torch.from_numpy(each).to(responses) for each in (self.mean_, self.components_))
        return (responses - mean) @ atoms.T

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
