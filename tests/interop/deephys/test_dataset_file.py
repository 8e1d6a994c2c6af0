"""`.test` files of every version, image by image, and what is refused in them."""

import cbor2
import numpy as np
import pytest

from shiftscope.errors import DataError, FileDamaged
from shiftscope.interop.deephys.dataset_file import read_dataset_file
from shiftscope.interop.deephys.model_file import read_model_file

from .conftest import REAL, VERSIONS, decoded, image

FILES = [(model, test) for model, tests in VERSIONS.values() for test in tests]


@pytest.mark.parametrize(("model", "test"), FILES)
def test_every_version_is_read_bit_for_bit(model, test):
    raw = decoded(REAL / model, REAL / test)
    dataset = read_dataset_file(REAL / test, read_model_file(REAL / model))
    images = list(dataset.images())
    assert dataset.count == len(images) == len(raw.labels)
    for i, shown in enumerate(images):
        assert (shown.index, shown.label, shown.category) == (i, raw.labels[i], raw.categories[i])
        np.testing.assert_array_equal(shown.pixels, raw.pixels[i].transpose(1, 2, 0))
        assert shown.features == raw.features[i]
        assert (REAL / test).read_bytes()[shown.offset] == (
            0xA5 if dataset.model.name == "oldest_net" else 0xA6
        )
        for layer, responses in raw.layers.items():
            assert shown.responses[layer].dtype == responses.dtype
            assert shown.responses[layer].tobytes() == responses[i].tobytes()


def test_images_may_have_different_shapes_and_long_lengths(written):
    odd = image(1, data=[[b"abcd"] * 5] * 3)
    files = written(images=[image(0), odd, image(2)])
    content = files.test.read_bytes()
    # Row lengths of the last image in two bytes each, as another writer may have them.
    at = content.rindex(b"\x83\x82\x43")
    rows = content[at : at + 28].replace(b"\x43", b"\x58\x03")
    files.test.write_bytes(content[:at] + rows + content[at + 28 :])
    shown = list(read_dataset_file(files.test, read_model_file(files.model)).images())
    assert [one.pixels.shape for one in shown] == [(2, 3, 3), (5, 4, 3), (2, 3, 3)]
    np.testing.assert_array_equal(shown[2].pixels[1, :, 2], [2, 2, 1])


def test_features_of_any_plain_kind_are_kept(written):
    features = {
        "hour": 7,
        "light": 0.5,
        "night": False,
        "boxes": [[1, 2], [3, 4]],
        "none": None,
        "naïve": "é",
    }
    files = written(images=[image(0, features=features)])
    [shown] = read_dataset_file(files.test, read_model_file(files.model)).images()
    assert shown.features == features


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"dtype": "float16"}, "found the dtype 'float16', expected float32 or float64"),
        ({"colour": 1}, "found the key 'colour', expected the keys of a Deephys dataset"),
        ({"classes": ["a"] * 4}, "found 4 classes, expected no more than the 3 neurons of 'out'"),
        ({"classes": [1]}, "found the number 1, expected the name of class 0"),
    ],
)
def test_what_is_no_dataset_is_refused_with_its_byte(written, entries, says):
    files = written(**entries)
    with pytest.raises(FileDamaged, match=rf"byte \d+: {says}"):
        read_dataset_file(files.test, read_model_file(files.model))


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"imageID": 5}, "found the number 5, expected the imageID 0, since they count from 0"),
        ({"categoryID": 3}, "found the categoryID 3, expected one from 0 to 2, or -1 for none"),
        ({"categoryID": -2}, "found the categoryID -2"),
        ({"category": "b"}, "found image 0 with categoryID 0 and category 'b', expected 'a'"),
        ({"data": [[b"a"]] * 4}, "found 4 channels, expected 3 in image 0, or 1"),
        ({"data": [[]] * 3}, "found 0 rows, expected 1 to 65536 in channel 0 of image 0"),
        ({"data": [[b""]] * 3}, "found 0 raw bytes, expected 1 to 65536 in a row of channel 0"),
        ({"data": [[b"ab", b"a"]] * 3}, "found 1 raw bytes, expected 2 in row 1 of channel 0"),
        (
            {"data": [[b"a"], [b"ab"], [b"a"]]},
            "found channels of 1 x 1, 1 x 2, 1 x 1 pixels, expected one size",
        ),
        ({"data": b"abc"}, "found 3 raw bytes, expected the channels of image 0"),
        ({"features": [1]}, r"found \[1\], expected the features of image 0, a map or null"),
        ({"features": {"a": b"raw"}}, "found 3 raw bytes, expected the features of image 0"),
        (
            {"activations": {"activations": [b"12345678"]}},
            "found a list of 1, expected the activations of image 0, 2",
        ),
        (
            {"activations": {"activations": [b"1234", b""]}},
            "found 4 raw bytes, expected 8, 2 float32 responses of",
        ),
        (
            {"activations": {"layers": []}},
            "found the key 'layers', expected the keys of the activations of image 0",
        ),
        ({"weights": 1}, "found the key 'weights', expected the keys of image 0"),
    ],
)
def test_a_wrong_image_is_refused_with_its_byte(written, entries, says):
    files = written(images=[image(0, **entries)] + [image(i) for i in range(1, 4)])
    dataset = read_dataset_file(files.test, read_model_file(files.model))
    with pytest.raises(FileDamaged, match=rf"set.test, byte \d+: {says}"):
        list(dataset.images())


def test_more_images_than_the_file_can_hold_are_refused_before_the_first(written):
    files = written()
    content = files.test.read_bytes()
    at = content.index(b"\x66images") + 7
    for count in (b"\x9a\xff\xff\xff\xff", b"\x98\xff"):
        files.test.write_bytes(content[:at] + count + content[at + 1 :])
        number = int.from_bytes(count[1:], "big")
        with pytest.raises(
            FileDamaged, match=f"byte {at}: found .*{number}.* with {len(content) - at - 1} bytes left"
        ):
            read_dataset_file(files.test, read_model_file(files.model))


def test_images_stand_last_and_nothing_follows(written):
    files = written()
    content = cbor2.loads(files.test.read_bytes())
    images = content.pop("images")
    files.test.write_bytes(cbor2.dumps({"images": images} | content))
    with pytest.raises(FileDamaged, match=r"byte 1: found the key 'images', expected .* and 'images' last"):
        read_dataset_file(files.test, read_model_file(files.model))
    files.test.write_bytes(cbor2.dumps(content | {"images": images}) + b"\x00")
    dataset = read_dataset_file(files.test, read_model_file(files.model))
    with pytest.raises(FileDamaged, match="found 1 more bytes, expected the end of the file"):
        list(dataset.images())


def test_a_dataset_without_images_is_refused(written):
    files = written(images=[])
    with pytest.raises(DataError, match="found 0 images"):
        read_dataset_file(files.test, read_model_file(files.model))
