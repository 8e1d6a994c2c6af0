"""`shiftscope demo`."""

import shutil

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
    monkeypatch.setattr("subprocess.run", lambda words, check: called.append(words[1:]))
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
