"""A number that is explained: of samples, and of what is left of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import ResponseError, ShapeError

Values = Callable[[torch.Tensor], torch.Tensor]  # (row, ...) inputs -> (row,) or (row, unit)
FloatArray = npt.NDArray[np.float64]

ROWS = 64


class Explained:
    """What a callable says of samples; a pair is a sample with one of its numbers.

    Parameters
    ----------
    values
        From (row, ...) inputs to (row,), or (row, unit): then every unit is explained, or one a sample. Of (row, 1)
        the only unit is, as of (row,).
    inputs : (sample, ...)
    column : (sample,)
        Which unit is explained for each sample, as the category that the model predicts for it; a whole number for
        the same unit of all.
    rows
        Inputs that one call is given at most.

    Raises
    ------
    ShapeError
        The callable does not give one number, or one row of numbers, an input, or there is no such column.
    ResponseError
        A number is not finite.
    """

    def __init__(
        self,
        values: Values,
        inputs: torch.Tensor,
        *,
        column: torch.Tensor | int | None = None,
        rows: int = ROWS,
    ) -> None:
        self.values, self.inputs, self.rows = values, inputs, rows
        found = torch.cat([self._given(part) for part in torch.split(inputs, rows)])
        if found.ndim == 1 and column is not None:
            raise ShapeError("column= chooses one of several numbers; the callable gives one an input.")
        self.columns: torch.Tensor | None = None
        numbers = found.shape[-1]
        if found.ndim == 2:
            self.columns = _columns(found, column)
            found = found.gather(1, self.columns)
        self.whole: FloatArray = found.cpu().double().numpy()
        self.units = 1 if self.columns is None else self.columns.shape[1]
        if found.ndim == 2 and (column is not None or numbers == 1):
            self.whole = self.whole[:, 0]
        self._refuse_infinite(found.flatten(), torch.arange(self.pairs))

    @property
    def pairs(self) -> int:
        return len(self.inputs) * self.units

    @property
    def shape(self) -> tuple[int, ...]:
        """(sample,) or (sample, unit)."""
        return self.whole.shape

    def samples(self, pairs: torch.Tensor) -> torch.Tensor:
        """(row,) the sample of each pair."""
        return pairs // self.units

    def at(self, points: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        """(row,) float64 on the CPU: the number of each (row, ...) point that the pair of its row is about."""
        found = self._given(points)
        if self.columns is not None:
            asked = self.columns.flatten()[pairs.to(self.columns.device)]
            found = found.gather(1, asked[:, None])[:, 0]
        found = found.cpu().double()
        self._refuse_infinite(found, pairs)
        return found

    def of(self, inputs: torch.Tensor) -> FloatArray:
        """(sample,) or (sample, unit) of one other input for each sample."""
        pairs = torch.arange(self.pairs)
        found = [self.at(inputs[self.samples(part)], part) for part in torch.split(pairs, self.rows)]
        return np.asarray(torch.cat(found).numpy().reshape(self.shape))

    def jobs(self, pairs: torch.Tensor, each: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """(row,) pairs and (row,) numbers 0 … each - 1, every one once, as many as one call is given."""
        for job in torch.split(torch.arange(len(pairs) * each), self.rows):
            yield pairs[job // each], job % each

    def _given(self, points: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            found = self.values(points)
        if found.ndim not in (1, 2) or len(found) != len(points):
            raise ShapeError(
                f"{tuple(found.shape)} for {len(points)} inputs; give one number, or one row of numbers, an input."
            )
        return found.detach()

    def _refuse_infinite(self, found: torch.Tensor, pairs: torch.Tensor) -> None:
        bad = torch.nonzero(~torch.isfinite(found.cpu())).flatten()
        if len(bad):
            sample, unit = divmod(int(pairs[bad[0]]), self.units)
            raise ResponseError(
                f"number {unit} of sample {sample} is {found[bad[0]].item()}, whole or with parts removed."
            )


def _columns(found: torch.Tensor, column: torch.Tensor | int | None) -> torch.Tensor:
    """(sample, unit) which columns are explained."""
    samples, units = found.shape
    if column is None:
        return torch.arange(units, device=found.device).expand(samples, units)
    asked = torch.as_tensor(column)
    if asked.ndim == 0:
        asked = asked.expand(samples)
    fits = asked.shape == (samples,) and not asked.is_floating_point() and asked.dtype != torch.bool
    if not fits or not 0 <= int(asked.min()) <= int(asked.max()) < units:
        raise ShapeError(
            f"column= is a whole number below {units}, or holds one for each of {samples} samples."
        )
    return asked.to(found.device)[:, None]
