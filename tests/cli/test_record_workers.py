"""`shiftscope record` with workers of its own, those of a scheduler, or as one of several ranks."""

import sys

import pytest
import torch

from shiftscope.cli.record import own_device
from shiftscope.store.disk.locks import LOCKS

from .conftest import RECORD

WORDS = ("--data", "npz:shifted.npz", "--name", "shifted", "--layers", "conv", "--layers", "hidden")


def contents(folder):
    """Every file of a study but its locks and the scores that the command keeps."""
    files = [
        p for p in sorted(folder.rglob("*")) if p.is_file() and not {LOCKS, "explanations"} & set(p.parts)
    ]
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def test_two_workers_write_what_one_process_does(run, folder, monkeypatch):
    pytest.importorskip("distributed", reason="the package distributed is not installed")
    monkeypatch.setenv("RANK", "0")  # a cluster that is asked for wins
    monkeypatch.setenv("WORLD_SIZE", "2")
    many = (*WORDS, "--shard-samples", "2", "--batch-size", "2")
    # As from a command line: the module lies in the working folder, and no path leads there.
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place != str(folder)])
    answer = run(*RECORD, *many, "--workers", "2", "--loader-workers", "1")
    assert answer.status == 0, answer.err
    assert answer.out.startswith("shifted: 8 samples")
    assert len(list((folder / "x.study" / "shifted" / "shards").glob("*.done"))) == 4
    assert not list((folder / "x.study" / LOCKS).glob("*rank*"))
    monkeypatch.delenv("RANK")
    assert run("record", "alone.study", *RECORD[2:], *many).status == 0
    assert contents(folder / "x.study") == contents(folder / "alone.study")


def test_workers_and_a_scheduler_exclude_each_other(run, folder):
    refused = run(*RECORD, *WORDS, "--workers", "2", "--scheduler", "tcp://127.0.0.1:1").refused()
    assert "give one of them" in refused
    assert not (folder / "x.study").exists()


def test_no_workers_are_refused(run, folder):
    pytest.importorskip("distributed", reason="the package distributed is not installed")
    assert "0 workers; at least 1" in run(*RECORD, *WORDS, "--workers", "0").refused()
    assert not (folder / "x.study").exists()


@pytest.mark.parametrize("option", [("--workers", "2"), ("--scheduler", "tcp://127.0.0.1:1")])
def test_without_dask_the_extra_is_named(run, folder, option, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "shiftscope.engine.cluster", raising=False)
    assert "pip install 'shiftscope[cluster]'" in run(*RECORD, *WORDS, *option).refused()
    assert not (folder / "x.study").exists()


@pytest.mark.parametrize(
    ("asked", "environment", "seen", "own"),
    [
        ("cuda", {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}, 4, "cuda:1"),
        ("cuda", {"SLURM_PROCID": "6", "SLURM_NTASKS": "8", "SLURM_LOCALID": "2"}, 4, "cuda:2"),
        ("cuda", {"SLURM_PROCID": "6", "SLURM_NTASKS": "8", "SLURM_LOCALID": "2"}, 1, "cuda"),
        ("cuda", {"LOCAL_RANK": "1"}, 4, "cuda"),  # alone
        ("cuda:3", {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}, 4, "cuda:3"),
        ("cpu", {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}, 4, "cpu"),
    ],
)
def test_ranks_of_one_machine_have_a_gpu_each(asked, environment, seen, own, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: seen)
    assert own_device(asked, environment) == own
