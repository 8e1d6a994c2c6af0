"""The order of floating-point numbers by their bits."""

import numpy as np
import pytest

from shiftscope.arrays import in_order


@pytest.mark.parametrize(("real", "whole"), [(np.float16, np.int16), (np.float32, np.int32)])
def test_integers_have_the_order_of_the_numbers_and_lead_back(real, whole):
    largest, least = np.finfo(real).max, np.finfo(real).smallest_subnormal
    numbers = np.array([-np.inf, -largest, -1, -least, -0.0, 0.0, least, 1, largest, np.inf], real)
    ordered = in_order(numbers.view(whole))
    assert ordered.dtype == whole
    assert (np.diff(ordered.astype(np.int64)) > 0).all()
    np.testing.assert_array_equal(ordered[4:6], [-1, 0])
    np.testing.assert_array_equal(in_order(ordered), numbers.view(whole))
