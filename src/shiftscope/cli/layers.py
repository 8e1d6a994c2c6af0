"""`shiftscope layers`."""

from __future__ import annotations

from shiftscope.cli.asked.options import Weights
from shiftscope.errors import BadRequest


def layers(*, model: str, weights: Weights = None, input: str = "3,224,224") -> None:
    """List what can be recorded from a model: layers, shapes, units, poolings.

    Parameters
    ----------
    model
        package.module:callable, timm:NAME, hf:NAME, or a .pt2 file of torch.export.
    input
        Shape of one input, channels first.
    """
    import torch
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shiftscope.model.evaluation.evaluation import device_and_dtype, unwrap
    from shiftscope.model.load import load_model
    from shiftscope.model.survey.layer_choice import list_layers

    try:
        shape = tuple(int(size) for size in input.split(","))
    except ValueError:
        raise BadRequest(
            f"cannot read the input shape {input!r}; write sizes with commas, as in 3,224,224."
        ) from None
    net = unwrap(load_model(model, weights))
    device, dtype = device_and_dtype(net)
    try:
        inputs = torch.zeros(2, *shape, device=device, dtype=dtype)
    except (RuntimeError, TypeError, OverflowError) as error:
        raise BadRequest(f"no input can have the shape {shape}: {error}") from error
    listed = list_layers(net, inputs)
    table = Table("layer", "module", "output of one sample", "units", "pooling")
    for layer in listed:
        shapes = " · ".join(" x ".join(map(str, shape)) for shape in layer.shapes)
        calls = f" ({len(layer.shapes)} calls: {layer.name}@0 …)" if len(layer.shapes) > 1 else ""
        taken = f" ({layer.taken})" if layer.taken else ""
        last = ", last axis" if layer.kind == "channel" and layer.channel_axis == -1 else ""
        tokens = f", {layer.prefix_tokens} tokens in front left out" if layer.prefix_tokens else ""
        units = f"{layer.units} ({layer.kind}{last}{tokens})" if layer.kind else ""
        pools = ", ".join(layer.pools) if layer.kind else layer.why_not
        table.add_row(*map(Text, (layer.name, layer.module_type, shapes + taken + calls, units, pools)))
    Console().print(table)
