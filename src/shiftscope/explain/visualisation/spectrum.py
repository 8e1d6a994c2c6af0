"""Half spectra of real pictures: which bins belong together, and what may change in them."""

from __future__ import annotations

import torch


def frequencies(rows: int, columns: int) -> torch.Tensor:
    """(row, half column) distance of each bin of `rfft2` from zero, in cycles per pixel; float64."""
    down = torch.fft.fftfreq(rows, dtype=torch.float64)[:, None]
    across = torch.fft.rfftfreq(columns, dtype=torch.float64)[None]
    return torch.hypot(down, across)


def falling(rows: int, columns: int, decay: float = 1.0) -> torch.Tensor:
    """(row, half column) 1 / f^decay, with f at least one cycle per longer side, as in photographs."""
    return frequencies(rows, columns).clamp(min=1 / max(rows, columns)) ** -decay


def odd_change(change: torch.Tensor, columns: int) -> torch.Tensor:
    """A change of phases (..., row, half column) as far as a real picture can have it.

    In the columns that are their own conjugates, the first and for an even width the last, `irfft2` keeps the
    Hermitian part alone: there a phase may change only against that of the opposite row.
    """
    own = _own_conjugates(columns, change)
    return torch.where(own, (change - _opposite(change)) / 2, change)


def even_part(magnitude: torch.Tensor, columns: int) -> torch.Tensor:
    """Magnitudes (..., row, half column) that a real picture can have: the mean of opposite rows where they are one."""
    own = _own_conjugates(columns, magnitude)
    return torch.where(own, (magnitude + _opposite(magnitude)) / 2, magnitude)


def _own_conjugates(columns: int, like: torch.Tensor) -> torch.Tensor:
    """(half column,) whether a column of the half spectrum is its own conjugate."""
    at = torch.arange(like.shape[-1], device=like.device)
    return (at == 0) | (2 * at == columns)


def _opposite(spectrum: torch.Tensor) -> torch.Tensor:
    """Row -k in the place of row k."""
    return spectrum.flip(-2).roll(1, -2)
