"""What a form for maps asks, and what it says of their price."""

from __future__ import annotations

from shiftscope.explain.attribution.usual_passes import FAITHFUL_PASSES, USUAL_PASSES
from shiftscope.views.page.panels import Field
from shiftscope.views.parts.number_text import count

USUAL = "smoothgrad"  # what is proposed


def method_field(method: str) -> Field:
    passes = ", ".join(f"{each} for {name}" for name, each in USUAL_PASSES.items())
    help = f"How maps are made. Passes of one image, forward and backward: {passes}."
    return Field("method", "Method", method, help, choices=tuple(USUAL_PASSES))


def low_pass_field() -> Field:
    help = (
        "Cycles per image above which detail is taken out; fitted: the most faithful ones. Empty: whole maps."
    )
    return Field("low_pass", "Low-pass", "", help, choices=("fitted",))


def price_in_words(images: int) -> str:
    """Of maps of one unit over so many images."""
    usual = count(images * USUAL_PASSES[USUAL])
    faithful = count(images * FAITHFUL_PASSES)
    return (
        f"With {USUAL} that is {usual} passes forward and backward of one image, and {faithful} forward to say how "
        "faithful the maps are."
    )
