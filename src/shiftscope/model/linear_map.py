"""A linear map of the model as a study keeps it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

Weights = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, eq=False)
class LinearMap:
    """Weights from the units of a recorded layer to the outputs of one module."""

    name: str  # of the module
    layer: str  # recorded layer whose responses enter it
    weight: Weights  # (output, unit)
    bias: Weights | None  # (output,)
    alone: bool = True  # whether these units are all that enters it

    @property
    def bias_or_zeros(self) -> Weights:
        """(output,)"""
        return np.zeros(len(self.weight), np.float32) if self.bias is None else self.bias

    @property
    def digest(self) -> str:
        """SHA-256 of weight and bias, in hexadecimal digits."""
        found = hashlib.sha256(self.weight.tobytes())
        found.update(b"" if self.bias is None else self.bias.tobytes())
        return found.hexdigest()


def further_head(module: str, layer: str) -> str:
    """Name of the map into the logits from a further layer that feeds them, beside the first one."""
    return f"{module} from {layer}"
