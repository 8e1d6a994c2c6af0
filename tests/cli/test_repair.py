"""`shiftscope repair`: what the search found, on the half that was held out."""

import csv
import io
import json
import shutil

import pytest
from safetensors import safe_open

from shiftscope.explain.interventions.repair import RepairQuestion
from shiftscope.explain.interventions.repair_search import search_repair
from shiftscope.store.stored_study import StoredStudy


def searched(path, dataset, **options):
    study = StoredStudy(path)
    return search_repair(study, RepairQuestion.of(study, dataset, **options))


@pytest.fixture(scope="module")
def demo_study(demo_study, tmp_path_factory):
    """A copy, since what is found is kept."""
    return shutil.copytree(demo_study, tmp_path_factory.mktemp("repaired") / "demo.study")


@pytest.fixture(scope="module")
def found(demo_study):
    return searched(demo_study, "permuted")


def test_the_table_is_that_of_the_held_out_half(run, demo_study, found):
    answer = run("repair", demo_study, "--dataset", "permuted")
    assert answer.status == 0
    assert "Held-out half of each dataset" in answer.out
    for name, pairs in found.held_out.items():
        (line,) = (x for x in answer.out.splitlines() if x.startswith(f"{name} ") and "(" in x)
        assert f"{100 * pairs.before:.1f} %" in line
        assert f"{100 * pairs.after:.1f} %" in line
        assert str(pairs.labelled) in line
    assert found.in_words() in " ".join(answer.out.split())


def test_csv_and_json_hold_the_same(run, demo_study, found):
    words = ("repair", demo_study, "--dataset", "permuted")
    rows = list(csv.DictReader(io.StringIO(run(*words, "--csv", "-").out)))
    told = json.loads(run(*words, "--json").out)
    assert told["units"] == list(found.units)
    assert told["within_margin"] is found.within_margin
    assert (told["dataset"], told["reference"], told["margin"], told["seed"]) == (
        "permuted",
        "coloured",
        0.01,
        0,
    )
    for row, also in zip(rows, told["datasets"], strict=True):
        pairs = found.held_out[row["dataset"]]
        assert int(row["fixed"]) == also["fixed"] == pairs.fixed
        assert float(row["after"]) == pytest.approx(pairs.after)


def test_options_reach_the_search(run, demo_study):
    words = ("--dataset", "arbitrary", "--most", "2", "--seed", "5", "--margin", "0.2")
    told = json.loads(run("repair", demo_study, *words, "--json").out)
    expected = searched(demo_study, "arbitrary", most=2, seed=5, margin=0.2)
    assert told["units"] == list(expected.units)


@pytest.mark.parametrize("option", ["--save-head", "--save"])  # --save is its older name
def test_the_repaired_head_is_written(run, demo_study, tmp_path, found, option):
    assert found.units
    path = tmp_path / "head.safetensors"
    answer = run("repair", demo_study, "--dataset", "permuted", option, path)
    assert answer.status == 0
    assert f"head written to {path}" in answer.out
    with safe_open(path, "numpy") as file:
        weight = file.get_tensor("weight")
    assert not weight[:, list(found.units)].any()
    assert weight.any()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--csv", "-", "--json"), "choose one"),
        (("--csv", "no/such/file.csv"), "there is no folder 'no/such'"),
        (("--csv", "val"), "cannot write 'val': it is a folder"),
        (("--save-head", "no/such/head.safetensors"), "there is no folder 'no/such'"),
        (("--save-head", "head.pt"), "'head.pt'; a head is written in safetensors: end the name in .safeten"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_search(run, recorded, monkeypatch, words, message):
    monkeypatch.setattr("shiftscope.explain.interventions.repair_search.search_repair", None)
    assert message in run("repair", recorded, "--dataset", "shifted", *words).refused()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--dataset", "shifted"), "labelled samples to search in"),
        (("--dataset", "val"), "is the reference itself"),
        (("--dataset", "day"), "no dataset 'day'"),
        (("--dataset", "shifted", "--layer", "conv"), "does not feed the linear head"),
        (("--dataset", "shifted", "--margin", "2"), "a margin is from 0 to 1"),
        ((), "labelled samples to search in"),  # the only one beside the reference
    ],
)
def test_what_cannot_be_repaired_is_refused_in_one_message(run, recorded, words, message):
    assert message in run("repair", recorded, *words).refused()


def test_which_sets_there_are_is_said_where_none_is_named(run, demo_study):
    assert "--dataset is needed: there are 'permuted', 'arbitrary'" in run("repair", demo_study).refused()
