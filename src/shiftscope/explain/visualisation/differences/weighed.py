"""The weight of the direction with which the two pictures of a use come to one strength."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from shiftscope.explain.visualisation.differences.use_pair import use_pair
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.visualised import Visualised

WEIGHTS = 1.0, 0.5, 0.25, 0.125  # a later one where both pictures do not reach the level with those before
SHARES = {0.5: "half", 0.25: "a quarter", 0.125: "an eighth"}  # in words

Pair = tuple[Visualised, Visualised]
Asked = tuple[PictureQuestion, PictureQuestion]


def equally_strong(pair: Pair) -> bool:
    """Whether both pictures came to the level at which they were to stop."""
    return all(each.stopped is not None and each.stopped.met for each in pair)


def of_both_signs(question: PictureQuestion) -> Iterator[Asked]:
    """The picture of a use as under the shift and that as on the reference, by falling weight of the direction."""
    assert question.use is not None
    dataset, at, _ = question.use
    for weight in WEIGHTS:
        yield use_pair(replace(question, weight=weight), dataset, at)


def largest_weight(drawn: Iterable[tuple[Asked, Pair]]) -> tuple[Asked, Pair] | None:
    """The first whose pictures are equally strong, where none is the first; no more of them are drawn than needed."""
    first = None
    for each in drawn:
        if equally_strong(each[1]):
            return each
        first = first or each
    return first
