"""Non-negative responses as sums of non-negative parts."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from shiftscope.derived.derivation import Rows, derivation
from shiftscope.derived.tools.canonical import canonical
from shiftscope.derived.tools.dictionary import Dictionary, rows_that_speak
from shiftscope.derived.tools.nnls import nonnegative_codes, nonnegative_codes_in_torch

if TYPE_CHECKING:
    import torch


@derivation("nmf")
class NMF(Dictionary):
    """Parts that only add up: atoms and codes without negative entries, by scikit-learn's coordinate descent.

    Codes of rows, those that were fitted on too, solve non-negative least squares.

    Parameters
    ----------
    size
        Number of parts, at most that of rows. A quarter to a half of the units is sensible; as many as there are
        units are the units again.
    seed
        Of what is chosen at random.
    init
        "nndsvda", which needs at least as many rows and units as parts and all but ignores the seed, or "random".
        Where not given, "nndsvda" if it can be had; `init_` says which it was.
    max_iter, tol
        Where the descent stops, as in scikit-learn.

    References
    ----------
    Lee & Seung (1999), Learning the parts of objects by non-negative matrix factorization.
    """

    def __init__(
        self, size: int = 32, seed: int = 0, init: str | None = None, max_iter: int = 400, tol: float = 1e-4
    ) -> None:
        self.size, self.seed, self.init, self.max_iter, self.tol = size, seed, init, max_iter, tol

    def fit(self, X: Rows, y: None = None) -> Self:
        """From (row, unit) responses, none of them negative."""
        from sklearn.decomposition import NMF as sklearn_nmf  # noqa: N811
        from sklearn.exceptions import ConvergenceWarning

        rows = self._checked(X, size=self.size)
        negative = float((rows < 0).mean())
        if negative:
            raise ValueError(
                f"Negative values in data: {negative:.1%} of the responses; NMF needs none. "
                'Try kind="seminmf" or kind="topk", or record with rectify.'
            )
        most = min(rows.shape)
        if self.init not in (None, "nndsvda", "random"):
            raise ValueError(f'init={self.init!r}; it is "nndsvda" or "random".')
        if self.init == "nndsvda" and self.size > most:
            raise ValueError(
                f'init="nndsvda" gives at most {most} features of {len(rows)} rows of {rows.shape[1]} units, and '
                f'{self.size} were asked for; leave init out, or give init="random".'
            )
        self.init_ = self.init or ("nndsvda" if self.size <= most else "random")
        found = sklearn_nmf(
            self.size, init=self.init_, max_iter=self.max_iter, tol=self.tol, random_state=self.seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # `n_iter_` says so
            codes = found.fit_transform(rows_that_speak(rows))
        self.components_ = canonical(found.components_, codes).atoms
        self.mean_ = np.zeros(rows.shape[1], np.float32)
        self.n_iter_ = int(found.n_iter_)
        self._told(rows)
        return self

    def codes_of(self, rows: Rows) -> Rows:
        return nonnegative_codes(rows, self.components_)

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        return nonnegative_codes_in_torch(responses, self.components_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags
