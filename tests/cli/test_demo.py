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


def test_the_demo_shows_the_study_with_the_options_given(run, tmp_path, made, monkeypatch):
    called = []
    module = sys.modules["shiftscope.cli.demo"]
    monkeypatch.setattr(module, "_run_viewer", lambda words: called.append(words[1:]))
    assert run("demo", "--out", tmp_path / "a.study", "--no-browser", "--port", "8500").status == 0
    assert run("demo", "--out", tmp_path / "b.study").status == 0
    view = ["-m", "shiftscope", "view"]
    assert called == [
        [*view, str(tmp_path / "a.study"), "--port", "8500", "--no-browser"],
        [*view, str(tmp_path / "b.study")],
    ]


def test_a_folder_of_something_else_is_refused_before_the_training(run, tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    trained = []
    monkeypatch.setattr(demo, "train", lambda *arguments, **options: trained.append(True))
    assert "exists and is not empty" in run("demo", "--no-view", "--out", tmp_path / "full").refused()
    assert not trained


@pytest.mark.skipif(sys.platform == "win32", reason="nothing sends SIGTERM there")
@pytest.mark.parametrize(
    ("number", "deaf"), [(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGINT, False)]
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
        demo = sys.modules["shiftscope.demo"] = types.ModuleType("demo")  # in place of what imports torch
        demo.LAYERS, demo.RESULT_COLUMNS, demo.results = (), (), None
        demo.make_study, demo.weights_of = lambda path, seed: None, lambda path: Path("none")
        sys.argv[1:] = ["demo", "--out", "a.study", "--no-browser", "--port", "0"]
        main()
        """
    )
    words = [sys.executable, "-c", code, "deaf" if deaf else "hears"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            shown = (re.search(r"http://127\.0\.0\.1:([0-9]+)/", line) for line in process.stdout)
            port = int(next(filter(None, shown))[1])
            process.send_signal(number)
            assert process.wait(20) == 128 + number
        finally:
            process.kill()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
