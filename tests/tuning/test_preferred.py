import numpy as np

from shiftscope.tuning.preferred import NONE, moved, preferred_category

BEFORE = np.array([[3.0, 0.0, 1.0, 2.0], [1.0, 0.0, 1.0, 5.0], [np.nan] * 4])


def test_a_unit_prefers_the_category_of_its_largest_mean():
    assert preferred_category(BEFORE).tolist() == [0, NONE, 0, 1]


def test_units_that_prefer_another_category_are_counted_among_those_that_prefer_one_in_both():
    after = np.array([[1.0, 4.0, 0.5, 9.0], [2.0, 1.0, 0.2, 0.0], [9.0] * 4])
    # Unit 0 moves to the second, unit 1 preferred none, unit 2 stays, unit 3 moves to the first; the third is no
    # category of the baseline.
    assert moved(BEFORE, after) == (2, 3)
    assert moved(BEFORE, BEFORE) == (0, 3)
    assert moved(BEFORE, np.full((3, 4), np.nan)) == (0, 0)
