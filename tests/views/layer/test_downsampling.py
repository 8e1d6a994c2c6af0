"""Where high frequencies come from, on the page of a layer, of numbers that a study keeps."""

import numpy as np
import pytest

from shiftscope.explain.attribution.downsampling.shares import (
    Downsampling,
    DownsamplingQuestion,
    DownsamplingShares,
)
from shiftscope.explain.attribution.downsampling.stored_downsampling import write_downsampling
from shiftscope.views.layer.downsampling import downsampling_in_words
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.page.panels import Code
from shiftscope.web.html.downloads import panel_table


def shares(before, after, *, dataset="field"):
    """Of a pool that leaves the share as `after` says and makes it `before`, and one that changes nothing."""
    even = np.full(3, 0.2)
    return DownsamplingShares(
        DownsamplingQuestion(dataset, "hidden", 2),
        np.array([4, 2, 7]),
        [
            Downsampling("pool", "MaxPool2d", (8, 8), (4, 4), np.asarray(before), np.asarray(after)),
            Downsampling("stride", "Conv2d", (4, 4), (2, 2), even, even),
        ],
    )


def fold(page):
    (found,) = (each for each in page.panels[-1].panels if each.key == "downsampling")
    return found


def test_modules_stand_on_one_axis_with_what_they_add(recorded):
    write_downsampling(recorded, shares([0.5, 0.6, 0.7], [0.3, 0.4, 0.5]))
    found = fold(layer_units(recorded, "hidden"))
    assert found.says == "most at pool (MaxPool2d): 40.0 % → 60.0 % of the gradient of unit 2"
    (table,) = found.panels
    assert table.title == "Gradient of unit 2 on field"
    assert (table.rows[0][0].text, table.rows[0][0].note) == ("pool", "MaxPool2d, 8 x 8 → 4 x 4")
    assert [row[2].text for row in table.rows] == ["+20.0", "+0.0"]
    assert [row["difference"] for row in panel_table(table).to_pylist()] == pytest.approx([0.2, 0.0])
    change = table.rows[0][1].change
    assert change.before < change.after < change.chance
    assert table.note.endswith("Mean over 3 images.")


def test_without_numbers_the_command_is_told(recorded):
    found = fold(layer_units(recorded, "hidden"))
    assert found.says == "not computed yet"
    (code,) = found.panels
    assert isinstance(code, Code)
    start = f"shiftscope downsampling {recorded.path} --layer hidden --unit 0 --dataset field"
    assert code.text == f"{start} --model ..."


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            [0.5, 0.2, 0.5],
            [0.4, 0.3, 0.4],
            "most at pool (MaxPool2d): 36.7 % → 40.0 % of the gradient of it, not surely",
        ),
        ([0.1] * 3, [0.2] * 3, "no module raises the share of high frequencies in the gradient of it"),
        ([np.nan] * 3, [np.nan] * 3, "no module raises the share of high frequencies in the gradient of it"),
    ],
)
def test_what_modules_add_in_words(before, after, said):
    assert downsampling_in_words("it", shares(before, after)) == said
