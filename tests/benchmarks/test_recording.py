"""The benchmark of recording runs, and its models are what it says."""

import json
import sys
from pathlib import Path

import pytest
import torch

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    import importlib

    return importlib.import_module("recording")


def test_the_models_have_the_sizes_they_are_known_by(bench):
    def parameters(model):
        return sum(weight.numel() for weight in model.parameters())

    assert parameters(bench.resnet(224, 64, 1000)) == 11_689_512  # torchvision's resnet18
    assert parameters(bench.resnet(224, 64, 1000, (3, 4, 6, 3))) == 25_557_032  # and its resnet50
    assert parameters(bench.ViT(224, 768, 1000)) == 86_567_656  # its vit_b_16
    assert len(bench.relus(bench.resnet(32, 4, 10))) == 17


@pytest.mark.slow
def test_it_runs_and_writes_its_figures(bench, tmp_path, capsys):
    threads = torch.get_num_threads()
    options = ["--size", "tiny", "--rounds", "1", "--json", str(tmp_path / "recording.json")]
    bench.command("", bench.measure, options)
    written = json.loads((tmp_path / "recording.json").read_text())
    assert written["benchmark"] == "recording"
    assert all(share > 0 for share in written["passes"][0]["shares"].values())
    assert written["memory"]["ratio"] == pytest.approx(1, abs=0.2)
    assert "of the forward pass" in capsys.readouterr().out
    assert torch.get_num_threads() == threads


def test_the_pass_on_a_device_runs_on_the_cpu_too(bench, capsys):
    bench.on_device("cpu", samples=4, pixels=32, batch=2, workers=0, width=4, rounds=1)
    out = capsys.readouterr().out
    for way in ("4 stages", "all ReLUs", "12 blocks"):
        for where in ("summaries by the host", "summaries on the device", "responses stay there"):
            assert out.count(f"{way}, {where}") == 2 - (where == "summaries by the host")
