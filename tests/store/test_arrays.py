import json

import numpy as np
import pytest
import zarr

from shiftscope.errors import StudyDamaged
from shiftscope.store.arrays import StoredArray, create_array, write_arrays


@pytest.fixture(params=[(10, 7), (4, 7), (3, 2), (10, 3)])
def stored(request, tmp_path):
    """The same numbers in chunks that fit, that leave a rest, and that cut both axes."""
    values = np.arange(70, dtype=np.float16).reshape(10, 7)
    group = zarr.open_group(tmp_path / "g.zarr", mode="w")
    create_array(group, "a", values.shape, request.param, "float16", ("sample", "unit"))[...] = values
    return tmp_path / "g.zarr" / "a", values


def test_raw_reads_equal_the_zarr_interface(stored):
    path, values = stored
    array = StoredArray(path)
    assert array.plain
    np.testing.assert_array_equal(array.all(), values)
    np.testing.assert_array_equal(array.all(), zarr.open_array(path)[...])
    for index in range(10):
        np.testing.assert_array_equal(array.row(index), values[index])
    for places in ([], [4], [9, 0, 3, 3, 5], range(10)):
        np.testing.assert_array_equal(array.rows_at(places), values[np.array(places, int)])
    for start, stop in [(0, 10), (3, 5), (9, 10), (2, 9), (4, 4)]:
        np.testing.assert_array_equal(array.rows(start, stop), values[start:stop])


def test_a_compressed_array_is_read_through_zarr(tmp_path):
    values = np.arange(12.0).reshape(3, 4)
    array = zarr.create_array(
        tmp_path / "c", shape=(3, 4), chunks=(2, 4), dtype="float64", compressors="auto"
    )
    array[...] = values
    stored = StoredArray(tmp_path / "c")
    assert not stored.plain
    np.testing.assert_array_equal(stored.row(2), values[2])
    np.testing.assert_array_equal(stored.rows_at([2, 0]), values[[2, 0]])
    np.testing.assert_array_equal(stored.all(), values)


def test_rows_outside_are_refused(stored):
    array = StoredArray(stored[0])
    for index in (-1, 10):
        with pytest.raises(IndexError):
            array.row(index)
        with pytest.raises(IndexError):
            array.rows_at([0, index])


def test_a_truncated_chunk_is_damage_and_not_a_shorter_answer(stored):
    path, _ = stored
    chunk = path / "c" / "0" / "0"
    chunk.write_bytes(chunk.read_bytes()[:-1])
    with pytest.raises(StudyDamaged, match="bytes and a chunk has"):
        StoredArray(path).row(0)
    with pytest.raises(StudyDamaged, match="bytes and a chunk has"):
        StoredArray(path).rows_at([0])


def test_a_missing_chunk_is_damage_and_not_zeros(stored):
    path, _ = stored
    (path / "c" / "0" / "0").unlink()
    with pytest.raises(StudyDamaged, match="cannot be read"):
        StoredArray(path).all()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", json.dumps({"shape": [2, 2]}).encode()])
def test_a_foreign_description_is_damage(tmp_path, content):
    (tmp_path / "zarr.json").write_bytes(content)
    with pytest.raises(StudyDamaged):
        StoredArray(tmp_path)


def test_scalars_flags_and_vectors_come_back(tmp_path):
    arrays = {
        "count": (np.array(5), ()),
        "signed": (np.array([True, False]), ("unit",)),
        "sums": (np.arange(6.0).reshape(2, 3), ("category", "unit")),
    }
    write_arrays(tmp_path / "s.zarr", {"layer/moments": arrays})
    for name, (values, _) in arrays.items():
        stored = StoredArray(tmp_path / "s.zarr" / "layer" / "moments" / name)
        assert stored.plain
        np.testing.assert_array_equal(stored.all(), values)
        assert stored.all().dtype == values.dtype
