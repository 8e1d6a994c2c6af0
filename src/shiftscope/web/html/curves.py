"""Lines over the values of a variable, as a drawing whose text keeps its size at every width."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from shiftscope.views.page.panels import Curve, Curves

LEFT, RIGHT = 8.0, 82.0  # per cent of the width that the steps take: numbers stand before, names behind
TOP, BOTTOM = 12.0, 182.0  # pixels
HEIGHT = 216
RIGHT_OF_LONG = 68.0  # where a name is long and no pictures stand under the steps
LONG = 14  # letters, from which a name may not fit behind the steps
APART = 15.0  # pixels between two names


def curves(lines: Curves, *, titled: bool = True) -> Markup:
    """The axis, a band and a line for each curve, the baseline's point, and the names of the curves.

    Parameters
    ----------
    titled
        Whether the title stands over the axis.
    """
    count, right = len(lines.steps), _right(lines)
    parts = [
        f'<line class="grid" x1="{LEFT}%" x2="{right}%" y1="{_y(at):.1f}" y2="{_y(at):.1f}"/>'
        f'<text x="{LEFT - 1.2}%" y="{_y(at) + 4:.1f}" text-anchor="end">{escape(text)}</text>'
        for at, text in lines.axis
    ]
    every = -(-count // 12)  # numbers that still stand apart
    parts += [
        f'<text {_under(step, count, right)} y="{BOTTOM + 18}">{escape(text)}</text>'
        for step, text in enumerate(lines.steps)
        if step % every == 0 and (step or count < 13)
    ]
    if lines.variable:
        parts.append(
            f'<text x="{(LEFT + right) / 2}%" y="{HEIGHT - 2}" text-anchor="middle">{escape(lines.variable)}</text>'
        )
    if lines.title and titled:
        parts.append(f'<text class="ink" x="{LEFT}%" y="2">{escape(lines.title)}</text>')
    usual = _y(lines.baseline[0])
    parts.append(
        f'<line class="c-ref zero" x1="{_x(0, count, right):.4g}%" x2="{right}%" y1="{usual:.1f}" y2="{usual:.1f}"/>'
    )
    drawn = sorted(lines.curves, key=lambda curve: curve.focus)  # the coloured one over the others
    parts += [_curve(curve, lines) for curve in drawn]
    parts.append(f'<circle class="c-ref dot" cx="{_x(0, count, right):.4g}%" cy="{usual:.1f}" r="5"/>')
    named = [curve for curve in lines.curves if curve.name and curve.points]
    places = spread([_y(curve.points[-1][1]) + 4 for curve in named], APART, TOP, BOTTOM + 4)
    behind = f'x="{right + 1.4}%"' if right == RIGHT else 'x="100%" text-anchor="end"'
    for curve, place in zip(named, places, strict=True):
        look = "c c-foc" if curve.focus else "halo"
        parts.append(f'<text class="{look}" {behind} y="{place:.1f}">{escape(curve.name)}</text>')
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


def _under(step: int, count: int, right: float) -> str:
    """Under the middle of a step; where steps are narrow the baseline's name ends before the next one's begins."""
    if step or right == RIGHT:
        return f'x="{_x(step, count, right):.4g}%" text-anchor="middle"'
    return f'x="{_x(0.3, count, right):.4g}%" text-anchor="end"'


def _right(lines: Curves) -> float:
    """Where the steps end."""
    longest = max((len(curve.name) for curve in lines.curves), default=0)
    return RIGHT if lines.pictures or longest < LONG else RIGHT_OF_LONG


def _x(step: float, count: int, right: float) -> float:
    """In the middle of the step's share of the width, where its pictures stand."""
    return LEFT + (right - LEFT) * (step + 0.5) / count


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(max(share, 0.0), 1.03)


def _curve(curve: Curve, lines: Curves) -> str:
    count, right, colour = len(lines.steps), _right(lines), "c-foc" if curve.focus else "c-oth"
    points = [(0, *lines.baseline), *curve.points]
    # Wider numbers than pixels are stretched to the width; a stroke that does not scale keeps its own.
    middle = " ".join(f"{10 * _x(step, count, right):.1f},{_y(at):.1f}" for step, at, _, _ in points)
    upper = [
        f"{10 * _x(step, count, right):.1f},{_y(high):.1f}" for step, _, _, high in points if high == high
    ]
    lower = [f"{10 * _x(step, count, right):.1f},{_y(low):.1f}" for step, _, low, _ in points if low == low]
    band = " ".join([*upper, *reversed(lower)])
    dots = [
        f'<circle class="{colour} dot" cx="{_x(step, count, right):.4g}%" cy="{_y(at):.1f}" '
        f'r="{6 if step == curve.larger else 4 if curve.focus or curve.name else 2.5}"/>'
        for step, at, _, _ in curve.points
    ]
    return (
        f'<svg width="100%" height="{HEIGHT}" viewBox="0 0 1000 {HEIGHT}" preserveAspectRatio="none">'
        f'<polygon class="{colour} band" points="{band}"/><polyline class="{colour} ln" points="{middle}"/></svg>'
        + "".join(dots)
    )
