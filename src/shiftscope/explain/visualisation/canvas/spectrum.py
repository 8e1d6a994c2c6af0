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


def resampled(magnitude: torch.Tensor, columns: int, size: tuple[int, int]) -> torch.Tensor:
    """Magnitudes (..., row, half column) of pictures `columns` wide at the frequencies of pictures of another size.

    Between bins they are interpolated in cycles per pixel, rows and columns both periodic; what lies at frequency 0 is
    not mixed into its neighbours.
    """
    rows = magnitude.shape[-2]
    whole = torch.cat(
        [magnitude, _opposite(magnitude)[..., 1 : columns - magnitude.shape[-1] + 1].flip(-1)], dim=-1
    )
    inner = _without_zero(whole)
    down = (torch.fft.fftfreq(size[0], dtype=torch.float64) % 1) * rows
    across = torch.fft.rfftfreq(size[1], dtype=torch.float64) * columns
    found = _interpolated(_interpolated(inner, down, -2), across, -1)
    found[..., 0, 0] = magnitude[..., 0, 0]
    return even_part(found, size[1])


def _without_zero(whole: torch.Tensor) -> torch.Tensor:
    """A whole spectrum with the mean of the nearest bins in the place of that of frequency 0."""
    found = whole.clone()
    found[..., 0, 0] = (whole[..., 1, 0] + whole[..., -1, 0] + whole[..., 0, 1] + whole[..., 0, -1]) / 4
    return found


def _interpolated(numbers: torch.Tensor, at: torch.Tensor, axis: int) -> torch.Tensor:
    """Numbers between the places of a periodic axis."""
    length = numbers.shape[axis]
    below = at.floor()
    share = (at - below).to(numbers)
    first = numbers.index_select(axis, below.long() % length)
    second = numbers.index_select(axis, (below.long() + 1) % length)
    share = share[:, None] if axis == -2 else share
    return first + share * (second - first)


def _own_conjugates(columns: int, like: torch.Tensor) -> torch.Tensor:
    """(half column,) whether a column of the half spectrum is its own conjugate."""
    at = torch.arange(like.shape[-1], device=like.device)
    return (at == 0) | (2 * at == columns)


def _opposite(spectrum: torch.Tensor) -> torch.Tensor:
    """Row -k in the place of row k."""
    return spectrum.flip(-2).roll(1, -2)
