"""The shared arithmetic, beside a slower plain form of it or another library's."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy import fft, ndimage, special, stats

from shiftscope.datasets.shifts.blur.gaussian_blur import _matrix
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import from_levels, luma, mix, rounded_ratio, to_levels
from shiftscope.datasets.shifts.noise.gaussian_noise import normal_quantiles
from shiftscope.datasets.shifts.noise.shot_noise import poisson_steps
from shiftscope.datasets.shifts.tools.convolution import along_both, convolved
from shiftscope.datasets.shifts.tools.cosines import cosines, filtered
from shiftscope.datasets.shifts.tools.kernels import discrete_gaussian, normalised, shared_out
from shiftscope.datasets.shifts.tools.reflection import reflected
from shiftscope.datasets.shifts.tools.resampling import bilinear
from shiftscope.datasets.shifts.tools.waves import from_spectrum, spectrum

from .conftest import picture


def levels(rows=18, columns=21, channels=2):
    return to_levels(picture(rows, columns, channels))


# Levels


def test_bytes_and_floats_make_the_way_to_levels_and_back():
    image = np.array([[0, 1], [128, 255]], np.uint8).repeat(8, 0).repeat(8, 1)
    np.testing.assert_array_equal(to_levels(image)[::8, ::8, 0], [[0, 256], [32768, 65280]])
    np.testing.assert_array_equal(to_levels(image / 255), to_levels(image))
    np.testing.assert_array_equal(from_levels(to_levels(image), image), image)
    halves = np.full((16, 16, 1), 2 * 256 + 128)
    assert from_levels(halves, image)[0, 0] == 3  # half up
    assert from_levels(halves - 70_000, image)[0, 0] == 0
    assert from_levels(halves + 70_000, image)[0, 0] == 255


def test_mixing_and_luma():
    assert mix(np.array([100]), np.array([201]), 0.5) == 151  # 150.5, half up
    assert rounded_ratio(np.array([7]), 2) == 4
    np.testing.assert_array_equal(luma(np.array([[[1000, 2000, 3000]]])), [[[1815]]])  # 299 + 1174 + 342
    np.testing.assert_array_equal(luma(np.array([[[1000, 2001]]])), [[[1501]]])  # 1500.5, half up
    np.testing.assert_array_equal(luma(np.full((1, 1, 3), 777)), [[[777]]])


# Random words


def test_words_are_philox_of_a_digest_of_shift_seed_and_sample():
    digest = hashlib.sha256(b"\0".join([b"shift/1", b"jpeg", b"7", b"cat/3.png"])).digest()
    raw = np.random.Philox(key=int.from_bytes(digest[:16], "little")).random_raw(2)
    draw = Draw("jpeg", 7, "cat/3.png")
    low, high = (int(word) for word in raw)
    np.testing.assert_array_equal(draw.words(3, 32), [low & 0xFFFFFFFF, low >> 32, high & 0xFFFFFFFF])
    np.testing.assert_array_equal(draw.words(2, 16), [low & 0xFFFF, low >> 16 & 0xFFFF])
    assert draw.below(180) == (low & 0xFFFFFFFF) * 180 >> 32
    assert draw.words(1, 32) != Draw("jpeg", 7, "cat/3.png", before=1).words(1, 32)


def test_quantiles_are_those_of_the_normal_distribution():
    exact = special.ndtri((np.arange(65536) + 0.5) / 65536)
    assert np.abs(normal_quantiles() / 4096 - exact).max() <= 0.5001 / 4096
    assert np.square(normal_quantiles() / 4096).mean() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("mean", [0, 0.3, 4, 77.7, 9000])
def test_poisson_steps_are_those_of_the_poisson_distribution(mean):
    first, steps = poisson_steps(mean)
    counts = np.arange(first, first + len(steps))
    np.testing.assert_allclose(steps / 2**24, stats.poisson.cdf(counts, mean), atol=2e-7)
    assert steps[-1] == 2**24


# Edges, kernels and convolution


def test_a_line_goes_on_mirrored_as_often_as_needed():
    np.testing.assert_array_equal(
        np.arange(4)[reflected(np.arange(-9, 13), 4)], np.pad(np.arange(4), (9, 9), "symmetric")
    )


@pytest.mark.parametrize("variance", [1e-4, 0.3, 4.0, 64.0])
def test_the_discrete_gaussian_has_its_variance_and_is_a_bessel_function(variance):
    kernel = discrete_gaussian(variance)
    places = np.arange(len(kernel)) - len(kernel) // 2
    assert kernel.sum() == 65536
    np.testing.assert_array_equal(kernel, kernel[::-1])
    assert (kernel * places**2).sum() / 65536 == pytest.approx(variance, abs=0.01 + 0.002 * variance)
    assert np.abs(kernel / 65536 - special.ive(np.abs(places), variance)).max() < 1e-4


def test_kernels_sum_to_one_and_share_points_among_four_pixels():
    kernel = shared_out(np.array([4]), np.array([-4]), 16)  # a quarter down, a quarter to the left
    np.testing.assert_array_equal(kernel * 16 // 65536, [[0, 0, 0], [3, 9, 0], [1, 3, 0]])
    assert kernel.sum() == 65536
    thirds = normalised(np.array([1, 1, 1]))
    assert sorted(thirds) == [21845, 21845, 21846]


def test_a_convolution_is_the_exact_sum():
    kernel = shared_out(np.array([-70, 3, 80]), np.array([0, 90, -33]), 16)
    image = levels()
    sums = np.stack([ndimage.convolve(image[..., c], kernel, mode="reflect") for c in range(2)], axis=2)
    np.testing.assert_array_equal(convolved(image, kernel), (sums + 32768) >> 16)


def test_a_matrix_along_both_sides_is_the_sum_in_whole_numbers():
    image, down, across = levels(), _matrix(2.0, 18), _matrix(9.0, 21)
    whole = np.einsum("ab,bcd,ec->aed", down.astype(np.int64), image, across.astype(np.int64))
    np.testing.assert_array_equal(along_both(down, image, across).astype(np.int64), whole)
    blurred = ndimage.correlate1d(
        ndimage.correlate1d(image, discrete_gaussian(2.0), 0, mode="reflect"),
        discrete_gaussian(9.0),
        1,
        mode="reflect",
    )
    np.testing.assert_array_equal(whole, blurred)


# Transforms and resampling


@pytest.mark.parametrize("sides", [(16, 16), (17, 20), (40, 31)])
def test_transforms_lose_less_than_a_hundredth_of_a_level(sides):
    image = levels(*sides, 3)
    unchanged = filtered(image, np.full(sides, 65536.0))
    assert np.abs(unchanged - image).max() <= 2
    assert np.abs(from_spectrum(spectrum(image), sides[1]) - image).max() <= 2


def test_coefficients_are_those_of_other_libraries():
    image = levels(17, 20, 1)
    gains = np.zeros((17, 20))
    gains[2, 3] = 65536
    kept = fft.dctn(image[..., 0].astype(float), norm="ortho")
    kept[gains == 0] = 0
    np.testing.assert_allclose(filtered(image, gains)[..., 0], fft.idctn(kept, norm="ortho"), atol=1)
    real, imaginary = spectrum(image)
    known = np.fft.rfft2(image[..., 0], norm="ortho") * 16
    np.testing.assert_allclose(real[0] + 1j * imaginary[0], known, atol=40)  # of a largest one of 6 million
    np.testing.assert_allclose(cosines(8)[0] / 2**20, np.full(8, 8**-0.5), atol=1e-6)


def test_places_between_pixels_are_read_bilinearly():
    image = np.array([[0, 256], [512, 1024]])[..., None]
    quarter = np.array([[64]])
    # Three quarters of 64 and a quarter of 640.
    np.testing.assert_array_equal(bilinear(image, quarter, quarter), [[[208]]])
    np.testing.assert_array_equal(bilinear(image, np.array([[-256]]), np.array([[256]])), [[[256]]])
