"""The benchmark of the import runs, on a file that another library reads too."""

import json
import sys
from pathlib import Path

import cbor2
import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    import importlib

    return importlib.import_module("deephys")


def test_the_file_is_one_of_deephys(bench, tmp_path):
    from shiftscope.interop.deephys.dataset_file import read_dataset_file
    from shiftscope.interop.deephys.model_file import read_model_file

    model, test = bench.write(tmp_path, 12, 5, 6)
    images = cbor2.loads(test.read_bytes())["images"]
    read = list(read_dataset_file(test, read_model_file(model)).images())
    assert len(images) == len(read) == 12
    for there, here in zip(images, read, strict=True):
        assert b"".join(there["data"][1]) == here.pixels[..., 1].tobytes()
        np.testing.assert_array_equal(
            np.frombuffer(there["activations"]["activations"][0], ">f4"), here.responses["hidden"]
        )


@pytest.mark.slow
def test_it_runs_and_writes_its_figures(bench, tmp_path, capsys):
    options = ["--size", "tiny", "--rounds", "1", "--json", str(tmp_path / "deephys.json")]
    bench.command("", bench.measure, options)
    written = json.loads((tmp_path / "deephys.json").read_text())
    assert written["benchmark"] == "deephys"
    assert all(each > 0 for each in written["seconds"].values())
    assert "of cbor2.load" in capsys.readouterr().out
