"""Datasets of known truth, made rather than found."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shiftscope.datasets.stimuli.cues.cue_sets import cue as cue

_WHERE = {"cue": "shiftscope.datasets.stimuli.cues.cue_sets"}
__all__ = ["cue"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)
