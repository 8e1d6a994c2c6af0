"""A layer's page in one sentence, and the numbers of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.views.layer.changed_units import Found, most_units_first
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Span, Words
from shiftscope.views.page.section import Missing
from shiftscope.views.parts.number_text import count, interval, number
from shiftscope.views.parts.units.unit_numbers import MAXIMUM
from shiftscope.views.parts.units.unit_scores import title


def layer_sentence(layer: ShownLayer) -> tuple[str, Words]:
    """How many units changed in which way, and which most; its numbers. Empty where scores are still to be computed;
    of a layer that cannot be compared, why."""
    if layer.selection.incomparable and layer.selection.focus != layer.selection.baseline:
        return layer.selection.incomparable, ""
    try:
        return _of_two_sets(layer) if layer.compared else (_of_one_set(layer), "")
    except Missing:
        return "", ""


def in_words(layer: str, focus: str, units: int, found: Sequence[Found]) -> str:
    """The ways in which units changed, that of most units first; those of no unit are left out."""
    there = most_units_first(found)
    if not there:
        return f"No unit of {layer} changed beyond chance under {focus}"
    parts: list[str] = []
    for each in there:
        whole = f" of {count(units)} units of {layer}" if not parts else ""
        where = f" under {focus}" if not parts else ""
        parts.append(f"{count(each.units)}{whole} {_verb(each)}{where}, unit {each.most} most")
    return "; ".join(parts)


def _verb(found: Found) -> str:
    verb = found.difference.verb
    first, rest = verb.split(" ", 1)
    return verb if found.units > 1 else f"{first}s {rest}"


def _of_two_sets(layer: ShownLayer) -> tuple[str, Words]:
    focus = layer.selection.focus
    found = layer.changed
    if found:
        sentence = in_words(layer.selection.layer, focus, layer.numbers.units, found)
        return sentence, _numbers(layer, found)
    lost = layer.numbers.measure("novelty").estimate.value
    if np.isnan(lost).all():
        return "", ""
    unit = int(np.nanargmax(lost))
    return (
        f"Unit {unit} of {layer.selection.layer} lost most of its peak response under {focus}",
        f"{title('novelty')} {number(float(lost[unit]))}. No score of {focus} has an interval or a test.",
    )


def _of_one_set(layer: ShownLayer) -> str:
    largest = layer.numbers.measure(MAXIMUM).estimate.value
    most = f", unit {int(np.nanargmax(largest))} most" if not np.isnan(largest).all() else ""
    return f"{count(layer.numbers.units)} units of {layer.selection.layer} respond to {layer.selection.baseline}{most}"


def _numbers(layer: ShownLayer, found: Sequence[Found]) -> Words:
    """Of each way: by which score, how far the unit went that changed most, and the way to all of them."""
    words: list[str | Span] = []
    for each in sorted(found, key=lambda each: -each.units):
        help = f"{each.difference.help} {each.difference.criterion}."
        named = title(each.difference.score)
        words += [" " if words else "", Span(f"{named[0].upper()}{named[1:]}", help=help)]
        if each.most is None:
            words.append(": no unit.")
            continue
        estimate = layer.numbers.measure(each.difference.score).estimate
        value, low, high = (float(a[each.most]) for a in (estimate.value, estimate.low, estimate.high))
        words += [
            ": ",
            Span(f"unit {each.most}", page=layer.selection.unit(each.most)),
            " ",
            Span(number(value), "strong"),
            f" ({interval(low, high)}), ",
            Span(
                f"show the {count(each.units)}" if each.units > 1 else "show it",
                page=layer.at(where=each.difference.where, start=0),
            ),
            ".",
        ]
    return words
