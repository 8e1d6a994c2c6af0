import importlib
import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """A benchmark's file as a module."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    return importlib.import_module


@pytest.fixture
def written(bench, tmp_path):
    """The figures that a benchmark writes at its tiny size."""

    def run(name):
        path = tmp_path / f"{name}.json"
        options = ["--size", "tiny", "--rounds", "1", "--json", str(path)]
        bench("paired").command("", bench(name).measure, options)
        figures = json.loads(path.read_text())
        assert figures["benchmark"] == name
        return figures

    return run
