"""A unit's response along the variable of a group."""

import numpy as np
import pytest

from shiftscope.views.page.panels import Curves
from shiftscope.views.unit.dose import _axis
from shiftscope.views.unit.dose_in_words import Dose, dose_in_words
from shiftscope.views.unit.unit import unit
from tests.views.conftest import panel, panels, positions

USUAL = (0.24, 0.22, 0.26)


def dose(name, *means, half=0.02, variable="severity"):
    values = [str(place) for place in range(1, len(means) + 1)]
    return Dose(name, variable, values, [(mean, mean - half, mean + half) for mean in means])


HUE = dose("hue", 0.3, 0.36, 0.45, 0.53, 0.51)
NOISE, BLUR = dose("noise", 0.23, 0.2, 0.1), dose("blur", 0.24, 0.2, 0.19)
STILL = dose("fog", 0.3, 0.25)


def test_the_direction_is_that_of_the_end_and_said_only_where_the_bands_part():
    said = dose_in_words([HUE, NOISE, BLUR], USUAL)
    assert said == "hue drives it up to severity 4; noise and blur quieten it"
    assert STILL.direction(USUAL) == 0  # 0.23 to 0.27 meets 0.22 to 0.26
    assert dose_in_words([STILL, BLUR], USUAL) == "blur quietens it"
    assert dose_in_words([STILL], USUAL) == "fog moves its mean no more than chance does"


def test_of_several_that_drive_it_up_the_strongest_is_named_with_its_value():
    more = dose("snow", 0.3, 0.4)
    assert dose_in_words([more, HUE], USUAL) == "hue drives it up to severity 4; snow drives it up less"
    alone = dose("severity", 0.3, 0.4)
    assert dose_in_words([alone], USUAL) == "severity drives it up to 2"


@pytest.mark.parametrize(
    ("largest", "ends"),
    [(0.6, ["0 %", "20 %", "40 %", "60 %"]), (0.09, ["0 %", "2.5 %", "5 %", "7.5 %", "10 %"]), (0.0, None)],
)
def test_the_axis_begins_at_zero_and_has_round_numbers(largest, ends):
    axis = _axis(largest, 1.0)
    assert axis[0] == (0.0, "0 %")
    assert axis[-1][0] >= largest
    assert ends is None or [text for _, text in axis] == ends


@pytest.mark.parametrize("index", [0, 7])
def test_the_curves_are_the_means_over_the_baselines_maximum_with_their_bands(grouped, index):
    lines = panel(unit(grouped.study, "hidden", index), Curves)
    maximum = grouped.lab.responses("hidden")[:, index].max()
    top = lines.axis[-1][1]
    scale = maximum * float(top.removesuffix(" %")) / 100

    def band(name):
        values = grouped[name].responses("hidden")[:, index]
        half = 1.959963984540054 * values.std(ddof=1) / np.sqrt(len(values))
        return np.array([values.mean(), values.mean() - half, values.mean() + half]) / scale

    assert list(lines.steps) == ["lab", "1", "2", "3"]
    np.testing.assert_allclose(lines.baseline, band("lab"), rtol=1e-4)
    by_name = {curve.name: curve for curve in lines.curves}
    for severity, (step, *found) in enumerate(by_name["noise"].points, 1):
        assert step == severity
        np.testing.assert_allclose(found, band(f"noise {severity}"), rtol=1e-4, atol=1e-7)


def test_the_larger_point_is_the_focus_or_how_far_up_the_group_drives_the_unit(grouped):
    ways = set()
    for index in range(8):
        lines = panel(unit(grouped.study, "hidden", index, focus="blur 2"), Curves)
        (coloured,) = (curve for curve in lines.curves if curve.focus)
        up = coloured.points[-1][2] > lines.baseline[2]
        means = [mean for _, mean, _, _ in coloured.points]
        assert coloured.larger == (1 + int(np.argmax(means)) if up else 2)
        ways.add(up)
    assert False in ways


def test_under_each_value_stand_the_strongest_images_of_the_focus_group(grouped):
    lines = panel(unit(grouped.study, "hidden", 0, focus="blur 2"), Curves)
    (coloured,) = (curve for curve in lines.curves if curve.focus)
    assert coloured.name == "blur"
    for name, pictures in zip(("lab", "blur 1", "blur 2", "blur 3"), lines.pictures, strict=True):
        assert positions(pictures) == grouped[name].strongest("hidden", 0, 3)
        assert all(picture.dataset == name for picture in pictures)


def test_a_study_without_an_ordered_group_has_no_such_panel(explored, summaries_only):
    assert panels(unit(explored.study, "hidden", 0), Curves) == []
