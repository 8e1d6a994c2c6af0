"""Which features of a dictionary of residuals the reference does not have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Derivation, Rows

ALIKE = 0.5  # cosine from which an atom is one that the reference's dictionary has
SHARE_LEAST = 0.05  # of the energy of the residuals, that a new feature holds
TIMES_LEAST = 2.0  # its mean energy, by that on the reference
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ResidualReport:
    """On residuals that the dictionary was not fitted on; energies are sums of squares."""

    told: float  # share of the energy that the dictionary tells
    told_by_mean: float  # by its constant part alone
    told_of_reference: float  # of the residuals of the held-out reference
    shares: Shares  # (feature,) of the energy, along its atom
    times: Shares  # (feature,) mean energy along its atom, by that on the reference; infinite where there is none
    cosines: Shares  # (feature,) largest, without sign, with an atom of the reference's dictionary
    rows: int

    @property
    def new(self) -> npt.NDArray[np.bool_]:
        """(feature,) with an atom of its own, a share of the energy, and much less of it on the reference."""
        found: npt.NDArray[np.bool_] = (
            (self.cosines < ALIKE) & (self.shares >= SHARE_LEAST) & (self.times >= TIMES_LEAST)
        )
        return found


def residual_report(own: Derivation, atoms: Rows, here: Rows, reference: Rows) -> ResidualReport:
    """Of a dictionary of residuals.

    Parameters
    ----------
    atoms : (feature, unit)
        Of the dictionary whose residuals these are.
    here, reference : (row, unit)
        Residuals of samples that `own` was not fitted on, and of the held-out reference.
    """
    along, theirs = (
        np.square(each @ own.components_.T, dtype=np.float64).mean(0) for each in (here, reference)
    )
    energy = float(np.square(here, dtype=np.float64).sum(1).mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(along > 0, along / theirs, 0.0)
    return ResidualReport(
        told=_told(here, own.transform(here) @ own.components_ + own.mean_),
        told_by_mean=_told(here, own.mean_),
        told_of_reference=_told(reference, own.transform(reference) @ own.components_ + own.mean_),
        shares=along / energy if energy else np.zeros(len(along)),
        times=times,
        cosines=np.abs(_unit(own.components_) @ _unit(atoms).T).max(1),
        rows=len(here),
    )


def _told(rows: Rows, reconstruction: Rows) -> float:
    whole = float(np.square(rows, dtype=np.float64).sum())
    left = float(np.square(rows - reconstruction, dtype=np.float64).sum())
    return 1 - left / whole if whole else float("nan")


def _unit(atoms: Rows) -> npt.NDArray[np.float64]:
    exact = atoms.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    unit: npt.NDArray[np.float64] = exact / np.where(lengths > 0, lengths, 1)
    return unit
