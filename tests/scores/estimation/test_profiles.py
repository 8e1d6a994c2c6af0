"""What scores of summaries are called with."""

import numpy as np

from shiftscope.scores.estimation.profiles import Pair, Tuning, arguments


def tuning(means, count, largest, scale=1.0):
    return Tuning(np.array(means), np.array(count), np.array(largest), np.full(len(largest), scale))


def test_profiles_leave_out_categories_that_one_set_lacks():
    reference = tuning([[2.0], [3.0], [3.0]], [1, 2, 3], [4.0])
    shifted = tuning([[np.nan], [2.0], [4.0]], [0, 4, 1], [9.0])
    ours, theirs = Pair(shifted, reference).profiles
    np.testing.assert_array_equal(ours, [[0.5], [1.0]])
    np.testing.assert_array_equal(theirs, [[0.75], [0.75]])


def test_a_unit_without_a_positive_maximum_has_no_profile():
    reference = tuning([[1.0, 1.0]] * 3, [1, 1, 1], [0.0, -1.0])
    ours, _ = Pair(reference, reference).profiles
    assert np.isnan(ours).all()


def test_matched_profiles_are_at_the_scale_of_the_reference():
    reference = tuning([[2.0], [1.0]], [1, 1], [4.0], scale=3.0)
    shifted = tuning([[1.0], [0.5]], [1, 1], [2.0], scale=1.5)
    ours, theirs = arguments("matched profiles", shifted, Pair(shifted, reference))
    np.testing.assert_array_equal(ours, theirs)


def test_one_profile_has_every_category_of_the_dataset_itself():
    shifted = tuning([[1.0], [np.nan], [0.5]], [1, 0, 1], [2.0])
    (profile,) = arguments("one profile", shifted, None)
    np.testing.assert_array_equal(profile, [[1.0], [0.5]])


def test_without_a_reference_nothing_can_be_compared():
    shifted = tuning([[1.0]], [1], [2.0])
    for reads in ("maxima", "profiles", "matched profiles"):
        assert arguments(reads, shifted, None) is None
