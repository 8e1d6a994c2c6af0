"""A run of images read at once is what item by item would give, in whole files and in damaged ones."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shiftscope.errors import ShiftscopeError
from shiftscope.interop.deephys.cbor_reader import CborReader
from shiftscope.interop.deephys.dataset_file import read_dataset_file
from shiftscope.interop.deephys.image_layout import ImageLayout
from shiftscope.interop.deephys.model_file import read_model_file

from .conftest import REAL, VERSIONS, image

FILES = [(REAL / model, REAL / test) for model, tests in VERSIONS.values() for test in tests]


def outcome(model, test, every=2**12):
    """What is told of every image, and of the one that is refused."""
    told = []
    try:
        for block in read_dataset_file(test, read_model_file(model)).blocks(every):
            told += [
                (
                    one.index,
                    one.offset,
                    one.label,
                    one.category,
                    one.pixels.shape,
                    one.pixels.tobytes(),
                    one.features,
                    {layer: (each.dtype, each.tobytes()) for layer, each in one.responses.items()},
                )
                for one in block.images()
            ]
    except ShiftscopeError as error:
        told.append(str(error))
    return told


def item_by_item(monkeypatch, model, test):
    with monkeypatch.context() as patch:
        patch.setattr(ImageLayout, "read", lambda *given: None)
        return outcome(model, test)


@pytest.fixture(scope="module")
def spare(tmp_path_factory):
    return tmp_path_factory.mktemp("layout")


@pytest.mark.parametrize(("model", "test"), FILES)
@pytest.mark.parametrize("at_once", [100, 1000, 2**20])
def test_blocks_hold_the_images_of_the_file(model, test, at_once, monkeypatch):
    monkeypatch.setattr("shiftscope.interop.deephys.image_layout.AT_ONCE", at_once)
    assert outcome(model, test) == item_by_item(monkeypatch, model, test)


@pytest.mark.parametrize(("model", "test"), FILES)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(data=st.data())
def test_a_damaged_file_is_told_of_in_the_same_words(spare, monkeypatch, model, test, data):
    content = bytearray(test.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    else:
        put, cut = data.draw(st.binary(max_size=4)), data.draw(st.integers(0, 4))
        content[place : place + cut] = put
    (spare / "x.test").write_bytes(content)
    assert outcome(model, spare / "x.test") == item_by_item(monkeypatch, model, spare / "x.test")


def test_most_images_are_read_in_runs_that_end_where_a_shard_does(written):
    files = written(images=[image(i) for i in range(100)])
    blocks = list(read_dataset_file(files.test, read_model_file(files.model)).blocks(every=30))
    assert [len(block) for block in blocks] == [1, 1, 2, 4, 8, 14, 16, 14, 30, 10]
    assert [block.first for block in blocks] == [0, 1, 2, 4, 8, 16, 30, 46, 60, 90]


def test_features_shapes_and_long_names_among_others(written, monkeypatch):
    odd = {
        5: {"features": {"hour": 7, "boxes": [[1, 2], [3, 4]]}},
        11: {"data": [[b"abcd"] * 5] * 3},
        12: {"data": [[b"abcd"] * 5] * 3, "features": {}},
        17: {"categoryID": -1, "category": "c" * 300},
        18: {"categoryID": -1, "category": "c" * 30},
        25: {"categoryID": 2, "category": "c", "features": {"light": "dämmrig"}},
    }
    files = written(images=[image(i, **odd.get(i, {})) for i in range(40)])
    told = outcome(files.model, files.test)
    assert told == item_by_item(monkeypatch, files.model, files.test)
    assert len(told) == 40
    assert told[5][6] == {"hour": 7, "boxes": [[1, 2], [3, 4]]}
    assert [told[i][4] for i in (10, 11, 13)] == [(2, 3, 3), (5, 4, 3), (2, 3, 3)]
    assert told[17][2:4] == (-1, "c" * 300)


def test_the_features_of_a_block_have_an_end(written, monkeypatch):
    monkeypatch.setattr("shiftscope.interop.deephys.image_layout.LONGEST_TEXT", 50)
    files = written(images=[image(i, features={"note": "n" * 20}) for i in range(60)])
    blocks = list(read_dataset_file(files.test, read_model_file(files.model)).blocks())
    assert max(map(len, blocks)) == 2
    assert sum(map(len, blocks)) == 60


def test_layers_without_units_and_grey_pictures(written, monkeypatch):
    layers = [{"layerID": "none", "neurons": []}, {"layerID": "out", "neurons": [{}] * 3}]
    shown = [image(i, hidden=(), data=[[b"ab"] * 2]) for i in range(9)]
    files = written(model={"layers": layers}, images=shown)
    told = outcome(files.model, files.test)
    assert told == item_by_item(monkeypatch, files.model, files.test)
    assert told[8][4] == (2, 2, 1)


def test_images_of_changing_shapes_are_not_read_ahead_in_vain(written, monkeypatch):
    shown = [image(i, data=[[b"abcd"] * (2 + i % 2)] * 3) for i in range(400)]
    files = written(images=shown)
    ahead = []

    def counted(reader, count):
        ahead.append(count)
        return peek(reader, count)

    peek = CborReader.peek
    monkeypatch.setattr(CborReader, "peek", counted)
    assert len(list(read_dataset_file(files.test, read_model_file(files.model)).images())) == 400
    assert max(ahead) < 3000
