"""Non-negative responses as sums of non-negative parts."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from shiftscope.derived.derivation import Rows, derivation
from shiftscope.derived.tools.canonical import canonical
from shiftscope.derived.tools.dictionary import Dictionary, check_number, check_whole, rows_that_speak
from shiftscope.derived.tools.nnls import nonnegative_codes, nonnegative_codes_in_torch
from shiftscope.percent import percent

if TYPE_CHECKING:
    import torch

TURNS = 20  # of the descent at once
LEAST_FALL = 0.01  # of the squared error, in so many turns


def _quiet(turns: int) -> None:
    pass


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
        Where the descent stops, as in scikit-learn, or where 20 turns have lowered the squared error by less than 1 %.

    References
    ----------
    Lee & Seung (1999), Learning the parts of objects by non-negative matrix factorization.
    """

    def __init__(
        self, size: int = 32, seed: int = 0, init: str | None = None, max_iter: int = 400, tol: float = 1e-4
    ) -> None:
        self.size, self.seed, self.init, self.max_iter, self.tol = size, seed, init, max_iter, tol

    def fit(self, X: Rows, y: None = None, advance: Callable[[int], None] | None = None) -> Self:
        """From (row, unit) responses, none of them negative.

        Parameters
        ----------
        advance
            Told the number of turns done since it was told last, of `max_iter`.
        """
        self._check_settings()
        rows = self._checked(X, size=self.size)
        negative = float((rows < 0).mean())
        if negative:
            raise ValueError(
                f"Negative values in data: {percent(negative)} of the responses; NMF needs none. "
                'Try kind="seminmf" or kind="topk", or record with rectify.'
            )
        speaking = rows_that_speak(rows)
        most = min(speaking.shape)
        if self.init == "nndsvda" and self.size > most:
            raise ValueError(
                f'init="nndsvda" gives at most {most} features of {len(speaking)} rows of {rows.shape[1]} units, and '
                f'{self.size} were asked for; leave init out, or give init="random".'
            )
        self.init_ = self.init or ("nndsvda" if self.size <= most else "random")
        codes, atoms = self._descent(speaking, self.init_, advance or _quiet)
        self.components_ = canonical(atoms, codes).atoms
        self.mean_ = np.zeros(rows.shape[1], np.float32)
        self._told(rows)
        return self

    def _descent(self, rows: Rows, init: str, advance: Callable[[int], None]) -> tuple[Rows, Rows]:
        """Codes and atoms, by a few turns at a time, so that it can be stopped and followed.

        scikit-learn ends where the gradient is a share of what it was at first; of "nndsvda", which begins far off,
        that can be after two turns, with half of the variance left. Begun again from there it goes on.
        """
        from sklearn.decomposition import NMF as sklearn_nmf  # noqa: N811
        from sklearn.exceptions import ConvergenceWarning

        start: dict[str, Rows] = {}
        before = np.inf
        self.n_iter_ = 0
        while self.n_iter_ < self.max_iter:
            some = sklearn_nmf(
                self.size,
                init="custom" if start else init,
                max_iter=min(TURNS, self.max_iter - self.n_iter_),
                tol=self.tol,
                random_state=self.seed,
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # `n_iter_` says so
                codes = some.fit_transform(rows, **start)
            start = {"W": codes, "H": some.components_}
            self.n_iter_ += int(some.n_iter_)
            advance(int(some.n_iter_))
            error = float(some.reconstruction_err_) ** 2
            if np.isfinite(before) and before - error <= LEAST_FALL * before:
                break
            before = error
        advance(self.max_iter - self.n_iter_)
        return start["W"], start["H"]

    def _check_settings(self) -> None:
        """Raise `ValueError` for a setting that makes no sense."""
        check_whole(max_iter=self.max_iter)
        check_number("tol", self.tol, zero=True)
        if self.init not in (None, "nndsvda", "random"):
            raise ValueError(f'init={self.init!r}; it is "nndsvda" or "random".')

    def steps_of(self, rows: int) -> int:
        """Number of turns at most, for so many rows."""
        self._check_settings()
        return self.max_iter

    def codes_of(self, rows: Rows) -> Rows:
        return nonnegative_codes(rows, self.components_)

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        return nonnegative_codes_in_torch(responses, self.components_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags
