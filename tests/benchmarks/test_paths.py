"""The benchmark of paths runs, and what it measures counts the same."""

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

    return importlib.import_module("paths")


def test_the_ways_count_the_same(bench):
    from shiftscope.explain.paths.count import Counter
    from shiftscope.explain.paths.rules import RULES

    weight, bias, responses = bench.made(10, 30, 200)
    plain = bench.numpy_per_sample(weight, bias, responses, printed=False)
    ours = Counter(weight, bias, RULES["abs_mean"]).count(responses)
    assert np.abs(ours.astype(int) - plain).max() <= 1  # NumPy sums in float32
    broadcast = bench.torch_broadcast(weight, bias, responses).numpy()
    assert np.abs(broadcast - plain).max() <= 1
    printed = bench.numpy_per_sample(weight, bias, responses, printed=True)
    assert np.abs(Counter(weight, bias, RULES["printed"]).count(responses).astype(int) - printed).max() <= 1


def test_it_runs_and_writes_its_figures(bench, tmp_path, capsys):
    options = ["--size", "tiny", "--rounds", "1", "--json", str(tmp_path / "paths.json")]
    bench.command("", bench.measure, options)
    written = json.loads((tmp_path / "paths.json").read_text())
    assert written["benchmark"] == "paths"
    assert written["counting"][0]["samples_per_second"]["ours"] > 0
    assert 0 < written["divergences"]["share"] < 2
    assert "samples/s" in capsys.readouterr().out
