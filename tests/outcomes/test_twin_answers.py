"""Answers that a shift broke and fixed, pair by pair."""

from dataclasses import dataclass

import numpy as np
import pytest

from shiftscope.outcomes.twin_answers import twin_answers, twin_answers_by_category
from shiftscope.statistics.agresti_min import agresti_min
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.store.twins import Twins


@dataclass
class Answered:
    labels: np.ndarray
    predictions: np.ndarray


def of(*samples):
    labels, predictions = np.array(samples).T
    return Answered(labels, predictions)


def one_to_one(count):
    rows = np.arange(count)
    return Twins(rows, rows, rows)


def test_answers_by_hand():
    before = of((0, 0), (0, 0), (1, 1), (1, 0), (1, 2), (2, 0), (0, 0), (-1, 0), (0, -1))
    after = of((0, 0), (0, 1), (1, 2), (1, 1), (1, 0), (2, 0), (0, 1), (-1, 1), (0, 0))
    found = twin_answers(after, before, one_to_one(9))
    assert (found.pairs, found.fixed, found.broken, found.changed) == (7, 1, 3, 1)
    assert found.p == mcnemar(1, 3)
    assert (found.difference, found.low, found.high) == tuple(map(float, agresti_min(1, 3, 7)))


def test_where_nothing_turned_nothing_is_tested():
    same = of((0, 0), (1, 0))
    found = twin_answers(same, same, one_to_one(2))
    assert (found.fixed, found.broken, found.changed, found.difference) == (0, 0, 0, 0)
    assert np.isnan(found.p)


def test_several_twins_of_one_image_count_as_one():
    before = of(*[(0, 0)] * 6)
    once = of((0, 1), (0, 1), (0, 1), (0, 0), (0, 0), (0, 0))
    several = of(*[(0, 1)] * 12, *[(0, 0)] * 12)
    originals = np.repeat(np.arange(6), 4)
    found = twin_answers(several, before, Twins(np.arange(24), originals, originals))
    alone = twin_answers(once, before, one_to_one(6))
    assert found.broken == 12
    assert found.p == pytest.approx(alone.p)
    assert found.low == pytest.approx(alone.low)


def test_categories_are_told_by_themselves_with_ten_pairs():
    before = of(*[(0, 0)] * 12, *[(1, 1)] * 10, *[(2, 2)] * 9)
    after = of(*[(0, 1)] * 12, *[(1, 1)] * 9, (1, 0), *[(2, 0)] * 9)
    found, q = twin_answers_by_category(after, before, one_to_one(31))
    assert list(found) == [0, 1]
    assert (found[0].broken, found[1].broken) == (12, 1)
    assert q[0] == pytest.approx(min(1, 2 * mcnemar(0, 12)))
    assert q[1] == 1
