import json

import numpy as np
import pytest
import zarr

from shiftscope.errors import StudyDamaged
from shiftscope.store.disk.small_files import write_files
from shiftscope.store.formats.arrays import StoredArray, create_array, files_of_arrays


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
    np.testing.assert_array_equal(array.all(), values)
    np.testing.assert_array_equal(array.all(), zarr.open_array(path)[...])
    for index in range(10):
        np.testing.assert_array_equal(array.row(index), values[index])
    for places in ([], [4], [9, 0, 3, 3, 5], range(10)):
        np.testing.assert_array_equal(array.rows_at(places), values[np.array(places, int)])
    for start, stop in [(0, 10), (3, 5), (9, 10), (2, 9), (4, 4)]:
        np.testing.assert_array_equal(array.rows(start, stop), values[start:stop])


PACKERS = [zarr.codecs.GzipCodec(), zarr.codecs.ZstdCodec(), zarr.codecs.BloscCodec()]


def packed(path, packer, **options):
    """Three rows of four numbers, packed two rows a chunk."""
    array = zarr.create_array(
        path, shape=(3, 4), chunks=(2, 4), dtype="float64", compressors=packer, **options
    )
    array[...] = values = np.arange(12.0).reshape(3, 4) + 1
    return StoredArray(path), values


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_array_is_read_as_it_was(tmp_path, packer):
    stored, values = packed(tmp_path / "c", packer)
    np.testing.assert_array_equal(stored.row(2), values[2])
    np.testing.assert_array_equal(stored.rows_at([2, 0]), values[[2, 0]])
    np.testing.assert_array_equal(stored.rows(1, 3), values[1:])
    np.testing.assert_array_equal(stored.all(), values)


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_chunk_that_is_missing_or_becomes_another_size_is_damage(tmp_path, packer):
    stored, _ = packed(tmp_path / "c", packer)
    chunk = tmp_path / "c" / "c" / "0" / "0"
    other = zarr.create_array(
        tmp_path / "o", shape=(9, 4), chunks=(9, 4), dtype="float64", compressors=packer
    )
    other[...] = 1
    whole = chunk.read_bytes()
    for content in (
        whole[:-1],
        whole + b"x",
        (tmp_path / "o" / "c" / "0" / "0").read_bytes(),
        b"",
        b"x" * 50,
    ):
        chunk.write_bytes(content)
        for read in (stored.all, lambda: stored.row(0), lambda: stored.rows_at([1])):
            with pytest.raises(StudyDamaged):
                read()
    chunk.unlink()
    with pytest.raises(StudyDamaged, match="cannot be read"):
        stored.all()
    with pytest.raises(StudyDamaged, match="cannot be read"):
        stored.row(1)


def test_a_packed_array_that_claims_more_than_its_bytes_can_be_is_refused_before(tmp_path):
    packed(tmp_path / "c", zarr.codecs.ZstdCodec())
    described = json.loads((tmp_path / "c" / "zarr.json").read_text())
    for shape, chunks in (([2**36, 4], [2**36, 4]), ([2**36, 4], [2**35, 4])):
        described["shape"] = shape
        described["chunk_grid"]["configuration"]["chunk_shape"] = chunks
        (tmp_path / "c" / "zarr.json").write_text(json.dumps(described))
        with pytest.raises(StudyDamaged, match="would unpack to"):
            StoredArray(tmp_path / "c").all()
        with pytest.raises(StudyDamaged, match="would unpack to"):
            StoredArray(tmp_path / "c").row(0)


def test_another_way_of_storing_is_refused_and_not_guessed(tmp_path):
    for options in ({"shards": (4, 4)}, {"chunk_key_encoding": {"name": "v2", "separator": "."}}):
        with pytest.raises(StudyDamaged, match="which are not read"):
            packed(tmp_path / next(iter(options)), zarr.codecs.ZstdCodec(), **options)
    with pytest.raises(StudyDamaged, match="which are not read"):
        packed(tmp_path / "big", zarr.codecs.ZstdCodec(), serializer=zarr.codecs.BytesCodec(endian="big"))


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
    write_files(tmp_path / "s.zarr", files_of_arrays({"layer/moments": arrays}))
    for name, (values, _) in arrays.items():
        stored = StoredArray(tmp_path / "s.zarr" / "layer" / "moments" / name)
        np.testing.assert_array_equal(stored.all(), values)
        assert stored.all().dtype == values.dtype


def test_files_from_memory_are_those_that_zarr_writes_into_a_folder(tmp_path):
    sums = np.arange(6, dtype=np.float32).reshape(2, 3)
    names = np.array(["a", "längst"], object)
    write_files(
        tmp_path / "own",
        files_of_arrays({"": {"name": (names, ("n",))}, "of/it": {"sums": (sums, ("a", "b"))}}, told="x"),
    )
    group = zarr.open_group(tmp_path / "zarrs", mode="w", zarr_format=3, attributes={"told": "x"})
    create_array(group, "name", (2,), (2,), object, ("n",))[...] = names
    create_array(group.require_group("of/it"), "sums", (2, 3), (2, 3), np.float32, ("a", "b"))[...] = sums
    own, zarrs = (
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (tmp_path / "own", tmp_path / "zarrs")
    )
    assert own == zarrs
