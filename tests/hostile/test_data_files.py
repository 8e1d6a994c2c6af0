"""Arrays, tables and packs of pictures from strangers: an error of ours or a right answer, within a gigabyte."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from .mutations import TEXTS, damaged_bytes

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 8), np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2])


def jpegs() -> list[bytes]:
    buffers = []
    for pixels in PIXELS:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG")
        buffers.append(buffer.getvalue())
    return buffers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One healthy file of each kind."""
    at = tmp_path_factory.mktemp("data")
    (at / "images").write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, *PIXELS.shape) + PIXELS.tobytes())
    (at / "zipped").write_bytes(gzip.compress((at / "images").read_bytes()))
    np.savez(at / "set.npz", x=PIXELS, y=LABELS, ids=np.array(list("uvwxyz")), time=np.arange(6.0))
    np.savez_compressed(at / "small.npz", x=PIXELS, y=LABELS)
    coded = jpegs()
    offset = np.cumsum([0, *map(len, coded)])
    np.savez(at / "pack.npz", scan=np.frombuffer(b"".join(coded), np.uint8), offset=offset, y=LABELS)
    for place, content in enumerate(coded):
        (at / f"{place}.jpg").write_bytes(content)
    table = pd.DataFrame({"path": [f"{n}.jpg" for n in range(6)], "label": LABELS, "place": list("aabbcc")})
    table.to_csv(at / "list.csv", index=False)
    table.to_parquet(at / "list.parquet")
    return at


KINDS = {
    "idx": "images",
    "idx zipped": "zipped",
    "npz": "set.npz",
    "npz compressed": "small.npz",
    "jpegpack": "pack.npz",
    "csv": "list.csv",
    "parquet": "list.parquet",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_refused_or_read_right(kind, folder, watched, cases):
    text, name = kind.split()[0], KINDS[kind]
    content = (folder / name).read_bytes()
    damaged = folder / f"damaged-{name}"

    @cases(150)
    @given(st.randoms(use_true_random=False))
    def tried(random):
        damaged.write_bytes(damaged_bytes(content, random))
        watched("data", f"npz:{folder / 'set.npz'}").refused("data", f"{text}:{damaged}")

    tried()
    assert watched("data", f"npz:{folder / 'set.npz'}").refused("data", f"{text}:{folder / name}") == []


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("column", ["path", "label", "id", "place"])
def test_any_text_in_any_cell_of_a_table_is_refused_or_kept(column, folder, watched, tmp_path):
    for text in TEXTS:
        row = {"path": "0.jpg", "label": "0", "id": "a", "place": "b"} | {column: text}
        lines = ",".join(row) + "\n" + ",".join(map(cell, row.values())) + "\n"
        (tmp_path / "list.csv").write_bytes(lines.encode("utf-8", "surrogatepass"))
        (tmp_path / "0.jpg").write_bytes((folder / "0.jpg").read_bytes())
        refused = watched("data", f"npz:{folder / 'set.npz'}").refused("data", f"csv:{tmp_path / 'list.csv'}")
        assert refused or column in ("id", "place", "label"), text[:50]


@pytest.mark.parametrize(
    "path", ["../0.jpg", "/etc/hostname", "a/../../0.jpg", "..\\0.jpg", "C:\\0.jpg", "\\\\host\\0.jpg"]
)
def test_a_path_in_a_table_never_leads_out_of_its_folder(path, tmp_path, watched, folder):
    (tmp_path / "0.jpg").write_bytes((folder / "0.jpg").read_bytes())
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "list.csv").write_text(f"path\n{path}\n")
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert ready.refused("data", f"csv:{tmp_path / 'inner' / 'list.csv'}")


def test_objects_in_an_npz_are_not_unpickled(tmp_path, watched, folder):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "trapped",))

    np.savez(tmp_path / "set.npz", x=np.array([Trap()], object))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "Save numbers and text, not objects" in ready.refused("data", f"npz:{tmp_path / 'set.npz'}")[0]
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize("shape", [(2, 0, 4), (2, 4, 0), (2, 0), (2, 3, 0, 4)])
def test_samples_of_no_size_are_refused(shape, tmp_path, watched, folder):
    np.savez(tmp_path / "set.npz", x=np.zeros(shape, np.uint8))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "samples of no size" in ready.refused("data", f"npz:{tmp_path / 'set.npz'}")[0]


def test_an_idx_file_whose_pictures_have_no_rows_is_refused(tmp_path, watched, folder):
    (tmp_path / "images").write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, 2, 0, 4))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "samples of no size" in ready.refused("data", f"idx:{tmp_path / 'images'}")[0]


def test_an_idx_file_of_nothing_in_a_shape_without_bound_is_refused(tmp_path, watched, folder):
    (tmp_path / "images").write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 2**32 - 1, 0))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "which no array can have" in ready.refused("data", f"idx:{tmp_path / 'images'}")[0]


def test_a_member_of_an_npz_that_is_no_array_is_refused(tmp_path, watched, folder):
    np.savez(tmp_path / "set.npz", x=PIXELS)
    with zipfile.ZipFile(tmp_path / "set.npz", "a") as archive:
        archive.writestr("y.npy", b"no array")
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "'y', which is no array" in ready.refused("data", f"npz:{tmp_path / 'set.npz'}")[0]


def deflated(name: str, size: int, header: bytes) -> bytes:
    """A zip archive with one member of `size` zeros behind a header."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as file,
    ):
        file.write(header)
        for _ in range(size // 2**20):
            file.write(bytes(2**20))
    return buffer.getvalue()


def npy_header(shape: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def test_an_archive_that_unpacks_to_gigabytes_is_refused_before(tmp_path, watched, folder):
    size = 5 * 2**28
    (tmp_path / "bomb.npz").write_bytes(deflated("x.npy", size, npy_header((size // 1024, 32, 32))))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "would unpack to 1,342,177,408 bytes" in ready.refused("data", f"npz:{tmp_path / 'bomb.npz'}")[0]


def test_a_parquet_file_of_one_value_repeated_is_refused_before(tmp_path, watched, folder):
    from pyarrow import parquet

    with parquet.ParquetWriter(tmp_path / "list.parquet", pa.schema({"path": pa.string()})) as writer:
        for _ in range(10):
            writer.write_table(pa.table({"path": pa.repeat("0.jpg", 10**6)}))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "10,000,000 rows" in ready.refused("data", f"parquet:{tmp_path / 'list.parquet'}")[0]


def test_a_zipped_idx_that_unpacks_to_gigabytes_is_refused_before(tmp_path, watched, folder):
    header = struct.pack(">BBBB3I", 0, 0, 8, 3, 5 * 2**18, 32, 32)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(header)
        for _ in range(5 * 2**8):
            file.write(bytes(2**20))
    (tmp_path / "bomb").write_bytes(packed.getvalue())
    assert watched("data", f"npz:{folder / 'set.npz'}").refused("data", f"idx:{tmp_path / 'bomb'}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("kind", [*dict.fromkeys(text.split()[0] for text in KINDS), ""])
def test_a_pipe_or_device_is_refused_before_it_is_opened(kind, tmp_path, watched, folder):
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    for ending in (".npz", ".csv"):
        os.mkfifo(tmp_path / f"pipe{ending}")
        for path in (tmp_path / f"pipe{ending}", "/dev/zero"):
            told = ready.refused("data", f"{kind}:{path}" if kind else str(path))
            assert "may never end" in told[0] or "cannot be read from its name" in told[0]


@pytest.mark.parametrize("kind", ["imagefolder", *dict.fromkeys(text.split()[0] for text in KINDS)])
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/a.csv", "s3://bucket/a.npz", "//host/share"])
def test_an_address_is_refused_before_anything_is_asked_for(kind, address, watched, folder):
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "is not on this machine" in ready.refused("data", f"{kind}:{address}")[0]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".zip", ".xz", ".zst"])
def test_a_packed_table_is_refused_before_it_is_unpacked(ending, tmp_path, watched, folder):
    (tmp_path / f"list.csv{ending}").write_bytes(gzip.compress(b"path\n0.jpg\n"))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "is packed" in ready.refused("data", f"csv:{tmp_path / f'list.csv{ending}'}")[0]


def test_a_table_of_a_million_columns_or_cells_in_a_row_ends_at_once(tmp_path, watched, folder):
    ready, many = watched("data", f"npz:{folder / 'set.npz'}"), ",".join(["0.jpg"] * 10**6)
    for lines, told in (
        (f"path,{many}\n0.jpg,{many}\n", "has 1,000,001 columns, and at most 10,000"),
        (f"path,label\n0.jpg,{many}\n", "has 1,000,001 cells, and its header 2"),
        (f"path,label\n0.jpg,1\n0.jpg,{many}\n", "cannot be read as a csv table"),
    ):
        (tmp_path / "list.csv").write_text(lines)
        assert told in ready.refused("data", f"csv:{tmp_path / 'list.csv'}")[0]


def test_a_parquet_file_of_one_long_text_repeated_is_held_once(tmp_path, watched, folder):
    from pyarrow import parquet

    paths = [f"{row}.jpg" for row in range(2000)]
    notes = pa.DictionaryArray.from_arrays(np.zeros(2000, np.int32), ["x" * 10**6])
    table = pa.table({"path": paths, "note": notes})
    parquet.write_table(
        table, tmp_path / "list.parquet", store_schema=False
    )  # it says that notes are plain text
    refused = watched("data", f"npz:{folder / 'set.npz'}").refused(
        "data", f"parquet:{tmp_path / 'list.parquet'}"
    )
    assert all("cannot be read" in message for message in refused)  # the pictures are not there


def test_a_parquet_file_of_more_values_than_fit_is_refused_before(tmp_path, watched, folder):
    from pyarrow import parquet

    zeros = pa.array([[0] * 10**6], pa.list_(pa.int8()))
    with parquet.ParquetWriter(
        tmp_path / "list.parquet", pa.schema({"path": pa.string(), "a": zeros.type})
    ) as file:
        for row in range(150):
            file.write_table(pa.table({"path": [f"{row}.jpg"], "a": zeros}))
    ready = watched("data", f"npz:{folder / 'set.npz'}")
    assert "would unpack to" in ready.refused("data", f"parquet:{tmp_path / 'list.parquet'}")[0]
