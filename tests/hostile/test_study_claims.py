"""Studies that are whole and lie: each asks for a crash, a hang, or memory without end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.store.formats.samples import SCHEMA
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.histograms import Histograms
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.top_samples import TopSamples


def samples_of(file: Path) -> pa.Table:
    return pa.ipc.open_file(file).read_all()


def rewritten(file: Path, table: pa.Table, **options) -> None:
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema, **options) as writer:
        writer.write_table(table)


def described(file: Path, change: Callable[[dict], None]) -> None:
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


@pytest.fixture
def refused(stranger, healthy, watched) -> Callable[[], list[str]]:
    return lambda: watched("study", str(healthy)).refused("study", str(stranger))


def test_compressed_samples_are_refused_before_they_are_unpacked(stranger, refused):
    file = stranger / "lab" / "samples" / "00000.arrow"
    table = samples_of(file)
    large = pa.array([bytes(2**22)] * len(table), pa.binary())
    table = table.set_column(SCHEMA.get_field_index("thumbnail"), "thumbnail", large)
    rewritten(file, table, options=pa.ipc.IpcWriteOptions(compression="zstd"))
    assert file.stat().st_size < 2**20
    assert any("not as we write them" in message for message in refused())


@pytest.mark.parametrize("column", ["id", "source", "metadata"])
def test_samples_without_a_value_they_all_have_are_refused(column, stranger):
    file = stranger / "lab" / "samples" / "00000.arrow"
    table = samples_of(file)
    empty = pa.nulls(len(table), pa.string())
    rewritten(file, table.set_column(SCHEMA.get_field_index(column), column, empty))
    with pytest.raises(StudyDamaged, match=f"damage in its column '{column}': 24 rows are empty"):
        StoredStudy(stranger)["lab"].samples[3]


@pytest.mark.parametrize("metadata", ["", "[]", "nan", '{"a": ' * 10_000, '{"a": 1}{'])
def test_metadata_that_are_no_json_object_are_refused(metadata, stranger):
    file = stranger / "lab" / "samples" / "00000.arrow"
    table = samples_of(file)
    texts = pa.array([metadata] * len(table), pa.string())
    rewritten(file, table.set_column(SCHEMA.get_field_index("metadata"), "metadata", texts))
    with pytest.raises(StudyDamaged, match="metadata of row 3 that are no JSON object"):
        StoredStudy(stranger)["lab"].samples[3]


def test_an_offset_beyond_the_file_does_not_end_the_process(stranger, refused):
    file = stranger / "lab" / "samples" / "00000.arrow"
    offsets = samples_of(file)["id"].chunk(0).buffers()[1].to_pybytes()[: 4 * 25]
    content = bytearray(file.read_bytes())
    at = content.index(offsets)
    content[at + 4 : at + 8] = (2**31 - 2).to_bytes(4, "little")
    file.write_bytes(content)
    assert any("damage in its column 'id'" in message for message in refused())


def test_four_thousand_million_shards_take_no_time(stranger, refused):
    def change(content):
        content["plan"] |= {"samples": 2**32 - 1, "shard_samples": 1}

    described(stranger / "lab" / "recording.json", change)
    assert any("4,294,967,295 shards" in message for message in refused())


def test_a_histogram_whose_range_has_no_end_is_refused(stranger):
    folder = stranger / "lab" / "summaries.zarr" / "hidden" / "histograms" / "exponent"
    (folder / "c" / "0").write_bytes(np.full(10, 2**40, np.int64).tobytes())
    with pytest.raises(
        StudyDamaged, match="exponent of the stored summary 'histograms' holds numbers that none"
    ):
        StoredStudy(stranger)["lab"].summary("hidden", Histograms)


def test_a_summary_of_more_units_than_memory_holds_is_refused(stranger):
    folder = stranger / "lab" / "summaries.zarr" / "hidden" / "maxima" / "largest"

    def change(content):
        content["shape"] = [2**39]
        content["chunk_grid"]["configuration"]["chunk_shape"] = [1]

    described(folder / "zarr.json", change)
    for chunk in (0, 2**39 - 1):
        (folder / "c" / str(chunk)).write_bytes(bytes(8))
    with pytest.raises(StudyDamaged, match=r"has the shape \(549755813888,\), and what was recorded \(10,\)"):
        StoredStudy(stranger)["lab"].summary("hidden", Maxima)


def test_strongest_samples_that_are_not_there_are_refused(stranger):
    folder = stranger / "lab" / "summaries.zarr" / "hidden" / "top_samples" / "position"
    (folder / "c" / "0" / "0").write_bytes(np.full((100, 10), 40, np.int64).tobytes())
    with pytest.raises(StudyDamaged, match="numbers that none of ours can be"):
        StoredStudy(stranger)["lab"].summary("hidden", TopSamples)


@pytest.mark.parametrize(
    "maps",
    [[], {"hidden": None}, {"hidden": {"picture": [8, 8], "grid": [0, 2]}}, {"hidden": {"grid": "aa"}}],
)
def test_maps_that_lie_nowhere_are_refused(maps, stranger):
    described(stranger / "lab" / "recording.json", lambda content: content.update(maps=maps))
    with pytest.raises(StudyDamaged, match=r"does not (say where the map|describe a recording)"):
        StoredStudy(stranger)["lab"].map_geometry("hidden")


@pytest.mark.parametrize(
    "shape", [[2**39, 10], [40, 2**39], [40, 11], [40], [40, -10], [40, 1.5], [True, 10]]
)
def test_responses_of_another_shape_than_recorded_are_refused(shape, stranger):
    array = stranger / "lab" / "responses.zarr" / "hidden" / "by_sample" / "zarr.json"
    described(array, lambda content: content.update(shape=shape))
    with pytest.raises(StudyDamaged, match=r"shape|does not describe an array"):
        StoredStudy(stranger)["lab"].responses("hidden")


@pytest.mark.parametrize("kind", ["object", "float128", "U1000", "datetime64[s]", "i4,f8", None, 3])
def test_responses_of_a_type_that_is_no_number_are_refused(kind, stranger):
    array = stranger / "lab" / "responses.zarr" / "hidden" / "by_sample" / "zarr.json"
    described(array, lambda content: content.update(data_type=kind))
    with pytest.raises(StudyDamaged, match="does not describe an array"):
        StoredStudy(stranger)["lab"].responses("hidden")


@pytest.mark.parametrize(
    "codecs", [[], [{"name": "gzip"}], [{"name": "bytes"}, {"name": "nothing"}], {}, None]
)
def test_an_encoding_that_is_not_read_is_refused(codecs, stranger):
    array = stranger / "lab" / "responses.zarr" / "hidden" / "by_sample" / "zarr.json"
    described(array, lambda content: content.update(codecs=codecs))
    with pytest.raises(StudyDamaged, match="which are not read"):
        StoredStudy(stranger)["lab"].responses("hidden")


def test_a_manifest_of_a_gigabyte_is_not_read(stranger):
    with (stranger / "study.json").open("ab") as file:
        file.truncate(2**30)  # a hole on the disk
    with pytest.raises(StudyDamaged, match="has 1,073,741,824 bytes; the manifest of a study has at most"):
        StoredStudy(stranger)


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"class": 3}},
        {"model": {"class": "x", "parameters": "many"}},
        {"model": []},
        {"inputs": [1]},
        {"versions": {"torch": 2}},
        {"reference": None},
        {"datasets": ["lab", "lab"]},
        {"datasets": ["lab", "a/../../b\x00"]},
        {"datasets": "lab"},
        {"categories": "abcd"},
        {"categories": ["a", 1, "c", "d"]},
        {"layers": [{}]},
    ],
    ids=str,
)
def test_a_manifest_with_values_of_another_type_is_refused(change, stranger):
    described(stranger / "study.json", lambda content: content.update(change))
    with pytest.raises(StudyDamaged, match=r"study.json is not the manifest of a study"):
        StoredStudy(stranger)


def test_layers_that_differ_between_manifest_and_recording_are_refused(stranger):
    described(stranger / "study.json", lambda content: content["layers"][0].update(units=5))
    with pytest.raises(StudyDamaged, match=r"names the layers .* was recorded at others"):
        StoredStudy(stranger)["lab"]
