"""A small example as an inline picture of bars."""

from __future__ import annotations

from markupsafe import Markup, escape

from shiftscope.views.page.panels import Sketch

HEIGHT, TOP, BOTTOM = 112, 8, 94  # pixels


def sketch_svg(sketch: Sketch) -> Markup:
    """Baseline as hollow bars, focus as full ones; places in per cent, so that the names keep their size."""
    heights = [*sketch.before, *sketch.after, 0.0]
    scale = (BOTTOM - TOP) / (max(heights) or 1)
    step = 100 / len(sketch.names)
    both = bool(sketch.before)
    width = step * (0.36 if both else 0.6)
    parts = [f'<line class="axis" x1="0" x2="100%" y1="{BOTTOM}" y2="{BOTTOM}"/>']
    for place, name in enumerate(sketch.names):
        middle = (place + 0.5) * step
        if both:
            parts.append(_bar("c-ref ring", middle - width, width * 0.92, sketch.before[place] * scale))
        start = middle if both else middle - width / 2
        parts.append(_bar("c-foc len", start, width * 0.92, sketch.after[place] * scale))
        parts.append(f'<text x="{middle:.4g}%" y="{HEIGHT - 3}" text-anchor="middle">{escape(name)}</text>')
    return Markup(
        f'<svg class="chart" height="{HEIGHT}" role="img" aria-label="{escape(_in_words(sketch))}">'
        f"{''.join(parts)}</svg>"
    )


def _bar(kind: str, x: float, width: float, height: float) -> str:
    if not height:
        return ""
    return f'<rect class="{kind}" x="{x:.4g}%" width="{width:.4g}%" y="{BOTTOM - height:.4g}" height="{height:.4g}"/>'


def _in_words(sketch: Sketch) -> str:
    sets = zip(sketch.sets, (sketch.before, sketch.after), strict=True)
    told = [f"{name}: {', '.join(f'{h:.3g}' for h in heights)}" for name, heights in sets if heights]
    return f"{sketch.axis} {', '.join(sketch.names)}; {'; '.join(told)}. {sketch.found}"
