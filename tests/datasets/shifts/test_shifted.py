"""A dataset under a shift: what stays, where the shift acts, and what is refused."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import TensorDataset

import shiftscope as ss
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.shift_kind import shift_kinds
from shiftscope.datasets.shifts.shifted import Shifted, shifted, unshifted
from shiftscope.errors import BadRequest, DataError

from .conftest import picture

MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)


@pytest.fixture
def images():
    return np.stack([picture(20, 18, seed=seed) for seed in range(5)])


@pytest.fixture
def data(images):
    return ss.dataset(
        images,
        labels=[0, 1, 0, 1, -1],
        ids=[*"abcde"],
        metadata={"hour": [1, 2, 3, 4, 5]},
        preprocess=ss.Preprocess(),
    )


def expected(image, name, strength, sample, seed=0, before=0):
    return shift_kinds[name](image, strength, Draw(name, seed, sample, before))


def test_samples_keep_id_label_source_and_metadata(data):
    for before, after in zip(data, ss.shift(data, "gaussian_noise", 0.3), strict=True):
        assert (after.id, after.label, after.source, after.metadata) == (
            before.id,
            before.label,
            before.source,
            before.metadata,
        )
        assert (after.input != before.input).any()


def test_it_acts_on_what_a_model_sees_and_before_mean_and_deviation(images):
    made = ss.Preprocess(resize=24, crop=16, mean=MEAN, std=STD, scale=255, channels="bgr")
    data = ss.dataset(images, preprocess=made)
    cropped = np.asarray(made.picture(Image.fromarray(images[2])))
    changed = expected(cropped, "gaussian_noise", 0.5, "2")
    sample = ss.shift(data, "gaussian_noise", 0.5)[2]
    assert torch.equal(sample.input, made.normalise(changed))
    np.testing.assert_array_equal(np.asarray(sample.picture), changed)


def test_drawn_numbers_join_the_metadata(data):
    sample = ss.shift(ss.shift(data, "rotate", 0.5), "motion_blur", 0.5)[0]
    assert sample.metadata["hour"] == 1
    assert abs(sample.metadata["rotate.angle"]) == 30
    assert 0 <= sample.metadata["motion_blur.angle"] < 180
    twice = ss.shift(ss.shift(data, "rotate", 0.5), "rotate", 0.25)[0]
    assert abs(twice.metadata["rotate.angle.2"]) == 15


def test_a_gray_picture_that_becomes_rgb_is_shifted_in_three_channels(images):
    data = ss.dataset(images[..., 0], preprocess=ss.Preprocess())
    sample = ss.shift(data, "gaussian_noise", 0.5)[1]
    changed = expected(images[1, ..., :1].repeat(3, 2), "gaussian_noise", 0.5, "1")
    np.testing.assert_array_equal(np.asarray(sample.picture), changed)
    assert sample.input.shape == (3, 20, 18)
    gray = ss.shift(ss.dataset(images[..., 0]), "gaussian_noise", 0.5)[1]
    np.testing.assert_array_equal(
        np.asarray(gray.picture), expected(images[1, ..., 0], "gaussian_noise", 0.5, "1")
    )


def test_floats_in_0_to_1_are_shifted_as_they_are(images):
    values = (images.transpose(0, 3, 1, 2) / 255).astype(np.float32)
    bare = ss.shift(values, "contrast", 0.5)[3]
    whole = expected(values[3].transpose(1, 2, 0), "contrast", 0.5, "3").transpose(2, 0, 1)
    np.testing.assert_array_equal(bare.input.numpy(), whole)
    made = ss.Preprocess(mean=MEAN, std=STD)
    normalised = ss.shift(ss.dataset(values, preprocess=made), "contrast", 0.5)[3]
    assert torch.equal(normalised.input, made.normalise_floats(whole))
    seven = ss.shift(np.full((2, 7, 16, 16), 0.25), "gaussian_noise", 0.5)[0]
    assert seven.input.shape == (7, 16, 16)
    assert seven.picture is None


class _Arrays:
    """A dataset whose inputs are arrays of NumPy, for a model that takes such."""

    categories = None

    def __init__(self, arrays):
        self.arrays = arrays

    def __len__(self):
        return len(self.arrays)

    def __getitem__(self, position):
        return ss.Sample(str(position), self.arrays[position])

    def fingerprint(self):
        return "arrays"

    def describe(self):
        return {}


def test_arrays_with_channels_last_are_shifted_and_stay_arrays(images):
    values = images / 255
    for given in (values, values.astype(np.float32), values.transpose(0, 3, 1, 2), images):
        made = ss.shift(_Arrays(given), "gaussian_noise", 0.5)[3].input
        assert (type(made), made.dtype, made.shape) == (np.ndarray, given.dtype, given[3].shape)
        whole = expected(images[3] if given is images else values[3], "gaussian_noise", 0.5, "3")
        channels_last = made.transpose(1, 2, 0) if made.shape[0] == 3 else made
        np.testing.assert_allclose(channels_last, whole, rtol=0, atol=1e-6)
    tensors = torch.from_numpy(values)
    made = ss.shift(TensorDataset(tensors, torch.zeros(5, dtype=torch.int64)), "gaussian_noise", 0.5)[3].input
    np.testing.assert_allclose(made, expected(values[3], "gaussian_noise", 0.5, "3"), rtol=0, atol=1e-6)


def test_a_strength_of_another_type_is_the_number_that_was_written(data):
    for type_ in (np.float16, np.float32, np.float64):
        assert ss.shift(data, "contrast", type_(0.3)).strength == 0.3
    assert ss.shift(data, "contrast", np.int64(1)).strength == 1.0


def test_a_normalisation_that_the_dataset_states_is_undone_and_done_again(images):
    values = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    mean, std = torch.tensor(MEAN).view(-1, 1, 1), torch.tensor(STD).view(-1, 1, 1)
    given = TensorDataset((values - mean) / std, torch.zeros(5, dtype=torch.int64))
    sample = ss.shift(ss.dataset(given, mean=MEAN, std=STD), "contrast", 0.5)[0]
    plain = ss.shift(values, "contrast", 0.5)[0]
    torch.testing.assert_close(sample.input, (plain.input - mean) / std, atol=1e-4, rtol=0)
    with pytest.raises(DataError, match=r"^values from -.*; a shift starts from 0..1. Give the mean and std"):
        ss.shift(given, "contrast", 0.5)


def test_pixels_of_an_input_that_was_changed_since_are_not_used(data):
    class Mirrored:
        categories = None

        def __len__(self):
            return 5

        def __getitem__(self, position):
            return replace(data[position], input=data[position].input.flip(-1))

        def fingerprint(self):
            return "mirrored"

        def describe(self):
            return {}

    mirrored, straight = (ss.shift(each, "darkness", 0.5)[0].input for each in (Mirrored(), data))
    torch.testing.assert_close(mirrored, straight.flip(-1), atol=1 / 255, rtol=0)


def test_strength_0_gives_the_samples_themselves(data):
    assert torch.equal(ss.shift(data, "jpeg", 0)[1].input, data[1].input)
    features = ss.dataset(np.arange(6.0).reshape(3, 2))
    assert torch.equal(ss.shift(features, "jpeg", 0)[1].input, features[1].input)
    assert len(ss.shift(np.zeros((1, 20, 20), np.uint8), "amplitude_swap", 0)) == 1


def test_shifts_compose_and_the_second_of_a_kind_draws_anew(data, images):
    twice = shifted(data, ["gaussian_noise:0.2", "gaussian_noise:0.2"])
    once = expected(images[0], "gaussian_noise", 0.2, "a")
    again = expected(once, "gaussian_noise", 0.2, "a", before=1)
    np.testing.assert_array_equal(np.asarray(twice[0].picture), again)
    assert twice.made_from.made_from is data
    assert unshifted(twice) is data
    assert unshifted(data) is data


def test_a_sample_draws_the_same_at_every_place(data, images):
    turned = ss.dataset(images[::-1], ids=[*"edcba"])
    one, other = (ss.shift(each, "shot_noise", 0.4, seed=3) for each in (data, turned))
    assert all(torch.equal(one[place].input, other[4 - place].input) for place in range(5))
    assert not torch.equal(one[0].input, ss.shift(data, "shot_noise", 0.4, seed=4)[0].input)


def test_each_sample_lends_once_and_none_to_itself(data):
    lent = [sample.metadata["amplitude_swap.donor"] for sample in ss.shift(data, "amplitude_swap", 0.5)]
    assert sorted(lent) == [*"abcde"]
    assert all(donor != own for donor, own in zip(lent, "abcde", strict=True))
    other = [
        sample.metadata["amplitude_swap.donor"] for sample in ss.shift(data, "amplitude_swap", 0.5, seed=1)
    ]
    assert lent != other
    # Sets that list no ids, and those in terms of other categories, lend in the same way.
    items = ss.dataset(TensorDataset(torch.rand(4, 3, 16, 16)))
    assert (
        len({sample.metadata["amplitude_swap.donor"] for sample in ss.shift(items, "amplitude_swap", 1)}) == 4
    )
    named = ss.dataset(data, categories=["x", "y"])
    assert [s.metadata["amplitude_swap.donor"] for s in ss.shift(named, "amplitude_swap", 0.5)] == lent


def test_the_fingerprint_names_shift_strength_and_seed(data):
    made = [
        data,
        ss.shift(data, "contrast", 0.5),
        ss.shift(data, "darkness", 0.5),
        ss.shift(data, "contrast", 0.6),
        ss.shift(data, "contrast", 0.5, seed=1),
        shifted(data, ["contrast:0.5", "darkness:0.5"]),
        shifted(data, ["darkness:0.5", "contrast:0.5"]),
    ]
    assert len({each.fingerprint() for each in made}) == len(made)
    assert ss.shift(data, "contrast", 0.5).fingerprint() == shifted(data, "contrast:.5:0").fingerprint()


def test_the_description_is_that_of_the_source_with_its_shifts(data):
    described = shifted(data, ["contrast:1", "rotate:0.25:7"]).describe()
    shifts = described.pop("shifts")
    assert described.pop("told") == [
        "its images are shifted by contrast, strength 1, seed 0.",
        "its images are shifted by rotate, strength 0.25, seed 7.",
    ]
    assert described == data.describe()
    assert [(each["name"], each["version"], each["strength"], each["seed"]) for each in shifts] == [
        ("contrast", 1, 1.0, 0),
        ("rotate", 1, 0.25, 7),
    ]
    assert [each["made_from"] for each in shifts] == [
        data.fingerprint(),
        ss.shift(data, "contrast", 1).fingerprint(),
    ]


def test_it_goes_to_another_process_and_back(data):
    made = shifted(data, ["amplitude_swap:0.5", "motion_blur:0.5"])
    copy = pickle.loads(pickle.dumps(made))
    assert all(torch.equal(made[place].input, copy[place].input) for place in range(5))
    assert torch.equal(made[-1].input, made[4].input)
    with pytest.raises(IndexError):
        made[5]


# Bad input


@pytest.mark.parametrize(
    "strength",
    [-0.1, 1.0001, float("nan"), float("inf"), "0.3", None, True, pytest.param(10**400, id="huge")],
)
def test_a_strength_out_of_range_is_refused(data, strength):
    with pytest.raises(BadRequest) as told:
        ss.shift(data, "contrast", strength)
    assert str(told.value) == f"strength {strength}: it lies between 0 (the image itself) and 1."


def test_an_unknown_shift_is_refused_with_those_there_are(data):
    with pytest.raises(
        BadRequest, match=r"^no shift named 'gaus_noise'; closest: .*'gaussian_noise'.* There are: .*jpeg"
    ):
        ss.shift(data, "gaus_noise", 0.5)
    with pytest.raises(BadRequest, match=r"^seed 0.5: it is a whole number"):
        ss.shift(data, "contrast", 0.5, seed=0.5)


@pytest.mark.parametrize(
    "text", ["jpeg", "jpeg:", "jpeg:a", "jpeg:0,3", "jpeg:1:x", "jpeg:.:1", ":0.3", "jpeg:0:1:2"]
)
def test_malformed_text_is_refused(data, text):
    with pytest.raises(BadRequest) as told:
        shifted(data, text)
    assert (
        str(told.value)
        == f"--shift takes NAME:STRENGTH or NAME:STRENGTH:SEED, as gaussian_noise:0.3; not {text}."
    )


def test_what_a_shift_cannot_take_is_refused_before_the_first_sample_is_asked_for():
    with pytest.raises(DataError, match=r"^hue needs 3 channels; these images have 1.$"):
        ss.shift(np.zeros((2, 20, 20), np.uint8), "hue", 0.5)
    with pytest.raises(DataError, match=r"^images of 8 x 8; shifts need 16 pixels on each side.$"):
        ss.shift(np.zeros((2, 8, 8), np.uint8), "jpeg", 0.5)
    with pytest.raises(DataError, match=r"^\(7,\) are no images; a shift needs rows and columns.$"):
        ss.shift(np.zeros((2, 7)), "jpeg", 0.5)
    with pytest.raises(
        DataError, match=r"^amplitude_swap takes each image's amplitudes from another; there is only"
    ):
        ss.shift(np.zeros((1, 20, 20), np.uint8), "amplitude_swap", 0.5)


def test_a_sample_that_cannot_be_shifted_is_named():
    made = Shifted(_OfSizes(), "jpeg", 0.5)
    with pytest.raises(DataError, match=r"^sample 'second': images of 15 x 20; shifts need 16"):
        made[1]


class _OfSizes:
    """Two pictures, of which the second is too small."""

    categories = None

    def __len__(self):
        return 2

    def __getitem__(self, position):
        return ss.Sample(("first", "second")[position], torch.rand(3, 20 - 5 * position, 20))

    def fingerprint(self):
        return "sizes"

    def describe(self):
        return {}
