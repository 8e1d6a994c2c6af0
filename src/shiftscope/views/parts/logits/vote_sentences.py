"""What units argued for, and argue for now, in words."""

from __future__ import annotations

import math

from shiftscope.counted import counted

_WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def votes_changed(a: str, b: str, units: int, silent: int, took: int) -> str:
    """How many of the units that changed most fell silent, and how many took over; empty where none did.

    Parameters
    ----------
    a, b
        The categories: what was argued for, and what is argued for now.
    units
        How many changed most.
    """
    parts = []
    if silent:
        parts.append(f"{silent} argued for {a} and fell silent")
    if took:
        parts.append(f"{took} now {'argues' if took == 1 else 'argue'} for {b}")
    if not parts:
        return ""
    return f"Of the {counted(units, 'unit')} that changed most, {'; '.join(parts)}."


def votes_share(a: str, b: str, units: int, layer: str, share: float) -> str:
    """What part of the change from one category to the other some units make; NaN where there is no such change."""
    many = _WORDS[units] if units < len(_WORDS) else str(units)
    if not math.isfinite(share):
        return f"The {counted(units, 'unit')} of {layer} that changed most between {a} and {b}"
    does = f"unit of {layer} makes" if units == 1 else f"units of {layer} make"
    return f"{many} {does} {100 * share:.0f} % of the change from {a} to {b}"
