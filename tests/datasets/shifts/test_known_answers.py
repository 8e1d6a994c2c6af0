"""What single shifts do, worked out by hand or by an exact law."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from shiftscope.datasets.shifts.digital.jpeg import LUMA as STANDARD
from shiftscope.datasets.shifts.digital.jpeg import coded, quality, scaled
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import from_levels, to_levels
from shiftscope.datasets.shifts.shift_kind import coarseness, shift_kinds
from shiftscope.datasets.shifts.tools.waves import spectrum

from .conftest import picture, shifted_picture


def uniform(*colour, side=64):
    return np.full((side, side, len(colour)), colour, np.uint8)


def one_pixel(name, *colour, strength=1.0):
    """What a shift that treats every pixel alike makes of a colour."""
    shifted = shifted_picture(name, uniform(*colour, side=16), strength)
    assert (shifted == shifted[0, 0]).all()
    return shifted[0, 0].tolist()


# Noise: σ = 96.9, 3 photons, 27 % at 224 pixels, and sqrt(64 / 224) = .5345 of it at 64


def test_gaussian_noise_has_its_deviation():
    x = shifted_picture("gaussian_noise", uniform(128, 128, 128), 0.4).astype(float)
    assert x.std() == pytest.approx(96.9 * 0.5345 * 0.4, rel=0.02)
    assert x.mean() == pytest.approx(128, abs=3 * x.std() / 110)


@pytest.mark.parametrize("strength", [0.02, 0.3])  # photons beyond counting, and counted
def test_shot_noise_keeps_the_mean_and_its_variance_is_that_of_photons(strength):
    photons = 3 / (0.5345 * strength) ** 2
    for level in (40, 150):
        x = shifted_picture("shot_noise", np.full((128, 128, 3), level / 255)[:64, :64], strength) * 255
        deviation = (255 * level / photons) ** 0.5
        assert x.mean() == pytest.approx(level, abs=3 * deviation / 110)
        assert x.var() == pytest.approx(deviation**2, rel=0.06)
    assert one_pixel("shot_noise", 0, 0, 0) == [0, 0, 0]


def test_impulse_noise_replaces_its_share_by_black_and_white():
    x = shifted_picture("impulse_noise", uniform(128, 128, 128), 0.5)
    share = 0.27 * 0.5345 * 0.5
    black, white = (x == 0).mean(), (x == 255).mean()
    assert black + white == pytest.approx((x != 128).mean())
    for part in (black, white):
        assert part == pytest.approx(share / 2, abs=3 * (share / 2 / x.size) ** 0.5)


# Blur


@pytest.mark.parametrize("name", ["gaussian_blur", "defocus_blur", "motion_blur"])
def test_a_blur_keeps_the_mean_and_leaves_uniform_pictures_alone(name):
    assert one_pixel(name, 10, 200, 77) == [10, 200, 77]
    image = picture(40, 52)
    assert shifted_picture(name, image, 1.0).mean() == pytest.approx(image.mean(), abs=0.5)


def test_gaussian_blur_spreads_a_point_by_its_deviation():
    point = np.zeros((57, 57))
    point[28, 28] = 1
    blurred = shifted_picture("gaussian_blur", point, 0.5)
    places = np.arange(57) - 28
    assert (blurred.sum(0) * places**2).sum() == pytest.approx((57 / 56) ** 2, rel=0.02)


def test_defocus_blur_spreads_a_point_over_its_disk():
    point = np.zeros((112, 112))
    point[56, 56] = 1
    rows, columns = np.nonzero(shifted_picture("defocus_blur", point, 1.0) > 0.001)
    distances = np.hypot(rows - 56, columns - 56)
    assert 5.5 < distances.max() < 7.2  # radius 6


def test_motion_blur_draws_a_line_along_its_angle():
    point = np.zeros((112, 112))
    point[56, 56] = 1
    draw = Draw("motion_blur", 0, "a")
    rows, columns = np.nonzero(shift_kinds["motion_blur"](point, 1.0, draw) > 0.01)
    assert 16 < np.hypot(rows.max() - rows.min(), columns.max() - columns.min()) < 23  # 20 pixels
    angle = shift_kinds["motion_blur"].drawn(1.0, draw)["angle"]
    main = np.linalg.eigh(np.cov(columns, -rows))[1][:, -1]
    assert np.degrees(np.arctan2(main[1], main[0])) % 180 == pytest.approx(angle, abs=4)


# Light and colour


def test_contrast_leaves_a_twentieth():
    image = np.repeat(np.array([[100.0, 200.0]]), 16, 0).repeat(8, 1) / 255
    np.testing.assert_allclose(
        shifted_picture("contrast", image, 1.0)[0, [0, -1]] * 255, [147.5, 152.5], atol=0.01
    )


def test_light():
    assert one_pixel("brightness", 100, 50, 0) == [228, 114, 0]  # 100 + 127.5, the others in proportion
    assert one_pixel("brightness", 200, 100, 20) == [255, 128, 26]
    assert one_pixel("brightness", 0, 0, 0, strength=0.5) == [64, 64, 64]
    assert one_pixel("darkness", 100, 50, 10) == [20, 10, 2]
    assert one_pixel("negative", 100, 50, 255) == [155, 205, 0]
    assert one_pixel("negative", 100, 50, 200, strength=0.5) == [100, 50, 55]  # from 127.5 on


def test_posterise_ends_with_two_tones_and_steps_by_255_to_the_strength():
    assert one_pixel("posterise", 127, 128, 255) == [0, 255, 255]
    # A step of 255^.5 = 15.97: 1 + 16 tones, 15.9375 apart; the nearest to 100 is the 6th.
    assert one_pixel("posterise", 100, 7, 8, strength=0.5) == [96, 0, 16]


def test_colour():
    # Luma .299 * 100 + .587 * 150 + .114 * 50 = 123.65; five times as far from it.
    assert one_pixel("saturation", 100, 150, 50, strength=0.25) == [76, 176, 0]
    assert one_pixel("greyscale", 100, 150, 50) == [124, 124, 124]
    assert one_pixel("greyscale", 100, 150, 50, strength=0.5) == [112, 137, 87]
    assert one_pixel("channel_permutation", 10, 20, 30) == [30, 10, 20]
    assert one_pixel("channel_permutation", 10, 20, 30, strength=0.5) == [20, 15, 25]
    # Half a turn about the gray axis: twice the mean less the colour.
    assert one_pixel("hue", 100, 150, 110) == [140, 90, 130]
    # A third of a turn moves the channels on.
    assert one_pixel("hue", 100, 150, 50, strength=2 / 3) == [50, 100, 150]
    assert one_pixel("hue", 90, 90, 90, strength=0.37) == [90, 90, 90]


def test_three_permutations_of_the_channels_are_none():
    image = picture(16, 18)
    again = image
    for _ in range(3):
        again = shifted_picture("channel_permutation", again, 1.0)
    np.testing.assert_array_equal(again, image)


# Digital


def test_pixelate_gives_means_of_cells():
    image = picture(24, 48, 1)
    # 6 sqrt(24 / 224) = 1.964: 12 x 24 cells of 2 x 2 pixels.
    cells = image.reshape(12, 2, 24, 2).mean((1, 3))
    expected = np.floor(cells + 0.5).repeat(2, 0).repeat(2, 1)
    np.testing.assert_array_equal(shifted_picture("pixelate", image, 1.0)[..., 0], expected)


def test_cells_that_pixels_lie_across_weigh_them_by_their_share():
    image = np.repeat(np.arange(16, dtype=np.uint8)[:, None] * 16, 16, 1)
    m = round(16 / (6 * coarseness(16)) ** 0.5)
    edges = np.arange(m + 1) * 16 / m
    fine = np.repeat(np.arange(16) * 16, m)
    means = [fine[round(a * m) : round(b * m)].mean() for a, b in pairwise(edges)]
    shifted = shifted_picture("pixelate", image, 0.5)
    np.testing.assert_array_equal(np.unique(shifted), np.floor(np.array(means) + 0.5))


@pytest.mark.parametrize("wanted", [7, 10, 25, 40, 75, 90])
def test_jpeg_loses_as_much_as_a_jpeg_file(wanted):
    times = 50 / wanted if wanted < 50 else 2 - wanted / 50
    assert quality(times) == wanted
    ours = theirs = 0.0
    for image in (picture(64, 80), picture(61, 47, seed=1)):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=wanted)
        coded_here = from_levels(coded(to_levels(image), times), image)
        ours += np.square(coded_here.astype(float) - image).mean()
        theirs += np.square(np.asarray(Image.open(file)).astype(float) - image).mean()
    assert (ours / theirs) ** 0.5 == pytest.approx(1, abs=0.01)


def test_jpeg_leaves_uniform_grays_alone_and_its_tables_are_the_standard_ones():
    assert one_pixel("jpeg", 128, 128, 128) == [128, 128, 128]
    assert scaled(STANDARD, 1)[0].tolist() == [16, 11, 10, 16, 24, 40, 51, 61]
    assert scaled(STANDARD, 2.5)[7, 7] == 248
    assert scaled(STANDARD, 1e-9).max() == 1


# Geometry


def test_a_round_picture_stays_when_it_is_turned():
    rows, columns = np.mgrid[-30:31, -30:31]
    image = np.floor(255 * np.exp(-(rows**2 + columns**2) / 400) + 0.5).astype(np.uint8)
    turned = shifted_picture("rotate", image, 0.7).astype(int)
    inside = rows**2 + columns**2 < 29**2
    assert np.abs(turned - image)[inside].max() <= 1


def test_rotation_follows_its_angle():
    image = np.zeros((41, 41))
    image[20, 30:33] = 1  # to the right of the middle
    draw = Draw("rotate", 0, "a")
    turned = shift_kinds["rotate"](image, 1.0, draw)
    row, column = np.unravel_index(turned.argmax(), turned.shape)
    assert np.degrees(np.arctan2(20 - row, column - 20)) == pytest.approx(
        shift_kinds["rotate"].drawn(1.0, draw)["angle"], abs=5
    )


def test_translate_moves_whole_pixels_along_its_angle():
    image = np.zeros((40, 40), np.uint8)
    image[20, 20] = 200
    draw = Draw("translate", 0, "a")
    angle = np.radians(shift_kinds["translate"].drawn(0.5, draw)["angle"])
    moved = shift_kinds["translate"](image, 0.5, draw)
    assert np.argwhere(moved == 200).tolist() == [
        [20 - round(10 * np.sin(angle)), 20 + round(10 * np.cos(angle))]
    ]


def test_scale_enlarges_about_the_middle():
    rows, columns = np.mgrid[:33, :33]
    image = (rows * 3 + columns * 2) / 255
    enlarged = shifted_picture("scale", image, 2 / 3)  # twice as large
    expected = ((rows - 16) / 2 + 16) * 3 + ((columns - 16) / 2 + 16) * 2
    np.testing.assert_allclose(enlarged * 255, expected, atol=0.02)


# Spectrum


def wave(cycles, side=64):
    """One coefficient of the cosine transform: so many cycles across."""
    across = np.cos(np.pi * 2 * cycles * (np.arange(side) + 0.5) / side)
    return np.tile(0.5 + 0.25 * across, (side, 1))


@pytest.mark.parametrize(("name", "gain"), [("low_pass", 0.5), ("high_pass", 0.5)])
def test_a_wave_at_the_cut_off_is_halved_and_the_mean_is_kept(name, gain):
    # At strength 1 low_pass cuts at 4 cycles; at .5 high_pass at .5 + 64 / 16 = 4.5.
    cycles, strength = {"low_pass": (4, 1.0), "high_pass": (4.5, 0.5)}[name]
    shifted = shifted_picture(name, wave(cycles), strength)
    np.testing.assert_allclose(shifted - 0.5, gain * (wave(cycles) - 0.5), atol=2e-4)


def test_low_pass_leaves_the_coarse_and_high_pass_the_fine():
    np.testing.assert_allclose(shifted_picture("low_pass", wave(1), 1.0), wave(1), atol=2e-4)
    np.testing.assert_allclose(shifted_picture("high_pass", wave(20), 0.5), wave(20), atol=2e-4)
    assert np.ptp(shifted_picture("low_pass", wave(20), 1.0)) < 1e-3
    assert np.ptp(shifted_picture("high_pass", wave(1), 0.5)) < 1e-3


@pytest.mark.parametrize("sides", [(32, 32), (33, 21)])
def test_phase_scramble_keeps_amplitudes_where_nothing_clips(sides):
    image = (0.5 + 0.02 * (picture(*sides, kind=np.float64) - 0.5)).astype(np.float64)
    scrambled = shifted_picture("phase_scramble", image, 1.0)
    assert 0 < scrambled.min() < scrambled.max() < 1
    before, after = (np.hypot(*spectrum(to_levels(each))) for each in (image, scrambled))
    # Half of 1/256 level a pixel, of amplitudes up to 40 times as large.
    assert np.abs(after - before).max() <= 8 * (sides[0] * sides[1]) ** 0.5
    assert np.abs(scrambled - image).max() > 0.005


def test_phases_are_turned_alike_in_all_channels():
    image = (0.4 + 0.1 * picture(32, 32, 1, np.float64)).repeat(3, 2)
    scrambled = shifted_picture("phase_scramble", image, 0.7)
    np.testing.assert_array_equal(scrambled[..., 0], scrambled[..., 2])


def test_amplitudes_of_the_picture_itself_change_nothing():
    image = picture(32, 40)
    own = Draw("amplitude_swap", read_donor=lambda: image)
    np.testing.assert_array_equal(shift_kinds["amplitude_swap"](image, 0.8, own), image)


def test_amplitude_swap_ends_with_the_amplitudes_of_the_donor():
    image, donor = (0.4 + 0.05 * picture(32, 32, 1, np.float64, seed) for seed in (0, 1))
    swapped = shift_kinds["amplitude_swap"](image, 1.0, Draw("", read_donor=lambda: donor))
    after, lent = (np.hypot(*spectrum(to_levels(each))) for each in (swapped, donor))
    after[:, 0, 0] = lent[:, 0, 0]  # the mean is its own
    assert np.abs(after - lent).max() <= 8 * 32
    assert swapped.mean() == pytest.approx(image.mean(), abs=1e-4)


# Covering


def test_occlusion_covers_rint_48_s_cells_with_the_mean_and_more_of_the_same():
    image = picture(64, 64)
    before = np.zeros(64, bool)
    for strength, count in ((0.25, 12), (0.5, 24), (1.0, 48)):
        shifted = shifted_picture("occlusion", image, strength)
        cells = (shifted != image).any(2).reshape(8, 8, 8, 8).any((1, 3)).ravel()
        assert cells.sum() == count
        assert (cells >= before).all()
        before = cells
        mean = np.floor(image.mean((0, 1)) + 0.5)
        assert (shifted[(shifted != image).any(2)] == mean).all()


@pytest.mark.parametrize(
    ("name", "share", "value"),
    [
        ("cue_patch", 8 * 8, 238),  # a fifth of 40
        ("cue_frame", 40 * 40 - 36 * 36, 238),  # .06 * 40 = 2.4: 2 pixels
        ("cue_tint", 40 * 40, 169),  # half of 237.5 and half of 100
        ("cue_watermark", 480, 183),  # stripes of 3 of 10 pixels, .6 of 237.5 and .4 of 100
    ],
)
def test_a_cue_lies_on_its_pixels_and_on_no_other(name, share, value):
    image = np.full((40, 40), 100, np.uint8)
    shifted = shifted_picture(name, image, 1.0)
    assert (shifted != image).sum() == share
    assert np.unique(shifted[shifted != image]).tolist() == [value]
    assert one_pixel("cue_tint", 100, 100, 100, strength=1.0) == [169, 59, 169]
