"""What a model answered, to be compared with what it answers later."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import StudyMismatch

ROUNDINGS, IN_FLOAT32 = 16, 2.0**-13  # where products are summed in a wider type, and where in their own
CLOSE = (
    1e-4  # of the sum of absolute values: what is computed when a model is made rounds as the machine does
)


@dataclass(frozen=True, eq=False)
class Answers:
    """What is compared of two models."""

    logits: npt.NDArray[
        np.float64
    ]  # (sample, category) as the model gives them, of the first 1,000 categories
    rounding: float  # distance between 1 and the next number of the type it computes in
    beside: Mapping[str, Any]  # what it holds beside its weights, and a pass leaves as it is
    versions: Mapping[str, str]  # of torch and shiftscope

    def difference(self, now: Answers) -> str:
        """What is another than it was, in words; empty where rounding explains it."""
        if others := _unlike(self.beside, now.beside):
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            return f"{', '.join(others[:3])}{more}, which it holds beside its weights, differ"
        if self.logits.shape != now.logits.shape:
            return f"it gave logits of shape {self.logits.shape} and gives {now.logits.shape}"
        allowed = max(ROUNDINGS * max(self.rounding, now.rounding), IN_FLOAT32) * np.abs(self.logits).max()
        apart = np.abs(self.logits - now.logits).max()
        if apart <= allowed:
            return ""
        return f"its logits for the same inputs are up to {apart:.3g} apart, where rounding explains {allowed:.3g}"

    def tell_other_torch(self, now: Answers) -> None:
        """Warn where another torch computes now, whose kernels may round otherwise."""
        there, here = (each.versions.get("torch") for each in (self, now))
        if there != here:
            warnings.warn(
                f"recorded with torch {there} before, with {here} now: responses may differ by rounding.",
                stacklevel=2,
            )

    def first(self, samples: int) -> Answers:
        return Answers(self.logits[:samples], self.rounding, self.beside, self.versions)

    def as_json(self) -> dict[str, Any]:
        logits = [[float(f"{number:.6g}") for number in row] for row in self.logits]
        return {
            "logits": logits,
            "rounding": self.rounding,
            "beside": dict(self.beside),
            "versions": dict(self.versions),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Answers:
        """Raises KeyError, TypeError or ValueError for what are no answers."""
        logits = np.array(entry["logits"], np.float64)
        if logits.ndim != 2 or not np.isfinite(logits).all():
            raise ValueError(f"logits of shape {logits.shape}, or not all finite")
        if not all(isinstance(told, str) or _are_sums(told) for told in entry["beside"].values()):
            raise ValueError("what it holds beside its weights is written otherwise")
        return cls(logits, float(entry["rounding"]), dict(entry["beside"]), dict(entry["versions"]))


def refuse_other_answers(difference: str) -> None:
    """Raise `StudyMismatch` where there is a difference."""
    if difference:
        raise StudyMismatch(
            f"this study was made by another model: its weights are the same, and {difference}. Look at its code (a "
            "changed forward(), a module of the same name from elsewhere) and at what is set around it, such as "
            "torch.set_float32_matmul_precision. Go on with the model as it was, or create a new study."
        )


def _unlike(kept: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names that both hold and that differ by more than rounding."""
    return [name for name in kept if name in now and not _alike(kept[name], now[name])]


def _alike(kept: Any, now: Any) -> bool:
    if not (isinstance(kept, list) and isinstance(now, list)):
        return bool(kept == now)
    return all(abs(one - other) <= CLOSE * abs(kept[1]) for one, other in zip(kept, now, strict=True))


def _are_sums(told: Any) -> bool:
    return isinstance(told, list) and len(told) == 3 and all(type(total) in (int, float) for total in told)
