"""The weight of the direction, and the level, with which the two pictures of a use come to one strength."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from shiftscope.explain.visualisation.course import close
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.visualised import Visualised

STRONG = 99.0  # percentile of the reference's held-out responses that both pictures of a pair are to reach
WEIGHTS = 1.0, 0.5, 0.25, 0.125  # a later one where those before give no pictures of one strength
SHARES = {0.5: "half", 0.25: "a quarter", 0.125: "an eighth"}  # in words

Pair = tuple[Visualised, Visualised]
Asked = tuple[PictureQuestion, PictureQuestion]


def strong(pair: Pair) -> bool:
    """Whether both pictures drive the unit as strongly as a hundredth of the samples do, or more."""
    return all(each.reached is not None and each.reached.quantile >= STRONG / 100 for each in pair)


def equally_strong(pair: Pair) -> bool:
    """Whether they do, and by responses that are one."""
    return strong(pair) and close(pair[0].score, pair[1].score)


def level_of(pair: Pair) -> float:
    """The smaller of both responses."""
    return min(each.score for each in pair)


def both_uses(question: PictureQuestion) -> Asked:
    """As under the shifted dataset and as on the reference; of a use of the reference itself, as on both halves."""
    assert question.use is not None
    dataset, at, _ = question.use
    plus, minus = (replace(question, use=(dataset, at, sign)) for sign in (1, -1))
    return plus, minus


def by_weight(question: PictureQuestion) -> Iterator[Asked]:
    """The picture of a use as under the shift and that as on the reference, for each weight of the direction, the
    largest first."""
    for weight in WEIGHTS:
        yield both_uses(replace(question, weight=weight))


def stopped_at_level(asked: Asked, pair: Pair) -> Asked:
    """The weaker picture as it is, and the stronger one as far as the weaker one came."""
    level = level_of(pair)
    one, other = (
        replace(question, level=level) if found.score > level else question
        for question, found in zip(asked, pair, strict=True)
    )
    return one, other


def of_halves(question: PictureQuestion, reference: str, division: int, level: float | None) -> Asked:
    """The halves of a division of the reference, told apart as the question tells its use apart, up to a level."""
    assert question.use is not None
    use = reference, question.use[1], 1
    return both_uses(replace(question, use=use, division=division, level=level))


def of_one_strength(
    question: PictureQuestion, drawn: Callable[[Asked], Pair | None]
) -> tuple[Asked, Pair] | None:
    """The pair of the largest weight of which both pictures are strong after all steps, the stronger one stopped where
    the weaker one ends; that of the full weight, after all steps, where there is none.

    Parameters
    ----------
    drawn
        Draws a pair, or reads it; where it gives None, so does this. No more are drawn than needed.
    """
    first = None
    for asked in by_weight(question):
        pair = drawn(asked)
        if pair is None:
            return None
        first = first or (asked, pair)
        if strong(pair):
            asked = stopped_at_level(asked, pair)
            pair = drawn(asked)
            if pair is None:
                return None
            if equally_strong(pair):
                return asked, pair
    return first
