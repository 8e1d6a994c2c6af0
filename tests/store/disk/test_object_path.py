"""Addresses on an object store, against pathlib on a folder with the same files; the store is one in memory."""

import io
import os
import pickle
import sys
import uuid
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pytest
import zarr

from shiftscope.errors import BadRequest, StoreError
from shiftscope.store.disk import object_store
from shiftscope.store.disk.atomic import checksum, read_json, remove_folder, write_json, written_aside
from shiftscope.store.disk.object_path import ObjectPath, on_store, study_path
from shiftscope.store.formats import partial_arrow_file
from shiftscope.store.formats.arrays import StoredArray, create_array
from shiftscope.store.formats.partial_arrow_file import PartialArrowFile
from shiftscope.store.formats.row_requests import RowRequests

FILES = ("a.txt", "b/c.txt", "b/d/e.json", "b c/%2F.txt", ".new f/e.json", "é/g.json", "bb/x.txt")


@pytest.fixture
def root():
    pytest.importorskip("obstore", reason="the package obstore is not installed")
    return study_path(f"memory://{uuid.uuid4().hex}/one.study")


@pytest.fixture
def both(root, tmp_path):
    """The same files in a folder and on the store."""
    for place in (root, tmp_path):
        for name in FILES:
            with written_aside(place / name) as file:
                file.write(name.encode())
    return root, tmp_path


def test_names_are_those_of_pathlib():
    path, plain = study_path("s3://bucket/in/x.study") / "a" / "b.json", PurePosixPath("in/x.study/a/b.json")
    assert (path.name, path.stem, path.suffix) == (plain.name, plain.stem, plain.suffix)
    assert str(path.parent) == path.parent.as_posix() == "s3://bucket/in/x.study/a"
    assert str(path.with_name("c")) == str(path.parent.joinpath("c")) == "s3://bucket/in/x.study/a/c"
    assert path.relative_to(study_path("s3://bucket/in")) == PurePosixPath("x.study/a/b.json")
    assert path.is_relative_to(path.parent)
    assert not path.is_relative_to(study_path("s3://other/in"))
    assert len({path, pickle.loads(pickle.dumps(path)), path.parent / "b.json"}) == 1
    assert sorted([path / "b", path / "a"]) == [path / "a", path / "b"]
    assert study_path("in//x.study") == Path("in/x.study")
    assert study_path(path) is path


@pytest.mark.parametrize("address", ["s3://", "s3://bucket", "s3://bucket/", "s3://bucket/a/../b", "s3:///a"])
def test_an_address_without_a_name_is_refused(address):
    with pytest.raises(BadRequest, match=r"no place for a study on an object store; one is s3://bucket"):
        study_path(address)


def test_another_kind_of_address_is_refused():
    with pytest.raises(
        BadRequest, match=r"'ftp://host/x.study' cannot hold a study: addresses begin with s3://"
    ):
        study_path("ftp://host/x.study")


def test_it_is_not_taken_for_a_folder_of_this_machine():
    path = study_path("s3://bucket/x.study")
    for careless in (os.fspath, Path, open):
        with pytest.raises(BadRequest, match="needs a folder of this machine"):
            careless(path)


def test_without_obstore_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(StoreError, match=r"pip install 'shiftscope\[cloud\]'"):
        study_path("s3://bucket-that-nobody-asked-for/x.study").exists()


def test_a_local_study_needs_no_obstore(monkeypatch, recorded):
    assert not any(on_store(path) for path in recorded.path.iterdir())
    assert "obstore" not in vars(object_store)


def test_folders_hold_what_they_hold_in_pathlib(both):
    remote, local = both
    for name in ("", "b", "b/d", "b c", "a.txt", "missing"):
        one, other = remote / name, local / name
        assert (one.exists(), one.is_dir(), one.is_file()) == (
            other.exists(),
            other.is_dir(),
            other.is_file(),
        )
    assert {path.name for path in remote.iterdir()} == {path.name for path in local.iterdir()}
    kinds = {path.name: (path.is_dir(), path.is_file()) for path in remote.iterdir()}
    assert kinds == {path.name: (path.is_dir(), path.is_file()) for path in local.iterdir()}
    for pattern in ("*.txt", "*/e.json", "b*"):
        found = {path.relative_to(remote).as_posix() for path in remote.glob(pattern) if path.is_file()}
        expected = {path.relative_to(local).as_posix() for path in local.glob(pattern) if path.is_file()}
        assert found == expected
    found = {path.relative_to(remote).as_posix() for path in remote.rglob("*.json")}
    assert found == {path.relative_to(local).as_posix() for path in local.rglob("*.json")}


def test_files_are_read_as_they_were_written(both):
    remote, local = both
    for name in FILES:
        assert (remote / name).read_bytes() == (local / name).read_bytes() == name.encode()
        assert (remote / name).read_text("utf-8") == name
        assert (remote / name).stat().st_size == (local / name).stat().st_size
        assert checksum(remote / name) == checksum(local / name)
    with pytest.raises(FileNotFoundError, match=r"it is not there: 'memory://.*/missing'"):
        (remote / "missing").read_bytes()
    with pytest.raises(FileNotFoundError):
        (remote / "missing").unlink()
    (remote / "missing").unlink(missing_ok=True)
    (remote / "a.txt").unlink()
    assert not (remote / "a.txt").exists()


@pytest.mark.parametrize(("start", "count"), [(0, 3), (2, 3), (4, 9), (5, 1), (9, 2), (0, 0)])
def test_a_part_is_what_a_file_gives(both, start, count):
    remote, local = both
    with (local / "a.txt").open("rb") as file:
        file.seek(start)
        expected = file.read(count)
    assert (remote / "a.txt").read_part(start, count) == (expected, 5)


def test_a_version_is_replaced_once(root):
    path = root / "study.json"
    assert path.put(b"1", over="")
    assert not path.put(b"2", over="")
    first = path.version()
    assert path.put(b"2", over=first)
    assert not path.put(b"3", over=first)
    assert path.read_bytes() == b"2"
    assert (root / "missing").version() == ""


def test_what_makes_others_count_is_removed_first(both, monkeypatch):
    remote, _ = both
    for name in ("recording.json", "shards/00000.done", "responses/c/0"):
        write_json(remote / "lab" / name, {})
    steps = []
    delete = type(object_store.connected(remote.root)).delete
    connected = object_store.connected(remote.root)

    class Watched:
        def __getattr__(self, name):
            return getattr(connected, name)

        def delete(self, keys):
            steps.append({PurePosixPath(key).name for key in keys})
            delete(connected, keys)

    monkeypatch.setattr("shiftscope.store.disk.object_path.connected", lambda root: Watched())
    remove_folder(remote / "lab")
    assert steps == [{"recording.json", "00000.done"}, {"0"}]
    assert not (remote / "lab").exists()
    assert (remote / "b/c.txt").exists()


def test_nothing_is_written_where_the_writing_fails(root):
    with pytest.raises(TypeError), written_aside(root / "a.json") as file:
        file.writelines([b"half", "no bytes"])
    assert not (root / "a.json").exists()


def test_json_is_read_back(root):
    write_json(root / "a.json", {"é": [1]})
    assert read_json(root / "a.json", "a test") == {"é": [1]}


def thumbnails(rows):
    rng = np.random.default_rng(rows)
    pictures = [rng.bytes(int(rng.integers(0, 400))) for _ in range(rows)]
    pictures[3] = None
    table = pa.table(
        {
            "id": [f"sample {row}" for row in range(rows)],
            "label": pa.array([None if row % 5 == 0 else row for row in range(rows)], pa.int32()),
            "thumbnail": pa.array(pictures, pa.binary()),
            "problem": [None] * (rows - 1) + ["it broke"],
        }
    )
    file = io.BytesIO()
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return table, file.getvalue()


@pytest.mark.parametrize("rows", [5, 3000])
def test_an_arrow_file_is_fetched_without_its_pictures(root, monkeypatch, rows):
    monkeypatch.setattr(partial_arrow_file, "ENDS", 2**12)
    table, content = thumbnails(rows)
    (root / "a.arrow").put(content)
    fetched, read_part = [], ObjectPath.read_part

    def watched(self, start, count):
        read = read_part(self, start, count)
        fetched.append(len(read[0]))
        return read

    monkeypatch.setattr(ObjectPath, "read_part", watched)
    partial = PartialArrowFile(root / "a.arrow", large="thumbnail")
    found = pa.ipc.open_file(partial.buffer).read_all()
    assert found.drop_columns("thumbnail").equals(table.drop_columns("thumbnail"))
    if rows == 3000:
        assert sum(fetched) < 0.25 * len(content)
        assert len(fetched) < 6
    expected = [picture or b"" for picture in table["thumbnail"].to_pylist()]
    assert [partial.value(found["thumbnail"], row) for row in range(0, rows, 7)] == expected[::7]
    assert partial.value(found["thumbnail"], 3) == b""


@pytest.mark.parametrize("content", [b"", b"no Arrow file", b"ARROW1" + bytes(9000) + b"ARROW1"])
def test_what_is_no_arrow_file_is_refused(root, monkeypatch, content):
    monkeypatch.setattr(partial_arrow_file, "ENDS", 2**12)
    (root / "a.arrow").put(content)
    with pytest.raises((pa.ArrowInvalid, OSError)):
        pa.ipc.open_file(PartialArrowFile(root / "a.arrow", large="thumbnail").buffer).read_all()


def test_rows_are_fetched_alone_or_with_their_file(root, monkeypatch):
    content = bytes(range(200))
    (root / "rows").put(content)
    asked = []
    part, whole = ObjectPath.read_part, ObjectPath.read_bytes
    monkeypatch.setattr(ObjectPath, "read_part", lambda self, *at: asked.append(at) or part(self, *at))
    monkeypatch.setattr(ObjectPath, "read_bytes", lambda self: asked.append("all") or whole(self))
    requests = RowRequests()
    assert requests.parts(root / "rows", [190], 10) == ([content[190:]], 200)
    assert requests.parts(root / "rows", [10, 30, 20], 10) == (
        [content[at : at + 10] for at in (10, 30, 20)],
        200,
    )
    assert requests.parts(root / "rows", [0, 150], 10) == ([content[:10], content[150:160]], 200)
    assert asked[:2] == [(190, 10), (10, 30)]
    assert sorted(asked[2:]) == [(0, 10), (150, 10)]
    requests.parts(root / "rows", [50], 10)
    for start in (60, 70, 0, 80):
        assert requests.parts(root / "rows", [start], 10) == ([content[start : start + 10]], 200)
    assert asked[4:] == [(50, 10), "all"]


@pytest.mark.parametrize("compressors", [None, "auto"])
def test_arrays_are_read_plain_or_packed(root, tmp_path, compressors):
    values = np.arange(35, dtype=np.float32).reshape(7, 5)
    group = zarr.open_group(tmp_path, mode="w")
    if compressors:
        group.create_array("a", shape=(7, 5), chunks=(3, 5), dtype="float32", compressors="auto")[...] = (
            values
        )
    else:
        create_array(group, "a", (7, 5), (3, 5), "float32", ("sample", "unit"))[...] = values
    for file in tmp_path.rglob("*"):
        if file.is_file():
            (root / file.relative_to(tmp_path).as_posix()).put(file.read_bytes())
    stored = StoredArray(root / "a")
    np.testing.assert_array_equal(stored.all(), values)
    np.testing.assert_array_equal(stored.row(4), values[4])
    np.testing.assert_array_equal(stored.rows_at([6, 0, 3, 5]), values[[6, 0, 3, 5]])
