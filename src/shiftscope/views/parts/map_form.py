"""What a form for maps asks, and what it says of their price."""

from __future__ import annotations

from shiftscope.explain.attribution.usual_passes import FAITHFUL_PASSES, USUAL_PASSES
from shiftscope.views.page.panels import Field
from shiftscope.views.parts.number_text import count

USUAL = "smoothgrad"  # what is proposed


def method_field(method: str) -> Field:
    return Field("method", "Method", method, "How maps are made.", choices=tuple(USUAL_PASSES))


def low_pass_field() -> Field:
    help = "Cycles per image above which detail is taken out of the maps; empty for whole maps."
    return Field("low_pass", "Low-pass", "", help)


def price_in_words(images: int) -> str:
    """Of maps of one unit over so many images."""
    passes = ", ".join(f"{each} for {name}" for name, each in USUAL_PASSES.items())
    return (
        f"Forward passes of one image, and as many backward: {passes}. With {USUAL} of {count(images)} images that is "
        f"{count(images * USUAL_PASSES[USUAL])} of both for a unit. How faithful the maps are takes {FAITHFUL_PASSES} "
        "forward passes more of each image."
    )
