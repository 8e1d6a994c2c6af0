"""`shiftscope demo`."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap

import pytest

from shiftscope import demo
from shiftscope.study import open_study

from ..conftest import mostly_slow


@pytest.fixture
def made(monkeypatch, demo_study):
    """The demonstration's study is there already, so that nothing is trained."""

    def make_study(path, *, seed=0):
        shutil.copytree(demo_study, path)
        return open_study(path)

    monkeypatch.setattr(demo, "make_study", make_study)


def test_the_demo_prints_a_table_for_each_layer_and_how_to_open_the_study(run, tmp_path, made, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run("demo", "--no-view", "--out", "mine.study")
    assert answer.status == 0
    study = open_study(tmp_path / "mine.study")
    for layer in demo.LAYERS:
        assert f"{study.layers[layer].units} units of {layer}" in answer.out
        for row in demo.results(study, layer):
            assert any(all(f" {cell} " in line for cell in row) for line in answer.out.splitlines())
    assert "Open it again with: shiftscope view mine.study" in answer.out
    assert demo.repair_in_words(study, "shiftscope repair mine.study --dataset arbitrary") in answer.out


def test_the_demo_says_what_it_does_before_it_begins_also_into_a_file(tmp_path):
    """A file is written in blocks, so that a line that is not flushed stays out of it till the end."""
    code = textwrap.dedent(
        """
        import os, sys, types
        from shiftscope.cli import main

        demo = sys.modules["shiftscope.demo"] = types.ModuleType("demo")  # in place of what trains
        demo.LAYERS = demo.RESULT_COLUMNS = demo.REPAIRED = demo.repair_in_words = demo.results = None
        demo.make_study, demo.weights_of = lambda path, seed: os._exit(3), None
        sys.argv[1:] = ["demo", "--no-view"]
        main()
        """
    )
    with open(tmp_path / "told.txt", "w") as told:
        ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, stdout=told, check=False)
    assert ended.returncode == 3
    assert (tmp_path / "told.txt").read_text().startswith("Training ")


def test_the_demo_shows_the_study_with_the_options_given(run, tmp_path, made, monkeypatch):
    called = []
    module = sys.modules["shiftscope.cli.demo"]
    monkeypatch.setattr(module, "_run_viewer", lambda *call: called.append(call))
    monkeypatch.setenv("SHIFTSCOPE_TOKEN", "a token of sixteen")
    monkeypatch.setattr("shiftscope.web.server.server.free_port", lambda port: port or 8421)
    answer = run("demo", "--out", tmp_path / "a.study", "--no-browser", "--port", "8500")
    assert "http://127.0.0.1:8500/repair?focus=arbitrary&token=a%20token%20of%20sixteen" in answer.out
    monkeypatch.delenv("SHIFTSCOPE_TOKEN")
    answer = run("demo", "--out", tmp_path / "b.study")
    view, token = ["-m", "shiftscope", "view"], called[1][1]
    assert len(token) >= 16
    assert f"http://127.0.0.1:8421/repair?focus=arbitrary&token={token}" in answer.out
    assert [(words[1:], given) for words, given in called] == [
        ([*view, str(tmp_path / "a.study"), "--port", "8500", "--no-browser"], "a token of sixteen"),
        ([*view, str(tmp_path / "b.study"), "--port", "8421"], token),
    ]


def test_the_end_of_the_demo_says_what_a_repair_gives(made, tmp_path, monkeypatch):
    study = demo.make_study(tmp_path / "a.study")
    found = study.repair("arbitrary")
    gain = found.held_out["arbitrary"]
    assert gain.interval[0] > 0
    said = demo.repair_in_words(study, "here")
    assert said.startswith(f"Silencing {len(found.units)} of 50 units gives arbitrary ")
    assert f" {100 * (gain.fixed - gain.broken) / gain.labelled:.1f} points back, +" in said
    monkeypatch.setattr(demo, "REPAIRED", "drifted")  # which needs none
    assert demo.repair_in_words(study, "here").startswith(
        "No units were found whose silence surely helps drifted;"
    )


def test_a_folder_of_something_else_is_refused_before_the_training(run, tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    trained = []
    monkeypatch.setattr(demo, "train", lambda *arguments, **options: trained.append(True))
    assert "exists and is not empty" in run("demo", "--no-view", "--out", tmp_path / "full").refused()
    assert not trained


@pytest.mark.skipif(sys.platform == "win32", reason="nothing sends SIGTERM there")
@pytest.mark.parametrize(
    ("number", "deaf"), mostly_slow([(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGINT, False)])
)
def test_what_ends_the_demo_ends_its_viewer(tmp_path, demo_study, number, deaf):
    """Also one that is deaf to Ctrl-C, as what a script starts in the background."""
    shutil.copytree(demo_study, tmp_path / "a.study")
    code = textwrap.dedent(
        """
        import signal, sys, types
        from pathlib import Path
        from shiftscope.cli import main

        if sys.argv.pop() == "deaf":
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a process that it starts inherits this
        else:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # also where who runs the tests ignores it
        demo = sys.modules["shiftscope.demo"] = types.ModuleType("demo")  # in place of what imports torch
        demo.LAYERS, demo.RESULT_COLUMNS, demo.results = (), (), None
        demo.make_study, demo.weights_of = lambda path, seed: None, lambda path: Path("none")
        demo.REPAIRED, demo.repair_in_words = "arbitrary", lambda study, address: address
        sys.argv[1:] = ["demo", "--out", "a.study", "--no-browser", "--port", "0"]
        main()
        """
    )
    words = [sys.executable, "-c", code, "deaf" if deaf else "hears"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            shown = (re.search(r"is shown at http://127\.0\.0\.1:([0-9]+)/", line) for line in process.stdout)
            port = int(next(filter(None, shown))[1])
            process.send_signal(number)
            assert process.wait(20) == 128 + number
        finally:
            process.kill()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
