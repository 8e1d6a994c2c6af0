"""When a path counts as significant.

A path of the linear map z = W a + b is one product N_ij = W_ij a_j, and with the bias as one more column N_in = b_i.
The paper's formula as it is printed does not give its own tables; `abs_mean` does. The others are the readings that
were tried, kept so that the claim can be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, closest

Sums = npt.NDArray[np.float64]  # (sample, output)


@dataclass(frozen=True)
class Rule:
    """A path is significant where it is strictly above its row's threshold."""

    name: str
    formula: str
    bias: bool  # the bias is one more path of each output
    signed: bool  # N_ij itself is compared, not its size
    # (sample, output) thresholds from the row sums of N, those of |N| (None unless `sizes`), and the row's length
    threshold: Callable[[Sums, Sums | None, int], Sums]
    sizes: bool = False  # whether the row sums of |N| are needed
    whole_rows: bool = False  # a negative row sum makes the whole row significant, another hardly any of it


def _size_of_mean(total: Sums, sizes: Sums | None, columns: int) -> Sums:
    return np.abs(total) / columns


def _mean(total: Sums, sizes: Sums | None, columns: int) -> Sums:
    return total / columns


def _mean_of_sizes(total: Sums, sizes: Sums | None, columns: int) -> Sums:
    assert sizes is not None
    return sizes / columns


def _printed(total: Sums, sizes: Sums | None, columns: int) -> Sums:
    return total * columns


_ALL = (
    Rule("abs_mean", "|N_ij| > |mean_k N_ik|, the bias a path", True, False, _size_of_mean),
    Rule("abs_mean_no_bias", "|N_ij| > |mean_k N_ik|, without the bias", False, False, _size_of_mean),
    Rule(
        "printed",
        "|N_ij| > n' sum_k N_ik, the bias a path: as the paper prints it",
        True,
        False,
        _printed,
        whole_rows=True,
    ),
    Rule(
        "printed_no_bias", "|N_ij| > n sum_k N_ik, without the bias", False, False, _printed, whole_rows=True
    ),
    Rule("signed_mean", "|N_ij| > mean_k N_ik, the bias a path", True, False, _mean),
    Rule("signed_mean_no_bias", "|N_ij| > mean_k N_ik, without the bias", False, False, _mean),
    Rule("mean_abs", "|N_ij| > mean_k |N_ik|, the bias a path", True, False, _mean_of_sizes, sizes=True),
    Rule("above_mean", "N_ij > mean_k N_ik, the bias a path", True, True, _mean),
)
RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
DEFAULT = "abs_mean"


def rule_named(name: str) -> Rule:
    """A rule by its name; raises `BadRequest` naming all."""
    if name not in RULES:
        raise BadRequest(
            f"no rule {name!r} for significant paths; closest: {closest(name, RULES)}. There are: {', '.join(RULES)}."
        )
    return RULES[name]
