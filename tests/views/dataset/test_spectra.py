"""What a shift did to the images, on the page of its dataset, of numbers that a study keeps."""

import numpy as np
import pytest

from shiftscope.explain.visualisation.canvas.magnitudes import Magnitudes
from shiftscope.explain.visualisation.spectra.shift_spectra import BANDS, RadialRatio, ShiftSpectra
from shiftscope.explain.visualisation.spectra.stored_spectra import listed_spectra, write_spectra
from shiftscope.views.dataset.dataset import dataset_images
from shiftscope.views.page.panels import Chart, Code

ASKED = {"pictures": 20, "limits": (0.0, 1.0), "seed": 3}


def kept(study, fine=0.5):
    """Half of the magnitude in the upper bands and above .25, all of it in the others and below .125."""
    ratio = np.r_[np.ones(BANDS // 2), np.full(BANDS // 2, 0.5), 1.0, fine]
    radial = RadialRatio((np.arange(BANDS + 2) + 0.5) / 32, ratio, ratio * 0.9, ratio * 1.1)
    flat = Magnitudes(np.ones((1, 4, 3)), 4, np.ones((1, 1)), 20)
    write_spectra(study, ShiftSpectra("field", "lab", radial, (20, 18), False, (flat, flat)), **ASKED)


def fold(study, name):
    folds = [each for each in dataset_images(study, name).panels[-1].panels if each.key == "spectra"]
    return folds[0] if folds else None


def test_a_line_with_its_interval_stands_beside_the_reference_at_one(recorded):
    kept(recorded)
    found = fold(recorded, "field")
    assert found.says.startswith(
        "field has less fine detail than lab: 0.5 (0.45 to 0.55) times the magnitude above"
    )
    (chart,) = found.panels
    assert isinstance(chart, Chart)
    rows = chart.spec["data"]["values"]
    assert [row["ratio"] for row in rows] == [1.0] * 8 + [0.5] * 8
    assert rows[-1]["low"] == pytest.approx(0.45)
    low, high = chart.spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert (low * high, high) == pytest.approx((1, 1 / 0.45))
    assert chart.note.startswith("Mean over 20 and 18 images, with")


def test_without_numbers_the_command_is_told_and_the_reference_has_none(recorded):
    (code,) = fold(recorded, "field").panels
    assert isinstance(code, Code)
    assert code.text == f"shiftscope spectra {recorded.path} --dataset field --range 0 1 --model ..."
    assert fold(recorded, "lab") is None


def test_all_that_are_kept_are_found_whatever_they_were_asked_with(recorded):
    kept(recorded)
    (found,) = listed_spectra(recorded, "field")
    assert found.pictures == (20, 18)
    assert list(listed_spectra(recorded, "lab")) == []
