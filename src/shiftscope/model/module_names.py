"""Modules of a model by their names, and what is meant by a name or glob."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection

from torch import nn

from shiftscope.errors import LayerNotFound, closest


def named_modules(model: nn.Module) -> dict[str, nn.Module]:
    """Each module under its first name, but for the model itself."""
    return {name: module for name, module in model.named_modules() if name}


def matching(
    pattern: str, model: nn.Module, names: Collection[str], *, what: str = "layer", all_there: str = ""
) -> list[str]:
    """The one of `names` that is `pattern`, else those that it matches as a glob.

    Parameters
    ----------
    what, all_there
        For the message: what the names are of, and what there is.

    Raises
    ------
    LayerNotFound
        There is none; where it is another name of a module that has a first one, the message says that.
    """
    if pattern in names:
        return [pattern]
    found = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
    if found:
        return found
    first = {module: name for name, module in named_modules(model).items()}
    for name, module in model.named_modules(remove_duplicate=False):
        if fnmatch.fnmatchcase(name, pattern) and first.get(module, name) != name:
            raise LayerNotFound(
                f"{name!r} is another name of the module {first[module]!r}, which is in the model more than once. "
                f"Name it as {first[module]!r}; where it runs several times, {first[module]}@0 is its first call."
            )
    raise LayerNotFound(
        f"no {what} named {pattern!r} in the model; closest: {closest(pattern, names)}. "
        + (all_there or f"`shiftscope layers` lists all {len(names)}.")
    )
