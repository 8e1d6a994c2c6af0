"""A model named on the command line."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from shiftscope.errors import ModelError
from shiftscope.model.exported_program import load_exported


def load_model(source: str, weights: str | Path | None = None) -> nn.Module:
    """A model from the text of the command line.

    Parameters
    ----------
    source
        "package.module:callable" (called without arguments), "timm:NAME" (pretrained unless `weights`
        are given), "hf:NAME" (an image classifier of Transformers), or the path of a `torch.export` file.
    weights
        A state dict: `.safetensors`, or a `.pt`/`.pth` file, read without running code in it.

    Raises
    ------
    ModelError
        The text is none of these, the package is not installed, or the weights do not fit.
    """
    model = _build(source, pretrained=weights is None)
    if weights is not None:
        _load_weights(model, Path(weights))
    return model


def _build(source: str, *, pretrained: bool) -> nn.Module:
    if source.endswith(".pt2"):
        if not Path(source).is_file():
            raise ModelError(f"no model file {source!r}.")
        return load_exported(Path(source))
    kind, colon, name = source.partition(":")
    if not colon or not name:
        raise ModelError(
            f"cannot read the model {source!r}; write package.module:callable, timm:NAME, hf:NAME or a .pt2 file."
        )
    if kind == "timm":
        built = _package("timm").create_model(name, pretrained=pretrained)
    elif kind == "hf":
        built = _package("transformers").AutoModelForImageClassification.from_pretrained(name)
    else:
        built = _made_by(kind, name)
    if not isinstance(built, nn.Module):
        raise ModelError(f"{source!r} gives {type(built).__name__}, not a torch.nn.Module.")
    return built


def _made_by(module_name: str, name: str) -> Any:
    """What the user's own module makes; it is found in the working folder too, as `python -m` would find it."""
    source = f"{module_name}:{name}"
    with _working_folder_on_path():
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            raise ModelError(f"cannot import {module_name!r} for the model {source!r}: {error}.") from error
        factory = getattr(module, name, None)
        if factory is None:
            raise ModelError(
                f"{module_name!r} has no {name!r}; it has {', '.join(_callables(module)) or 'no callables'}."
            )
        try:
            return factory if isinstance(factory, nn.Module) else factory()
        except Exception as error:  # the user's own code may raise anything
            raise ModelError(f"{source!r} cannot be called: {type(error).__name__}: {error}.") from error


@contextmanager
def _working_folder_on_path() -> Iterator[None]:
    """Import from the working folder too, here alone.

    What is imported later, by whatever library, is then never taken from a folder that happened to be the working
    one; a model that imports modules beside it in its `forward` needs their folder in PYTHONPATH.
    """
    folder = os.getcwd()
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with suppress(ValueError):  # where the user's code took it out itself
            sys.path.remove(folder)


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ModelError(
            f"this model needs the package {name!r}, which cannot be imported: {error}."
        ) from error


def _callables(module: object) -> list[str]:
    return [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")][:12]


def _load_weights(model: nn.Module, path: Path) -> None:
    if not path.is_file():
        raise ModelError(f"no weights file {str(path)!r}.")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            state: Any = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch and safetensors raise a dozen kinds for a foreign file
        raise ModelError(f"cannot read weights from {str(path)!r}: {error}") from error
    state = state.get("state_dict", state) if isinstance(state, dict) else state
    try:
        model.load_state_dict(state)
    except (RuntimeError, AttributeError, TypeError) as error:
        raise ModelError(
            f"the weights in {str(path)!r} do not fit {type(model).__name__}: {error}"
        ) from error
