"""A unit's response along the variable of a group."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.tuning.set_means import SetMean
from shiftscope.views.page.panels import Curves
from shiftscope.views.unit.dose.dose import _axis
from shiftscope.views.unit.dose.dose_in_words import Dose, dose_in_words
from shiftscope.views.unit.dose.dose_ways import dose_ways
from shiftscope.views.unit.unit import unit
from tests.views.conftest import panel, panels, positions


def dose(name, *means, ways, half=0.02, variable="severity"):
    values = [str(place) for place in range(1, len(means) + 1)]
    return Dose(name, variable, values, [(mean, mean - half, mean + half) for mean in means], ways)


HUE = dose("hue", 0.3, 0.36, 0.45, 0.53, 0.51, ways=[1] * 5)
NOISE = dose("noise", 0.23, 0.2, 0.1, ways=[0, -1, -1])
BLUR = dose("blur", 0.24, 0.18, 0.19, ways=[0, -1, -1])
STILL = dose("fog", 0.3, 0.25, ways=[0, 0])


def test_each_way_is_said_where_some_strength_goes_it_and_where_it_goes_farthest():
    said = dose_in_words([HUE, NOISE, BLUR])
    assert said == "hue drives it up to severity 4; noise and blur quieten it, most at severity 3 and 2"
    assert dose_in_words([STILL, BLUR]) == "blur quietens it, most at severity 2"
    assert dose_in_words([STILL]) == "fog moves its mean no more than chance does, at any strength"


def test_a_rise_that_returns_and_a_turn_are_no_chance():
    returns = dose("hue", 0.24, 0.18, 0.24, ways=[0, -1, 0], variable="strength")
    assert dose_in_words([returns]) == "hue quietens it, most at strength 2"
    turns = dose("hue", 0.18, 0.24, 0.36, ways=[-1, 0, 1], variable="hue")
    assert dose_in_words([turns]) == "hue quietens it at 1 and drives it up at 3"


def test_a_mean_is_another_by_welch_with_five_per_cent_false_discoveries():
    rng = np.random.default_rng(5)
    usual = rng.normal(0, 1, 60)
    sets = [rng.normal(mean, spread, 40) for mean, spread in ((0.45, 1), (0, 2), (-1, 1), (0.1, 1), (0.5, 1))]
    p = [stats.ttest_ind(each, usual, equal_var=False).pvalue for each in sets]
    # Benjamini and Hochberg: the largest rank whose p is at most its share of 0.05
    least = sorted(p)
    most = max(p_ for rank, p_ in enumerate(least, 1) if p_ <= 0.05 * rank / len(p))
    expected = [
        int(np.sign(each.mean() - usual.mean())) if p_ <= most else 0
        for each, p_ in zip(sets, p, strict=True)
    ]
    assert 0 in expected
    assert {1, -1} <= set(expected)
    assert dose_ways([SetMean.of(each[:, None]) for each in sets], SetMean.of(usual[:, None])) == expected


def test_means_that_do_not_vary_differ_surely_and_one_sample_says_nothing():
    usual, more, one = (
        SetMean.of(np.full((count, 1), value)) for count, value in ((5, 0.0), (5, 1.0), (1, 9.0))
    )
    assert dose_ways([usual, more, one], usual) == [0, 1, 0]


def test_of_several_that_drive_it_up_the_strongest_is_named_with_its_value():
    more = dose("snow", 0.3, 0.4, ways=[0, 1])
    assert dose_in_words([more, HUE]) == "hue drives it up to severity 4; snow drives it up less"
    alone = dose("severity", 0.3, 0.4, ways=[1, 1])
    assert dose_in_words([alone]) == "severity drives it up to 2"


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
        up = "blur drives it up" in lines.title
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
