"""What happened to the answers to one set, in one sentence: the first of four rules that holds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.outcomes.exchanges import largest_confusion, takers, trading_places
from shiftscope.outcomes.harm import Harm
from shiftscope.views.page.panels import Span, Words
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count

PAIRS = 3  # named of categories that trade places


def happened(
    confusions: npt.NDArray[np.int64],
    categories: Sequence[str],
    harm: Harm | None,
    grew: tuple[int, int] | None = None,
) -> Words:
    """One sentence about the wrong answers.

    Parameters
    ----------
    confusions : (label, prediction)
        Samples of the set.
    categories
        Their names.
    harm
        Of the set; None where there is nothing to compare with.
    grew
        Label and prediction of the confusion that grew most, which the page shows; it need not be the largest.
    """
    right, total = int(np.trace(confusions)), int(confusions.sum())
    wrong, largest = total - right, largest_confusion(confusions)
    if not total:
        return "No sample has a label and an answer, so there is no accuracy."
    if largest is None:
        return [Span("Nothing is wrong", "strong"), f": all {count(total)} are classified right."]
    a, b, most = largest
    pair = f"{categories[a]} → {categories[b]}"
    if harm == "barely touches":
        errors = f"{count(most)} of the {count(wrong)} errors {'is' if most == 1 else 'are'}"
        return [
            Span("Barely touched.", "strong"),
            f" {count(right)} of {count(total)} are classified right; "
            f"{errors if wrong > 1 else 'the one error is'} {pair}.",
        ]
    if traded := trading_places(confusions):
        # The one whose images and unit stand below comes first.
        traded = sorted(traded, key=lambda pair: pair != grew)
        named = in_a_row([f"{categories[one]} → {categories[to]}" for one, to in traded], PAIRS)
        help = (
            "At least half of the categories send 80 % of their samples to one other, all to different ones."
        )
        return [
            Span("Categories trade places:", "strong", help=help),
            f" {named}, each at least 80 % of its samples.",
        ]
    found = takers(confusions)
    if found and found.labels:
        labels, taken = ([categories[c] for c in chosen] for chosen in (found.labels, found.predictions))
        become = "becomes" if len(labels) == 1 else "become"
        help = (
            "One prediction, or else two, take at least half of the wrong answers; named are the labels most often "
            "sent there."
        )
        return [
            Span(f"{in_a_row(labels)} {become} {' or '.join(taken)}:", "strong", help=help),
            f" {math.floor(100 * found.share + 0.5)} % of the wrong answers say so.",
        ]
    other = f"; {categories[grew[0]]} → {categories[grew[1]]} grew most" if grew and grew != (a, b) else ""
    return [
        Span("No single confusion:", "strong"),
        f" the largest, {pair}, makes {count(most)} of {count(wrong)} errors{other}.",
    ]
