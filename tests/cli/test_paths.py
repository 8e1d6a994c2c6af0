"""`shiftscope paths` and `shiftscope compare`."""

import csv
import io
import shutil

import pytest

from shiftscope.study import open_study


@pytest.fixture
def study(demo_study, tmp_path):
    """A copy: what is computed is kept in it."""
    return shutil.copytree(demo_study, tmp_path / "demo.study")


FEW = ("--shuffles", "3", "--resamples", "20")


def test_the_table_shows_every_dataset_and_the_rule(run, study):
    answer = run("paths", study, "--layer", "output", *FEW)
    assert answer.status == 0
    found = open_study(study).paths("output", shuffles=3, resamples=20, progress=False)
    for name, statistics in found.statistics.items():
        (line,) = (line for line in answer.out.splitlines() if line.startswith(f"{name} "))
        assert f"{statistics.mean_kl.value:.3g} (" in line
        assert f"{statistics.floor.value:.3g}" in line
    assert "|N_ij| > |mean_k N_ik|" in answer.out


def test_csv_holds_the_same_numbers(run, study):
    rows = list(csv.DictReader(io.StringIO(run("paths", study, *FEW, "--csv", "-").out)))
    found = open_study(study).paths(shuffles=3, resamples=20, progress=False)
    assert [row["dataset"] for row in rows] == list(found.statistics)
    assert float(rows[0]["mean_kl"]) == found.statistics["coloured"].mean_kl.value
    categories = list(
        csv.DictReader(io.StringIO(run("paths", study, *FEW, "--categories", "--csv", "-").out))
    )
    assert len(categories) == 7 * 11  # datasets; digits and all of them
    other = list(csv.DictReader(io.StringIO(run("paths", study, *FEW, "--ablation", "--csv", "-").out)))
    assert 0 < float(other[0]["softmax_within"]) < float(other[0]["softmax_between"])


def test_other_rules_are_taken_and_unknown_ones_named(run, study):
    assert "as the paper prints it" in " ".join(run("paths", study, "--rule", "printed", *FEW).out.split())
    answer = run("paths", study, "--rule", "print")
    assert answer.status
    assert "no rule 'print' for significant paths; closest: 'printed'" in answer.err
    assert "there is no folder" in run("paths", study, "--csv", "no/x.csv").err


def test_checkpoints_are_compared_and_written_as_a_page(run, study, tmp_path):
    other = shutil.copytree(study, tmp_path / "later.study")
    answer = run("compare", study, other, "--layer", "output", "--out", tmp_path / "page")
    assert answer.status == 0
    assert "later: " in answer.out
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert "Paths of output over 2 checkpoints" in page
    assert "Separates categories" in page or "As demo" in page
    assert 'href=""' not in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("http-equiv", "")
    assert run("compare", study, other, "--out", tmp_path / "page").status == 0  # a page may be replaced
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").touch()
    assert "is no report" in run("compare", study, other, "--out", tmp_path / "mine").err
    assert (tmp_path / "mine" / "x").exists()
    rows = list(csv.DictReader(io.StringIO(run("compare", study, other, "--csv", "-").out)))
    assert float(rows[0]["ratio"]) == 1


def test_what_cannot_be_compared_is_said(run, study, tmp_path):
    kept = len(list(study.rglob("result.json")))
    assert "at least two studies" in run("compare", study, "--eps", "1e-5").err
    assert len(list(study.rglob("result.json"))) == kept  # no paths are counted for it
    other = shutil.copytree(study, tmp_path / "later.study")
    assert "they share coloured" in run("compare", study, other, "--dataset", "grey").err
