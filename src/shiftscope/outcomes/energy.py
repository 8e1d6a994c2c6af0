"""How unusual an input is to a classifier, by all of its logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def energy(logits: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """(sample,) nats: minus the logarithm of the summed exponentials of the logits, larger for unusual inputs.

    Parameters
    ----------
    logits : (sample, category)
        As the model gives them: of logarithms of probabilities the energy is 0. NaN where a sample was skipped, and so
        is its energy.

    References
    ----------
    Liu, Wang, Owens & Li (2020), Energy-based Out-of-distribution Detection, at temperature 1.
    """
    values = logits.astype(np.float64)
    largest = values.max(axis=1, initial=-np.inf)
    found: npt.NDArray[np.float64] = -(np.log(np.exp(values - largest[:, None]).sum(axis=1)) + largest)
    return found
