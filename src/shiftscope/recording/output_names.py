"""What a model calls its own outputs, where it does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from torch import nn

from shiftscope.category_names import checked_categories
from shiftscope.datasets.category_places import category_places
from shiftscope.errors import DataError

_UNNAMED = re.compile(r"LABEL_[0-9]+")  # as transformers calls what nobody named


def output_names(model: nn.Module) -> tuple[str, ...]:
    """Names in the order of the logits, from `config.id2label` as models of transformers have it; empty without."""
    named = getattr(getattr(model, "config", None), "id2label", None)
    if not isinstance(named, Mapping):
        return ()
    names = [named.get(place, named.get(str(place))) for place in range(len(named))]
    if not all(isinstance(name, str) for name in names) or all(map(_UNNAMED.fullmatch, names)):
        return ()
    return checked_categories(names)


def refuse_other_order(categories: Sequence[str], model: nn.Module) -> None:
    """Raise `DataError` where a model of as many outputs calls them by these names in another order, or by some."""
    named = output_names(model)
    if len(named) != len(categories):
        return
    try:
        places = category_places(categories, named).tolist()
    except DataError as error:
        raise DataError(f"the model names its outputs in config.id2label: {error} {TRY}") from error
    moved = next((place for place, at in enumerate(places) if place != at), None)
    if moved is not None:
        raise DataError(
            f"category {moved} is {categories[moved]!r}, and of the model, by its config.id2label, that is "
            f"{places[moved]}. {TRY}"
        )


TRY = "Create the study with the model's names: ss.Study.create(..., categories=list(net.config.id2label.values()))."
