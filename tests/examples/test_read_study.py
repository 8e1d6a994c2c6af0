"""The independent reader against ours, and it is independent."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shiftscope.store.layout import folder_name
from shiftscope.summaries.summary import arrays_of, summaries

SCRIPT = Path(__file__).parents[2] / "examples" / "read_study.py"


@pytest.fixture
def reader():
    spec = importlib.util.spec_from_file_location("read_study", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_imports_nothing_of_ours():
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"numpy", "pyarrow", "zarr"}


def test_it_reads_what_we_read(reader, recorded):
    for name in recorded:
        ours, theirs = recorded[name], reader.Dataset(recorded.path, name)
        assert theirs.damaged() == []
        assert theirs.layers == list(ours.layers)
        assert theirs.samples["id"].to_pylist() == [ours.samples[i].id for i in range(len(ours.samples))]
        np.testing.assert_array_equal(theirs.samples["label"], ours.samples.labels)
        for layer in ours.layers:
            np.testing.assert_array_equal(theirs.responses(layer)[:], ours.responses(layer))
            for summary, kind in summaries.items():
                read = theirs.summary(layer, summary)
                for field, (values, _) in arrays_of(ours.summary(layer, kind)).items():
                    np.testing.assert_array_equal(read[field], values)


def test_it_sees_a_damaged_file(reader, recorded):
    chunk = recorded.path / "lab" / "responses.zarr" / "hidden" / "by_sample" / "c" / "0" / "0"
    held = bytearray(chunk.read_bytes())
    held[3] ^= 1
    chunk.write_bytes(held)
    damaged = reader.Dataset(recorded.path, "lab").damaged()
    assert damaged == ["responses.zarr/hidden/by_sample/c/0/0"]


@pytest.mark.parametrize("name", ["lab", "two words", "dög", "a.b", "50%", "x=y@z"])
def test_it_finds_folders_where_we_put_them(reader, name):
    assert reader.folder_name(name) == folder_name(name)


def test_it_ends_with_status_1_where_something_is_damaged_or_missing(recorded, tmp_path):
    run = [sys.executable, str(SCRIPT), str(tmp_path / "none.study")]
    nothing = subprocess.run(run, capture_output=True, text=True)
    assert (nothing.returncode, nothing.stderr.startswith("no study at")) == (1, True)
    shutil.copy(*(recorded.path / name / "samples" / "00000.arrow" for name in ("lab", "field")))
    told = subprocess.run([sys.executable, str(SCRIPT), str(recorded.path)], capture_output=True, text=True)
    assert told.returncode == 1
    assert "field: 40 samples, damaged files: ['samples/00000.arrow']" in told.stdout


def test_it_runs_by_itself(recorded):
    told = subprocess.run([sys.executable, str(SCRIPT), str(recorded.path)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "lab: 40 samples, damaged files: none" in told.stdout
    assert "hidden: unit " in told.stdout
