"""Samples read from Arrow's buffers, against Arrow's own reading."""

import pyarrow as pa
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.store.formats.samples import SCHEMA, Samples

PICTURES = [b"one", b"", b"a longer one", None, b"x", b"\x00\xff"]


@pytest.fixture
def written(tmp_path):
    """Two files of several batches each, as a tool of Arrow's may write them."""

    def write(batches: int):
        files = []
        for name, pictures in (("a", PICTURES), ("b", PICTURES[::-1])):
            columns = {field.name: pa.nulls(len(pictures), field.type) for field in SCHEMA}
            columns["thumbnail"] = pa.array(pictures, pa.binary())
            table = pa.table(columns, SCHEMA)
            with pa.ipc.new_file(tmp_path / f"{name}.arrow", SCHEMA) as writer:
                writer.write_table(table, max_chunksize=-(-len(pictures) // batches))
            files.append(tmp_path / f"{name}.arrow")
        return Samples(files)

    return write


@pytest.mark.parametrize("batches", [1, 2, 6])
def test_thumbnails_are_those_of_arrow_and_empty_ones_are_none(written, batches):
    samples = written(batches)
    stored = samples.column("thumbnail").to_pylist()
    assert stored == PICTURES + PICTURES[::-1]
    assert samples.pictured.tolist() == [bool(picture) for picture in stored]
    for position, picture in enumerate(stored):
        if picture:
            assert samples.thumbnail(position) == picture
        else:
            with pytest.raises(NotInStudy, match=f"sample {position} has no image"):
                samples.thumbnail(position)


def test_there_is_no_thumbnail_beyond_the_last_sample(written):
    with pytest.raises(NotInStudy, match="no sample 12; this dataset has 12"):
        written(1).thumbnail(12)
