"""How many divisions a placebo is of."""

import pytest

from shiftscope.flow.steps.asked_divisions import asked_divisions


@pytest.mark.parametrize(("placebo", "divisions"), [(True, 5), (False, 0), (0, 0), (1, 1), (12, 12)])
def test_a_flag_is_the_usual_number_or_none(placebo, divisions):
    assert asked_divisions(placebo) == divisions
