"""What holds for each shift: its bytes, its range, and that it grows with the strength."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.shift_kind import FEWEST, shift_kinds
from shiftscope.errors import DataError

from .conftest import SIZES, picture, shifted_picture

DIGESTS = Path(__file__).parent / "digests.json"
MOVED = ("rotate", "scale", "translate", "pixelate")  # single pictures may come nearer again


def taken(kind):
    """Numbers of channels that a shift takes."""
    return [
        count
        for count in (1, 3, 7)
        if count >= FEWEST[kind.channels] and (kind.channels != "3" or count == 3)
    ]


def distance(shifted, image):
    """Root mean square difference in levels."""
    return np.sqrt(np.mean((shifted.astype(float) - image) ** 2))


def test_there_are_29():
    assert len(shift_kinds) == 29


def test_strength_0_is_the_very_object(kind):
    given = object()
    assert kind(given, 0, Draw(kind.name)) is given


@pytest.mark.parametrize("type_", [np.uint8, np.float32, np.float64])
def test_shape_and_type_stay_and_the_input_is_not_written_to(kind, type_):
    for channels in taken(kind):
        image = picture(17, 20, channels, type_)
        image.flags.writeable = False
        shifted = shifted_picture(kind.name, image, 0.7)
        assert (shifted.shape, shifted.dtype) == (image.shape, image.dtype)
        assert shifted.min() >= 0
        assert shifted.max() <= (255 if type_ is np.uint8 else 1)
    if kind.channels == "any":
        gray = picture(17, 20, 1, type_)[..., 0]
        np.testing.assert_array_equal(
            shifted_picture(kind.name, gray, 0.7), shifted_picture(kind.name, gray[..., None], 0.7)[..., 0]
        )


def test_the_bytes_are_those_that_were_promised(kind):
    """A change of a single byte raises the version of the shift and changes its line in the list."""
    digest = hashlib.sha256()
    for type_ in (np.uint8, np.float32):
        for channels in taken(kind):
            for rows, columns in SIZES:
                digest.update(
                    shifted_picture(kind.name, picture(rows, columns, channels, type_), 0.45).tobytes()
                )
    digest.update(shifted_picture(kind.name, picture(224, 224), 0.8).tobytes())
    assert json.loads(DIGESTS.read_text())[kind.name] == [kind.version, digest.hexdigest()]


def test_distance_from_the_picture_rises_with_the_strength(kind):
    for channels in taken(kind):
        samples = [picture(32, 36, channels, seed=seed) for seed in range(4)]
        distances = np.array(
            [
                [
                    distance(shifted_picture(kind.name, image, s, str(i)), image)
                    for s in (0.2, 0.4, 0.6, 0.8, 1.0)
                ]
                for i, image in enumerate(samples)
            ]
        )
        rises = np.diff(distances if kind.name not in MOVED else distances.mean(axis=0))
        assert (rises > (0 if kind.name not in MOVED else -3)).all()
        assert distances.mean(axis=0)[-1] > 8


def scene(side):
    """Waves with as many periods at every size, in 0..1."""
    at = (np.arange(side) + 0.5) / side
    y, x, c = at[:, None, None], at[:, None], np.arange(3)
    first, second = 2 * x + y + c / 3, x - 3 * y + 0.3
    return 0.5 + 0.25 * np.sin(2 * np.pi * first) + 0.2 * np.sin(2 * np.pi * second)


def distances_at(name, strength, sides=(64, 128)):
    return [distance(255 * shifted_picture(name, scene(n), strength), 255 * scene(n)) for n in sides]


@pytest.mark.parametrize(
    ("names", "strength", "within"),
    [
        ("brightness contrast darkness negative posterise", 0.6, 0.002),
        ("channel_permutation greyscale hue saturation", 0.6, 0.002),
        ("cue_frame cue_patch cue_tint cue_watermark occlusion", 0.6, 0.02),
        ("rotate scale translate", 0.6, 0.04),  # by whole pixels and between them
        ("gaussian_blur defocus_blur motion_blur", 0.6, 0.08),  # kernels of a few pixels
        ("low_pass", 1.0, 0.02),  # below it the cut-off depends on the size
    ],
)
def test_lengths_are_shares_of_the_size(names, strength, within):
    for name in names.split():
        small, large = distances_at(name, strength)
        assert large == pytest.approx(small, rel=within), name


def test_noise_grows_with_the_root_of_the_size():
    for name in ("gaussian_noise", "shot_noise"):
        small, large = distances_at(name, 0.3)
        assert large / small == pytest.approx(2**0.5, rel=0.03), name
    # The share of replaced values grows so, and the distance with its root.
    small, large = distances_at("impulse_noise", 0.6)
    assert large / small == pytest.approx(2**0.25, rel=0.05)


def test_bytes_and_the_same_values_as_floats_come_out_alike(kind):
    image = picture(32, 36)
    of_bytes = shifted_picture(kind.name, image, 0.6)
    lent = picture(32, 36, seed=9) / 255
    of_floats = kind(image / 255, 0.6, Draw(kind.name, 0, "a", read_donor=lambda: lent))
    assert np.abs(of_floats * 255 - of_bytes).max() <= 0.5


def test_what_is_drawn_depends_on_sample_and_seed_and_nothing_else_does(kind):
    image = picture(32, 36)
    one = shifted_picture(kind.name, image, 0.6)
    others = [shifted_picture(kind.name, image, 0.6, sample=str(sample)) for sample in range(6)]
    others += [shifted_picture(kind.name, image, 0.6, seed=seed) for seed in range(1, 7)]
    differs = kind.draws and not kind.needs_donor
    assert any((one != other).any() for other in others[:6]) == differs
    assert any((one != other).any() for other in others[6:]) == differs
    np.testing.assert_array_equal(one, shifted_picture(kind.name, image, 0.6))


def test_too_few_channels_are_refused(kind):
    refused = {"at least 2": (1,), "3": (1, 2, 4)}.get(kind.channels, ())
    for channels in refused:
        message = f"{kind.name} needs {kind.channels} channels; these images have {channels}."
        with pytest.raises(DataError) as told:
            shifted_picture(kind.name, picture(16, 16, channels), 0.5)
        assert str(told.value) == message


def test_every_shift_explains_itself(kind):
    assert kind.help.endswith(".")
    assert kind.at_one(32)
    assert len(kind.at_one(224)) < 60
    assert kind.version >= 1


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((15, 20, 3), np.uint8), "images of 15 x 20; shifts need 16 pixels on each side."),
        (np.zeros(20, np.uint8), r"\(20,\) are no images; a shift needs rows and columns."),
        (np.zeros((20, 20), np.int64), r"\(20, 20\) are no images; a shift needs rows and columns."),
        (
            np.full((16, 16, 3), 1.5),
            "values from 1.5 to 1.5; a shift starts from 0..1. Give the mean and std",
        ),
        (np.full((16, 16, 3), np.nan), "values from nan to nan; a shift starts from 0..1"),
    ],
)
def test_what_is_no_picture_is_refused(image, message):
    with pytest.raises(DataError, match=message):
        shift_kinds["contrast"](image, 0.5, Draw("contrast"))
