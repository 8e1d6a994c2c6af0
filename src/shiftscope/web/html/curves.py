"""Lines over the values of a variable, as a drawing whose text keeps its size at every width."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from shiftscope.views.page.panels import Curve, Curves

LEFT, RIGHT = 8.0, 82.0  # per cent of the width that the steps take: numbers stand before, names behind
TOP, BOTTOM = 12.0, 182.0  # pixels
HEIGHT = 216
APART = 15.0  # pixels between two names


def curves(lines: Curves, *, titled: bool = True) -> Markup:
    """The axis, a band and a line for each curve, the baseline's point, and the names of the curves.

    Parameters
    ----------
    titled
        Whether the title stands over the axis.
    """
    count = len(lines.steps)
    parts = [
        f'<line class="grid" x1="{LEFT}%" x2="{RIGHT}%" y1="{_y(at):.1f}" y2="{_y(at):.1f}"/>'
        f'<text x="{LEFT - 1.2}%" y="{_y(at) + 4:.1f}" text-anchor="end">{escape(text)}</text>'
        for at, text in lines.axis
    ]
    every = -(-count // 12)  # numbers that still stand apart
    parts += [
        f'<text x="{_x(step, count):.4g}%" y="{BOTTOM + 18}" text-anchor="middle">{escape(text)}</text>'
        for step, text in enumerate(lines.steps)
        if step % every == 0 and (step or count < 13)
    ]
    if lines.variable:
        parts.append(
            f'<text x="{(LEFT + RIGHT) / 2}%" y="{HEIGHT - 2}" text-anchor="middle">{escape(lines.variable)}</text>'
        )
    if lines.title and titled:
        parts.append(f'<text class="ink" x="{LEFT}%" y="2">{escape(lines.title)}</text>')
    usual = _y(lines.baseline[0])
    parts.append(
        f'<line class="c-ref zero" x1="{_x(0, count):.4g}%" x2="{RIGHT}%" y1="{usual:.1f}" y2="{usual:.1f}"/>'
    )
    drawn = sorted(lines.curves, key=lambda curve: curve.focus)  # the coloured one over the others
    parts += [_curve(curve, lines) for curve in drawn]
    parts.append(f'<circle class="c-ref dot" cx="{_x(0, count):.4g}%" cy="{usual:.1f}" r="5"/>')
    named = [curve for curve in lines.curves if curve.name and curve.points]
    places = spread([_y(curve.points[-1][1]) + 4 for curve in named], APART, TOP, BOTTOM + 4)
    for curve, place in zip(named, places, strict=True):
        look = "c c-foc" if curve.focus else "halo"
        parts.append(f'<text class="{look}" x="{RIGHT + 1.4}%" y="{place:.1f}">{escape(curve.name)}</text>')
    label = escape(lines.description)
    return Markup(
        f'<svg class="chart" height="{HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def spread(places: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places of names in the order given, moved as little as keeps them apart, from `low` on and, where they fit,
    up to `high`."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    found = [0.0] * len(places)
    last = low - apart
    for n in order:
        last = found[n] = max(places[n], last + apart)
    last = high + apart
    for n in reversed(order):
        last = found[n] = max(min(found[n], last - apart), low)
    return found


def _x(step: int, count: int) -> float:
    """In the middle of the step's share of the width, where its pictures stand."""
    return LEFT + (RIGHT - LEFT) * (step + 0.5) / count


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(max(share, 0.0), 1.03)


def _curve(curve: Curve, lines: Curves) -> str:
    count, colour = len(lines.steps), "c-foc" if curve.focus else "c-oth"
    points = [(0, *lines.baseline), *curve.points]
    # Wider numbers than pixels are stretched to the width; a stroke that does not scale keeps its own.
    middle = " ".join(f"{10 * _x(step, count):.1f},{_y(at):.1f}" for step, at, _, _ in points)
    upper = [f"{10 * _x(step, count):.1f},{_y(high):.1f}" for step, _, _, high in points if high == high]
    lower = [f"{10 * _x(step, count):.1f},{_y(low):.1f}" for step, _, low, _ in points if low == low]
    band = " ".join([*upper, *reversed(lower)])
    dots = [
        f'<circle class="{colour} dot" cx="{_x(step, count):.4g}%" cy="{_y(at):.1f}" '
        f'r="{6 if step == curve.largest else 4 if curve.focus or curve.name else 2.5}"/>'
        for step, at, _, _ in curve.points
    ]
    return (
        f'<svg width="100%" height="{HEIGHT}" viewBox="0 0 1000 {HEIGHT}" preserveAspectRatio="none">'
        f'<polygon class="{colour} band" points="{band}"/><polyline class="{colour} ln" points="{middle}"/></svg>'
        + "".join(dots)
    )
