"""What makes a layer from a layer: an estimator that is fitted on the reference, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, StudyDamaged
from shiftscope.registry import Registry

if TYPE_CHECKING:
    import torch

Rows = npt.NDArray[np.float32]
SAME_CODES = 1e-2  # difference of stored codes from those computed anew, as a share, between machines


class Derivation(Protocol):
    """A scikit-learn estimator whose features have one atom each: `inverse_transform` is codes @ atoms + mean.

    What it has learned stands in arrays whose names end in an underscore; of them and of its parameters it is made
    again. The code of a row depends on that row alone.
    """

    components_: Rows  # (feature, unit) atoms
    mean_: Rows  # (unit,)

    def get_params(self, deep: bool = True) -> dict[str, Any]: ...

    def fit(self, X: Rows, y: None = None) -> Derivation: ...

    def transform(self, X: Rows) -> Rows:
        """(row, feature) codes of (row, unit) responses."""
        ...

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        ...


Kind = Callable[..., Derivation]
D = TypeVar("D", bound=Kind)
derivations: Registry[Kind] = Registry("kind of derived layer", "shiftscope.derived")


def derivation(name: str) -> Callable[[D], D]:
    """Enter a class under the name that `study.derive` knows it by; its parameters include `size` and `seed`."""

    def enter(kind: D) -> D:
        derivations.register(name, kind)
        return kind

    return enter


def made(kind: str, settings: Mapping[str, Any]) -> Derivation:
    """One that is to be fitted; raises `BadRequest` for a setting that this kind does not have."""
    try:
        return derivations[kind](**settings)
    except TypeError as error:
        raise BadRequest(f"{kind} cannot be made with {dict(settings)}: {error}.") from error


def dictionary(kind: str, **settings: Any) -> Derivation:
    """A scikit-learn estimator of this kind, to be fitted on (row, unit) responses: `dictionary("nmf", size=32)`.

    Raises
    ------
    BadRequest
        No such kind, or a setting that it does not have.
    """
    return made(kind, settings)


def learned(fitted: Derivation) -> dict[str, npt.NDArray[Any]]:
    """What it has learned, by name."""
    return {
        name: np.ascontiguousarray(value)
        for name, value in vars(fitted).items()
        if name.endswith("_") and isinstance(value, np.ndarray)
    }


def made_again(kind: str, settings: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Derivation:
    """One that was fitted before.

    Raises
    ------
    StudyDamaged
        An array that no such one has learned, or rows stored with their codes whose codes it does not give again.
    """
    fitted = made(kind, settings)
    for name, array in arrays.items():
        if not name.endswith("_") or name.startswith("_"):
            raise StudyDamaged(f"what a derived layer has learned has no such name: {name!r}.")
        setattr(fitted, name, array)
    if "kept_rows_" in arrays and "kept_codes_" in arrays:
        _check_codes(kind, fitted, arrays["kept_rows_"], arrays["kept_codes_"])
    return fitted


def _check_codes(kind: str, fitted: Derivation, rows: Rows, expected: Rows) -> None:
    try:
        codes = fitted.transform(rows)
        apart = float(np.linalg.norm(codes - expected))
    except (ValueError, AttributeError, IndexError) as error:
        raise StudyDamaged(f"this dictionary cannot encode the samples stored with it: {error}.") from error
    if not apart <= SAME_CODES * float(np.linalg.norm(expected)) + 1e-6:
        raise StudyDamaged(
            f"this dictionary gives the samples stored with it other codes than it gave when it was fitted: it is not "
            f"the one that {kind} learned here. Derive the layer again."
        )
