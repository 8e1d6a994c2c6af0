"""A layer as the user asks for it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shiftscope.errors import LayerError


@dataclass(frozen=True)
class Layer:
    """A layer as asked for.

    Parameters
    ----------
    name
        As in `model.named_modules()`, or a glob over those names ("blocks.*.mlp").
    pool
        "mean", "max" or "center" of a map; "mean", "max" or "cls" of tokens. The first where not given.
    item
        Which part of an output that is a tuple, a dict or a model-output object; needed where it has several tensors,
        but for torch's recurrent and attention modules, whose outputs come first.
    call
        Which call of a module that runs several times in one forward pass, from 0.
    rectify
        Apply ReLU before pooling, the convention of the Deephys paper for layers without one.
    prefix_tokens
        Tokens in front of the sample's own, which are left out; counted in the first forward pass where not given.
    channel_axis
        Axis of the units of an output of three axes or more, the samples being axis 0: 1 for channels first, -1 for
        channels last and for tokens. Where not given it is what the operations of the first forward pass prove.
    """

    name: str
    pool: str | None = None
    item: str | int | None = None
    call: int | None = None
    rectify: bool = False
    prefix_tokens: int | None = None
    channel_axis: int | None = None

    @classmethod
    def parse(cls, text: str, names: Collection[str] = ()) -> Layer:
        """A layer from `name`, `name@call`, `name:pool` or `name@call:pool`.

        In the place of the pooling may stand `channel_axis=-1` or `prefix_tokens=1`, or several, with commas between.
        A colon or @ that belongs to one of the modules' `names` is taken for that.

        Raises
        ------
        LayerError
            What stands behind the name cannot be read.
        """
        front, _, back = text.rpartition(":")
        for name, options in ((text, ""), (front, back)):
            before, _, call = name.rpartition("@")
            if name in names:
                return cls(name, **_options(options, text))
            if before in names and call.isdecimal():
                return cls(before, call=int(call), **_options(options, text))
        name, _, options = text.partition(":")
        name, at, call = name.partition("@")
        return cls(name, call=_call(call, text) if at else None, **_options(options, text))


def _call(written: str, text: str) -> int:
    if not written.isdecimal():
        raise LayerError(
            f"cannot read the layer {text!r}: after @ stands the number of the call, as in relu@1."
        )
    return int(written)


def _options(written: str, text: str) -> dict[str, Any]:
    """What stands behind the colon, as options of `Layer`."""
    options: dict[str, Any] = {}
    for part in filter(None, written.split(",")):
        option, equals, number = part.partition("=")
        option, value = (option, number) if equals else ("pool", part)
        if option in options:
            raise LayerError(f"the layer {text!r} says {option} twice: {options[option]} and {value}.")
        if not equals:
            options["pool"] = part
        elif option in ("channel_axis", "prefix_tokens") and re.fullmatch(r"-?[0-9]{1,9}", number):
            options[option] = int(number)
        else:
            raise LayerError(
                f"cannot read {part!r} in the layer {text!r}: behind the colon stands a pooling, channel_axis=-1 or "
                "prefix_tokens=1, several with commas between."
            )
    return options
