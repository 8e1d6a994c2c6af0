"""What of the logits neither the units of a layer nor the bias explain."""

from __future__ import annotations

from shiftscope.model.linear_map import LinearMap


def rest_of(head: LinearMap) -> tuple[str, str]:
    """Its name in a table of contributions, and what it is."""
    left = "The logits as the model gave them minus units and bias"
    if head.alone:
        return "rounding", f"{left}: the stored responses are rounded."
    return (
        "other inputs",
        f"{left}: what enters the head beside the units of {head.layer}, and the rounding of stored responses.",
    )
