"""Where a unit looks, in words."""

import math

from shiftscope.views.unit.where_in_words import where_in_words


def test_areas_and_the_scale_that_changed_most():
    said = where_in_words([("lab", 0.44), ("field", 0.421)], ("2 to 4 px", 0.45, 0.31))
    assert (
        said == "maps cover 44 % in lab, 42 % in field; detail of 2 to 4 px 45.0 % → 31.0 % of what it reads"
    )


def test_what_is_not_known_is_left_out():
    assert where_in_words([("lab", math.nan), ("field", 0.5)], None) == "maps cover 50 % in field"
    assert where_in_words([("lab", math.nan)], None) == "no maps with anything in them"
