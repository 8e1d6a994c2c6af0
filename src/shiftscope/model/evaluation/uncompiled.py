"""A pass without compiled code, in which no hook would run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def uncompiled() -> Iterator[None]:
    """What `torch.compile` made, around a model or inside it, runs as it was written; compiled again afterwards."""
    if "torch._dynamo" not in sys.modules:  # nothing is compiled, and to import it takes a second
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield
