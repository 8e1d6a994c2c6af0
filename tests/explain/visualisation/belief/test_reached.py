"""How strongly a picture drives its unit, in words."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.visualisation.belief.reached import reached


def test_a_unit_that_images_drive_and_a_picture_does_not_is_silent():
    found = reached(0.0, np.array([0.0, 0.0, 1.0, 2.0]))
    assert found.in_words(0.0) == "the unit stays silent"


def test_a_log_probability_of_0_is_all_there_is_and_no_silence():
    found = reached(0.0, np.array([-3.0, -2.0, -0.5]))
    assert found.in_words(0.0) == "more than each of 3 samples"
