import csv
import dataclasses
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.flow.scores import scores as flow_scores
from shiftscope.interop import table_files
from shiftscope.interop.table_files import write_tables

NAMES = ("samples", "scores", "confusions", "categories", "units")


def same(read, table):
    """Equal in names, order and values, whichever way missing values are written."""
    assert read.columns.tolist() == table.columns.tolist()
    for name in table:
        assert read[name].isna().tolist() == table[name].isna().tolist(), name
        ours, theirs = table[name].dropna().to_numpy(), read[name].dropna().to_numpy()
        if ours.dtype.kind == "f":
            np.testing.assert_allclose(theirs.astype(ours.dtype), ours, rtol=1e-14)
        else:
            assert theirs.tolist() == ours.tolist(), name


def test_parquet_files_give_the_tables_back(recorded, tmp_path):
    written = write_tables(recorded, tmp_path / "out", score=flow_scores)
    assert [path.name for path in written] == [f"{name}.parquet" for name in NAMES]
    assert sorted(tmp_path.joinpath("out").iterdir()) == sorted(written)
    for path, rows in written.items():
        table = recorded.to_pandas(path.stem)
        assert rows == len(table)
        pd.testing.assert_frame_equal(pd.read_parquet(path), table)


def test_text_that_is_missing_everywhere_is_still_text(recorded, tmp_path):
    write_tables(recorded, tmp_path, score=flow_scores)
    types = parquet.read_schema(tmp_path / "samples.parquet")
    for name in ("source", "problem", "label_name"):
        assert pa.types.is_string(types.field(name).type) or pa.types.is_large_string(types.field(name).type)


def test_csv_files_give_the_same_values_back(recorded, tmp_path):
    written = write_tables(recorded, tmp_path, score=flow_scores, file_format="csv")
    for path in written:
        same(pd.read_csv(path), recorded.to_pandas(path.stem))


@pytest.mark.parametrize("at_once", [table_files.AT_ONCE, 4 * 10 * 7])
@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_responses_are_one_column_for_each_unit(recorded, tmp_path, monkeypatch, at_once, file_format):
    monkeypatch.setattr(table_files, "AT_ONCE", at_once)
    write_tables(
        recorded, tmp_path, score=flow_scores, file_format=file_format, responses=["hidden", "hidden"]
    )
    path = tmp_path / f"responses_hidden.{file_format}"
    read = pd.read_parquet(path) if file_format == "parquet" else pd.read_csv(path)
    assert read.columns.tolist() == [
        *("dataset", "position", "id", "label", "prediction"),
        *(f"unit_{unit}" for unit in range(10)),
    ]
    samples = recorded.to_pandas()
    for name in ("dataset", "position", "id", "label", "prediction"):
        assert read[name].tolist() == samples[name].tolist()
    for name, recording in recorded.items():
        rows = read[read.dataset == name].filter(like="unit_").to_numpy(np.float32)
        np.testing.assert_array_equal(rows, recording.responses("hidden").astype(np.float32))
    if file_format == "parquet":
        file = parquet.ParquetFile(path)
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        assert sizes == ([40, 40] if at_once == 64 * 2**20 else [7, 7, 7, 7, 7, 5] * 2)
        assert file.schema_arrow.field("unit_3").type == pa.float32()


def test_a_skipped_sample_is_missing_and_not_nan(new_study, made, tmp_path):
    study = new_study()
    data = made(broken=frozenset({5}), unlabelled=frozenset({6}))
    study.record(data, "lab", layers=["conv"], on_error="skip", progress=False)
    write_tables(study, tmp_path, score=flow_scores, responses=["conv"])
    read = parquet.read_table(tmp_path / "responses_conv.parquet")
    assert [read[name].null_count for name in ("unit_0", "prediction", "label")] == [1, 1, 2]
    assert [read[name][5].as_py() for name in ("unit_0", "prediction", "label")] == [None] * 3
    assert read["label"][6].as_py() is None
    assert not (tmp_path / "scores.parquet").exists()  # of what, with nothing shifted


def test_text_that_a_spreadsheet_would_compute_is_marked_in_csv_alone(new_study, made, tmp_path):
    class Hostile(made):
        def __getitem__(self, position):
            return dataclasses.replace(
                super().__getitem__(position), id="=1+1", metadata={"@sum": "-x", "n": -5}
            )

    study = new_study(categories=("+a", "b", "c", "d"))
    study.record(Hostile(), "lab", layers=["conv"], progress=False)
    for file_format in ("csv", "parquet"):
        write_tables(study, tmp_path, score=flow_scores, file_format=file_format, responses=["conv"])
    with (tmp_path / "samples.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["id"] for row in rows} == {"'=1+1"}
    assert {row["metadata.@sum"] for row in rows} == {"'-x"}
    assert {row["metadata.n"] for row in rows} == {"-5"}
    assert {row["label_name"] for row in rows} == {"'+a", "b", "c", "d"}
    with (tmp_path / "responses_conv.csv").open(newline="", encoding="utf-8") as file:
        assert {row["id"] for row in csv.DictReader(file)} == {"'=1+1"}
    assert set(pd.read_parquet(tmp_path / "samples.parquet").id) == {"=1+1"}


def test_refused_before_anything_is_written(recorded, new_study, made, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(NotInStudy, match="no layer 'hiden'"):
        write_tables(recorded, out, score=flow_scores, responses=["conv", "hiden"])
    with pytest.raises(BadRequest, match="file_format='xlsx'; it can be parquet or csv"):
        write_tables(recorded, out, score=flow_scores, file_format="xlsx")
    small = new_study(name="small")
    with pytest.raises(NotInStudy, match="nothing is recorded"):
        write_tables(small, out, score=flow_scores)
    small.record(made(), "lab", layers=["conv"], keep="summaries", progress=False)
    with pytest.raises(NotInStudy, match='recorded with keep="summaries"'):
        write_tables(small, out, score=flow_scores, responses=["conv"])
    assert not out.exists()
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadRequest, match=r"cannot write '.*taken': '.*taken' is a file; give a folder"):
        write_tables(recorded, tmp_path / "taken", score=flow_scores)


def test_a_folder_that_may_not_be_written_is_told(recorded, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(BadRequest, match="nothing may be written into the folder"):
        write_tables(recorded, tmp_path / "out", score=flow_scores)


def test_a_file_that_could_not_be_finished_leaves_the_one_before(recorded, tmp_path, monkeypatch):
    write_tables(recorded, tmp_path, score=flow_scores, responses=["conv"])
    path = tmp_path / "responses_conv.parquet"
    before = path.read_bytes()
    real, seen = table_files._block, []

    def full_disk(recording, *rest):
        seen.append(recording.name)
        if recording.name == "field":
            raise OSError("No space left on device")
        return real(recording, *rest)

    monkeypatch.setattr(table_files, "_block", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_tables(recorded, tmp_path, score=flow_scores, responses=["conv"])
    assert seen == ["lab", "field"]
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".*"))
