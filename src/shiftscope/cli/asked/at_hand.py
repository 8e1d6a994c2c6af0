"""The model and the data that a command is given beside a study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shiftscope.errors import BadRequest

if TYPE_CHECKING:
    from torch import nn


def model_at_hand(model: str | None, weights: Path | None, device: str | None = None) -> nn.Module | None:
    """The model that `--model` and `--weights` name, on its device; None where none was given."""
    if model is None:
        if weights is not None:
            raise BadRequest("--weights are those of a model: give --model too.")
        return None
    from shiftscope.model.evaluation.evaluation import moved
    from shiftscope.model.load import load_model

    loaded = load_model(model, weights)
    return moved(loaded, device) if device else loaded


def data_shown(data: Sequence[str] | None, model: str | None) -> dict[str, str] | None:
    """`data_at_hand`, of a command that shows data to `--model` alone; raises `BadRequest` where that is missing."""
    sources = data_at_hand(data)
    if sources is not None and model is None:
        raise BadRequest("--data is shown to a model: give --model too.")
    return sources


def data_at_hand(data: Sequence[str] | None) -> dict[str, str] | None:
    """`--data NAME=SOURCE`, cut at the first equals sign; None where none was given.

    Raises
    ------
    BadRequest
        A source without a name, or two of one name.
    """
    if data is None:
        return None
    sources: dict[str, str] = {}
    for text in data:
        name, equals, source = text.partition("=")
        if not (name and equals and source):
            raise BadRequest(
                f"--data {text!r}; give it as NAME=SOURCE, the dataset's name in the study first."
            )
        if name in sources:
            raise BadRequest(f"--data gives {name!r} twice.")
        sources[name] = source
    return sources
