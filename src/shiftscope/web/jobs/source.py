"""Where the worker finds the study, the model and the data."""

from __future__ import annotations

import json
import os
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shiftscope.errors import BadRequest


@dataclass(frozen=True)
class Source:
    """Texts that another process can read; `pickled` is a file with a model and data that are no texts."""

    study: str
    model: str = ""
    weights: str = ""
    device: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    pickled: str = ""

    def as_line(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(
        cls,
        study: Path,
        model: Any,
        *,
        weights: Any = None,
        data: Mapping[str, Any] | None = None,
        device: str = "",
    ) -> Source:
        """From what `view` is given: a model's text or the model itself, and datasets in any form.

        Raises
        ------
        BadRequest
            Objects that cannot be handed to another process.
        """
        texts = {name: one for name, one in (data or {}).items() if isinstance(one, str)}
        if isinstance(model, str) and len(texts) == len(data or {}):
            return cls(str(study), model, str(weights or ""), device, texts)
        if weights is not None and not isinstance(model, str):
            raise BadRequest("weights are loaded where the model is given as text: load them into the model.")
        handed = {"model": model, "data": dict(data or {})}
        try:
            content = _pickler().dumps(handed)
        except Exception as error:  # whatever the user's own classes raise
            raise BadRequest(
                f"the model or the data cannot be handed to the process that computes ({type(error).__name__}: "
                f"{error}). Give the model as text, 'module:callable', and the data as text, 'imagefolder:val/'."
            ) from error
        descriptor, path = tempfile.mkstemp(prefix="shiftscope-", suffix=".model")  # the user's alone
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return cls(
            str(study), "" if not isinstance(model, str) else model, str(weights or ""), device, {}, path
        )


def _pickler() -> Any:
    """cloudpickle where it is, since it takes classes that are defined in a notebook."""
    try:
        import cloudpickle
    except ImportError:
        return pickle
    return cloudpickle
