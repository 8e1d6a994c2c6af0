"""What estimators of dictionaries have alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from shiftscope.derived.derivation import Rows
from shiftscope.derived.tools.fit_report import FitReport, fit_report
from shiftscope.typed import as_whole_number


class Dictionary(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Codes of non-negative numbers; rows are codes @ `components_` + `mean_`, and atoms have unit length."""

    components_: Rows
    mean_: Rows
    fit_report_: FitReport

    def codes_of(self, rows: Rows) -> Rows:
        """(row, feature) codes of checked rows, each by itself."""
        raise NotImplementedError

    def transform(self, X: Rows) -> Rows:
        """(row, feature) codes of (row, unit) responses."""
        check_is_fitted(self)
        return self.codes_of(validate_data(self, X, dtype=np.float32, reset=False))

    def inverse_transform(self, codes: Rows) -> Rows:
        """(row, unit) what the codes stand for."""
        check_is_fitted(self)
        responses: Rows = np.asarray(codes, np.float32) @ self.components_ + self.mean_
        return responses

    def _checked(self, X: Rows, *, size: int) -> Rows:
        """Rows to fit on; raises `ValueError` where they are fewer than the features."""
        rows: Rows = validate_data(self, X, dtype=np.float32, ensure_min_samples=2)
        if size < 1:
            raise ValueError(f"size={size}; a dictionary has at least one feature.")
        if size > len(rows):
            raise ValueError(f"{size} features asked for, {len(rows)} rows to fit them on.")
        return rows

    def _told(self, rows: Rows) -> None:
        """Keep how well the rows that it was fitted on are told."""
        self._n_features_out = len(self.components_)
        self.fit_report_ = fit_report(self, rows)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def check_whole(**settings: Any) -> None:
    """Raise `ValueError` for the first that is no whole number, or below 1."""
    for name, given in settings.items():
        number = as_whole_number(given)
        if number is None or number < 1:
            raise ValueError(f"{name}={given!r}; it is a whole number, at least 1.")


def check_number(name: str, given: Any, *, zero: bool) -> None:
    """Raise `ValueError` for what is no finite number above zero, or zero where that is allowed."""
    is_number = isinstance(given, (int, float, np.number)) and not isinstance(given, bool)
    if not is_number or not np.isfinite(given) or given < 0 or (given == 0 and not zero):
        raise ValueError(f"{name}={given!r}; it is a number {'from 0 on' if zero else 'above 0'}.")


def rows_that_speak(rows: Rows) -> Rows:
    """Rows that are not zero throughout, of which a dictionary without a mean can learn; raises `ValueError`."""
    speaking = rows[rows.any(1)]
    if not len(speaking):
        raise ValueError("all responses are zero: there is nothing to fit.")
    return speaking
