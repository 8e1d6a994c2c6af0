"""A model named on the command line."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present

from shiftscope.counted import counted
from shiftscope.errors import ModelError
from shiftscope.model.exported_program import load_exported
from shiftscope.progress import tell

SHOWN = 3  # names of weights in a message


def load_model(source: str, weights: str | Path | None = None) -> nn.Module:
    """A model from the text of the command line.

    Parameters
    ----------
    source
        "package.module:callable" (called without arguments), "timm:NAME" (pretrained unless `weights`
        are given), "hf:NAME" (an image classifier of Transformers), or the path of a `torch.export` file.
    weights
        A state dict: `.safetensors`, or a `.pt`/`.pth` file, read without running code in it. Where a wrapper such
        as `DataParallel` put one prefix before every name, it is left out, and that is told.

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
    prefix = _prefix(model, state) if isinstance(state, dict) else ""
    if prefix:
        consume_prefix_in_state_dict_if_present(state, prefix)
    try:
        model.load_state_dict(state)
    except (RuntimeError, AttributeError, TypeError) as error:
        why = (isinstance(state, dict) and _unlike(model, state)) or error
        raise ModelError(f"the weights in {str(path)!r} do not fit {type(model).__name__}: {why}") from error
    if prefix:
        told = f"every name begins with {prefix!r}, as behind a wrapper, and without it they are the model's own."
        tell(str(path), [told])


def _prefix(model: nn.Module, state: Mapping[Any, Any]) -> str:
    """What stands before every name of the model, as a wrapper like `DataParallel` leaves it; empty where nothing."""
    wanted, names = set(model.state_dict()), [name for name in state if isinstance(name, str)]
    if not wanted or len(names) != len(state) or len(names) != len(wanted):
        return ""
    prefix = min(names).removesuffix(min(wanted))  # one prefix leaves their order as it is
    return prefix if prefix.endswith(".") and {prefix + each for each in wanted} == set(names) else ""


def _unlike(model: nn.Module, state: Mapping[Any, Any]) -> str:
    """The first names of each kind that keeps the file from the model, counted; empty where none does."""
    wanted = model.state_dict()
    here, there = (
        {name: tuple(tensor.shape) for name, tensor in each.items() if isinstance(tensor, torch.Tensor)}
        for each in (wanted, state)
    )
    kinds = {
        "missing": [name for name in wanted if name not in state],
        "unknown to the model": [name for name in state if name not in wanted],
        "of another shape": [
            f"{name} {there[name]} for {shape}"
            for name, shape in here.items()
            if there.get(name, shape) != shape
        ],
    }
    return "; ".join(
        f"{counted(len(names), 'name')} {what}: {', '.join(map(str, names[:SHOWN]))}{', ...' * (len(names) > SHOWN)}"
        for what, names in kinds.items()
        if names
    )
