"""Non-negative codes of least squared error, for atoms that are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shiftscope.derived.derivation import Rows
from shiftscope.derived.tools.blocks import in_blocks

if TYPE_CHECKING:
    import torch

TOLERANCE = 1e-4  # change of a row's codes, as a share of them, at which the row is done
MOST_STEPS = 200


def nonnegative_codes(
    rows: Rows,
    atoms: Rows,
    *,
    tolerance: float = TOLERANCE,
    most: int = MOST_STEPS,
    start: Rows | None = None,
) -> Rows:
    """(row, feature) codes z >= 0 that make each ‖row − z @ atoms‖ smallest.

    Accelerated projected gradient, restarted where it turns against its own momentum. Each row has its own momentum,
    restarts and end, so its codes do not depend on the rows beside it.

    Parameters
    ----------
    rows : (row, unit)
    atoms : (feature, unit)
        Of unit length they take few steps: a quarter of what atoms of mixed lengths take.
    start : (row, feature), optional
        Codes to begin from; zeros where not given.

    References
    ----------
    Beck & Teboulle (2009), A fast iterative shrinkage-thresholding algorithm. O'Donoghue & Candès (2015), Adaptive
    restart for accelerated gradient schemes.
    """
    gram = (atoms @ atoms.T).astype(np.float32)
    step = step_length(gram)
    features = len(atoms)
    turned = np.ascontiguousarray(atoms.T)
    if start is None:
        return in_blocks(rows, lambda block: _codes(block @ turned, gram, step, tolerance, most), features)
    both = np.concatenate([rows, start], 1, dtype=np.float32)
    units = rows.shape[1]
    return in_blocks(
        both,
        lambda block: _codes(block[:, :units] @ turned, gram, step, tolerance, most, block[:, units:]),
        features,
    )


def step_length(gram: Rows) -> float:
    """Of a step down the gradient that never overshoots: 1 over the largest eigenvalue."""
    largest = float(np.linalg.eigvalsh(gram.astype(np.float64))[-1]) if len(gram) else 0.0
    return 1 / (largest * (1 + 1e-6)) if largest > 0 else 0.0


def _codes(
    products: Rows, gram: Rows, step: float, tolerance: float, most: int, start: Rows | None = None
) -> Rows:
    """Codes of rows whose inner products with the atoms are `products`."""
    gram, products = gram * np.float32(step), products * np.float32(step)
    codes = np.zeros_like(products) if start is None else np.array(start, np.float32)
    found = codes.copy()  # as they were when their row was done
    ahead, momentum = codes.copy(), np.ones(len(codes), np.float32)
    active = np.ones(len(codes), bool)
    for _ in range(most):
        new = ahead - ahead @ gram
        new += products
        np.maximum(new, 0, out=new)
        change = new - codes
        ahead -= new
        against = np.einsum("ij,ij->i", ahead, change) > 0
        momentum[against] = 1
        following = (1 + np.sqrt(1 + 4 * momentum * momentum)) / 2
        done = np.einsum("ij,ij->i", change, change) <= tolerance**2 * np.einsum("ij,ij->i", new, new)
        ended = active & done
        found[ended] = new[ended]
        active &= ~done
        if not active.any():
            return found
        np.multiply(change, ((momentum - 1) / following)[:, None], out=ahead)
        ahead += new
        codes, momentum = new, following
    found[active] = codes[active]
    return found


def nonnegative_codes_in_torch(
    rows: torch.Tensor, atoms: Rows, *, tolerance: float = TOLERANCE, most: int = MOST_STEPS
) -> torch.Tensor:
    """`nonnegative_codes` with a gradient: that of every step, which nears the gradient of the solution."""
    import torch

    step = step_length(atoms @ atoms.T)
    basis = torch.from_numpy(atoms).to(rows)
    gram, products = basis @ basis.T * step, rows @ basis.T * step
    codes = ahead = found = torch.zeros_like(products)
    momentum = torch.ones(len(rows), 1, dtype=rows.dtype, device=rows.device)
    active = torch.ones_like(momentum, dtype=torch.bool)
    for _ in range(most):
        new = torch.relu(ahead - ahead @ gram + products)
        with torch.no_grad():
            change = new - codes
            against = ((ahead - new) * change).sum(1, keepdim=True) > 0
            momentum = torch.where(against, torch.ones_like(momentum), momentum)
            following = (1 + torch.sqrt(1 + 4 * momentum**2)) / 2
            done = change.square().sum(1, keepdim=True) <= tolerance**2 * new.square().sum(1, keepdim=True)
        found = torch.where(active, new, found)
        active = active & ~done
        if not active.any():
            break
        ahead = new + (momentum - 1) / following * (new - codes)
        codes, momentum = new, following
    return found
