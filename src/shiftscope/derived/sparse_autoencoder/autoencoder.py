"""What both sparse autoencoders have alike: how they are fitted, and what their encoders read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Rows
from shiftscope.derived.tools.blocks import in_blocks
from shiftscope.derived.tools.canonical import canonical
from shiftscope.derived.tools.dictionary import Dictionary, check_number, check_whole
from shiftscope.kept_memory import memory_kept
from shiftscope.threads import WORTH_THREADS

if TYPE_CHECKING:
    import torch

    from shiftscope.derived.sparse_autoencoder.gradients import Choice, Weights

NARROW = 128  # units below which fewer features are active
ACTIVE, ACTIVE_IN_NARROW = 32, 16
STEPS, EPOCHS, BATCH = 3_000, 20, 512


class SparseAutoencoder(Dictionary):
    """An encoder of one linear map whose largest numbers are the codes, trained with the atoms that they weigh."""

    encoder_: Rows  # (feature, unit)
    bias_: Rows  # (feature,)

    def __init__(
        self,
        size: int = 128,
        seed: int = 0,
        active: int | None = None,
        steps: int | None = None,
        batch: int = BATCH,
        learning_rate: float = 2e-3,
    ) -> None:
        self.size, self.seed, self.active, self.steps = size, seed, active, steps
        self.batch, self.learning_rate = batch, learning_rate

    def choice(self) -> Choice:
        """How codes are chosen while it is trained."""
        raise NotImplementedError

    def chosen(self, before: Rows) -> Rows:
        """(row, feature) codes of what the encoder gives."""
        raise NotImplementedError

    def active_of(self, units: int) -> int:
        """Number of active features, for a layer of so many units."""
        active = self.active or (ACTIVE if units >= NARROW else ACTIVE_IN_NARROW)
        return min(active, self.size)

    def _check_settings(self) -> None:
        """Raise `ValueError` for a setting that makes no sense."""
        asked = {"active": self.active, "steps": self.steps}
        check_whole(batch=self.batch, **{name: each for name, each in asked.items() if each is not None})
        check_number("learning_rate", self.learning_rate, zero=False)

    def steps_of(self, rows: int) -> int:
        """Number of steps, for so many rows."""
        self._check_settings()
        return self.steps or max(STEPS, EPOCHS * -(-rows // self.batch))

    def fit(self, X: Rows, y: None = None, advance: Callable[[int], None] | None = None) -> Self:
        """From (row, unit) responses.

        Parameters
        ----------
        advance
            Told the number of steps done since it was told last.
        """
        import torch

        from shiftscope.derived.sparse_autoencoder.training import Training, trained

        self._check_settings()
        rows = self._checked(X, size=self.size)
        if self.active is not None and self.active > self.size:
            raise ValueError(f"active={self.active}; it is from 1 to size, {self.size}.")
        mean = rows.mean(0, dtype=np.float64)
        centred = (rows - mean).astype(np.float32)
        scale = float(np.sqrt(np.square(centred, dtype=np.float64).mean())) or 1.0
        training = Training(
            size=self.size,
            active=self.active_of(rows.shape[1]),
            steps=self.steps_of(len(rows)),
            batch=self.batch,
            learning_rate=self.learning_rate,
            seed=self.seed,
        )
        small = training.batch * training.size * rows.shape[1] < WORTH_THREADS
        with memory_kept(), torch.no_grad(), _one_thread() if small else nullcontext():
            found = trained(
                torch.from_numpy(centred / np.float32(scale)), self.choice(), training, advance or _quiet
            )
        if not all(bool(torch.isfinite(each).all()) for each in found):
            raise ValueError(f"training went to infinity: learning_rate={self.learning_rate} is too large.")
        self.scale_ = np.array([scale], np.float32)
        self.mean_ = (mean + scale * found.offset.double().numpy()).astype(np.float32)
        self._keep(found, scale)
        self._learn_further(rows, training.active)
        codes = self.codes_of(rows)
        order = canonical(self.components_, codes).order
        self.components_, self.encoder_, self.bias_ = (
            np.ascontiguousarray(each[order]) for each in (self.components_, self.encoder_, self.bias_)
        )
        self._told(rows)
        return self

    def _keep(self, found: Weights, scale: float) -> None:
        self.components_, self.encoder_ = found.atoms.numpy(), found.encoder.numpy()
        self.bias_ = found.bias.numpy() * np.float32(scale)

    def _learn_further(self, rows: Rows, active: int) -> None:
        """Whatever is learned once the weights are."""

    def before(self, rows: Rows) -> Rows:
        """(row, feature) what the encoder gives, of a block of rows."""
        return np.asarray((rows - self.mean_) @ self.encoder_.T + self.bias_, np.float32)

    def codes_of(self, rows: Rows) -> Rows:
        return in_blocks(rows, lambda block: self.chosen(self.before(block)), len(self.components_))

    def before_in_torch(self, responses: torch.Tensor) -> torch.Tensor:
        """`before` as torch does it, without what is below zero."""
        import torch

        mean, encoder, bias = (
            torch.from_numpy(each).to(responses) for each in (self.mean_, self.encoder_, self.bias_)
        )
        return torch.relu((responses - mean) @ encoder.T + bias)


def largest(before: Rows, active: int) -> npt.NDArray[np.bool_]:
    """(row, feature) the `active` largest of each row that are above zero; of equal ones the first."""
    if active >= before.shape[1]:
        return before > 0
    least = -np.partition(-before, active - 1, axis=1)[:, active - 1 : active]
    kept = (before >= least) & (before > 0)
    tied = np.flatnonzero(kept.sum(1) > active)
    if len(tied):
        first = np.argsort(-before[tied], axis=1, kind="stable")[:, :active]
        kept[tied] = False
        kept[tied[:, None], first] = True
    return kept


@contextmanager
def _one_thread() -> Iterator[None]:
    """Threads that wait for one another's small products, on a busy machine, take ten times as long."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _quiet(steps: int) -> None:
    pass
