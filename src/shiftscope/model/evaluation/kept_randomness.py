"""Random numbers of the user's own program, which go on as if nothing had been drawn in between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def kept_randomness(device: torch.device) -> Iterator[None]:
    """The generators of Python, NumPy and torch, of the host and of a CUDA `device`, are afterwards as before."""
    used = [device] if device.type == "cuda" else []
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(used, device_type="cuda"):
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
