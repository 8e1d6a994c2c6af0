"""The benchmark of distances runs, and the ways it measures find the same."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    import importlib

    return importlib.import_module("distances")


def test_the_ways_find_the_same(bench):
    from shiftscope.explain.paths.measures.softmax_divergences import softmax_divergences

    entering = bench.made(60, 5, 12)
    np.testing.assert_allclose(bench.ours(entering, 5).sums, bench.by_cdist(entering, 5), rtol=1e-6)
    one = type(entering).of_arrays(entering.responses, np.zeros(60, int))
    mean = bench.by_rel_entr(entering, 60) / (60 * 59)
    np.testing.assert_allclose(softmax_divergences(one, 1).means, [[mean]])


def test_it_runs_and_writes_its_figures(bench, tmp_path, capsys):
    options = ["--size", "tiny", "--rounds", "1", "--json", str(tmp_path / "distances.json")]
    bench.command("", bench.measure, options)
    written = json.loads((tmp_path / "distances.json").read_text())
    assert written["benchmark"] == "distances"
    assert written["share"] > 0
    assert written["seconds"]["rel_entr, all"] > 0
    assert "faster by" in capsys.readouterr().out
