"""Spectra of two sets: waves lie in their band, a louder set is louder everywhere, and pairs are drawn together."""

from __future__ import annotations

import math

import numpy as np
import pytest

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy, ShapeError
from shiftscope.explain.visualisation.spectra.shift_spectra import BANDS, radial_profiles, radial_ratio

ON = {"range": (-8.0, 8.0)}


def noise(count, seed=0, size=(32, 32)):
    return np.random.default_rng(seed).normal(size=(count, 3, *size))


def ratio_of(shifted, reference, *, paired):
    profiles = radial_profiles(shifted), radial_profiles(reference)
    return radial_ratio(*profiles, paired=paired, rng=np.random.default_rng(0))


def test_a_wave_lies_in_the_band_of_its_frequency_alone():
    wave = np.tile(np.cos(2 * np.pi * 6 * np.arange(32) / 32), (1, 1, 32, 1))
    (found,) = radial_profiles(wave)
    expected = np.zeros(BANDS)
    expected[int(6 / 32 / (math.sqrt(0.5) / BANDS))] = 1
    np.testing.assert_array_equal(found[:-2] > 1e-9, expected > 0)
    assert found[-2:].max() < 1e-9  # neither coarse nor fine
    # Half of the 32 x 32 pixels' amplitude in each of two bins, over the root of the number of pixels.
    radius = np.hypot(np.fft.fftfreq(32)[:, None], np.fft.fftfreq(32)[None])
    width = math.sqrt(0.5) / BANDS
    inside = (radius > 4 * width) & (radius <= 5 * width)
    assert found[4] == pytest.approx(2 * 512 / inside.sum() / 32)


def test_white_noise_is_as_strong_everywhere_at_any_size():
    for size in ((32, 32), (24, 40)):
        found = radial_profiles(noise(40, size=size)).mean(0)
        # The mean length of a complex number of variance 1; towards the corner there are few, and one is real.
        np.testing.assert_allclose(found[[*range(1, 14), -2, -1]], math.sqrt(math.pi) / 2, rtol=0.05)


def test_a_set_twice_as_loud_is_so_in_every_band_and_pairs_have_no_doubt():
    found = ratio_of(2 * noise(20), noise(20), paired=True)
    for numbers in (found.ratio, found.low, found.high):
        np.testing.assert_allclose(numbers, 2)
    apart = ratio_of(2 * noise(20, seed=1), noise(20), paired=False)
    assert (apart.low < apart.high).all()
    assert apart.low[-1] < 2 < apart.high[-1]
    with pytest.raises(ShapeError):
        ratio_of(noise(3), noise(4), paired=True)


def test_a_frequency_that_no_picture_has_is_missing():
    found = ratio_of(noise(4, size=(4, 4)), noise(4, size=(4, 4)), paired=True)
    assert np.isnan(found.ratio[0])
    assert np.isnan(found.ratio[-2])  # 4 pixels have nothing up to an eighth


def test_spectra_are_kept_and_their_templates_draw(recorded, net, made):
    data = {"lab": made(), "field": made(seed=1, scale=1.5)}
    found = recorded.spectra("field", data=data, **ON)
    assert found.pictures == found.pictures[:1] * 2
    assert found.paired  # both have samples of the same ids
    assert found.radial.ratio[-1] == pytest.approx(1.5, rel=0.1)
    assert "field has more fine detail than lab: 1." in found.in_words()
    table = found.table()
    assert (table["low"] <= table["ratio"]).all()
    again = ss.open_study(recorded.path).spectra("field", **ON)
    assert again.numbers() == found.numbers()
    for ours, theirs in zip(again.templates, found.templates, strict=True):
        np.testing.assert_array_equal(ours.magnitude, theirs.magnitude)
    drawn = ss.visualise(
        net, 0, template=again.templates[0], shape=(3, 12, 8), input_size=(8, 8), steps=1, **ON
    )
    assert drawn.image.shape == (3, 12, 8)
    assert drawn.settings["template"] == "1/f"  # of too few pictures
    assert "<table" in found._repr_html_()


@pytest.mark.parametrize(
    ("dataset", "options", "error", "told"),
    [
        ("lab", ON, BadRequest, "is the reference"),
        ("feld", ON, NotInStudy, "feld"),
        ("field", {}, BadRequest, "give the range"),
        ("field", {**ON, "pictures": 0}, BadRequest, "pictures=0"),
        ("field", {"range": (8.0, -8.0)}, BadRequest, "give its lower and its upper end"),
    ],
)
def test_what_has_no_spectrum_is_refused(recorded, made, dataset, options, error, told):
    with pytest.raises(error, match=told):
        recorded.spectra(dataset, data={"lab": made(), "field": made(seed=1, scale=1.5)}, **options)
