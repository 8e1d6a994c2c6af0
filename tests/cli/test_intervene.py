"""`shiftscope intervene`: a table, CSV, JSON."""

import csv
import io
import json

import numpy as np
import pytest

from shiftscope.explain.interventions.intervene import intervene_through_head
from shiftscope.explain.interventions.worst_units import worst_units
from shiftscope.model.load import load_model
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import open_study


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("edit", ["silence", "clamp", "replace"])
def test_csv_holds_what_the_function_returns(run, recorded, edit):
    answer = run("intervene", recorded, "--units", "3", "1", "--edit", edit, "--csv", "-")
    assert (answer.status, answer.err) == (0, "")
    expected = intervene_through_head(StoredStudy(recorded), [3, 1], edit).table()
    rows = rows_of(answer.out)
    assert list(rows[0]) == list(expected.columns)
    assert [row["dataset"] for row in rows] == ["val", "shifted"]
    for column in expected.columns.drop("dataset"):
        np.testing.assert_allclose([float(row[column]) for row in rows], expected[column])


def test_a_file_holds_the_same_as_standard_output(run, recorded, folder):
    printed = run("intervene", recorded, "--units", "2", "--csv", "-").out
    answer = run("intervene", recorded, "--units", "2", "--csv", "answers.csv")
    assert (answer.status, answer.out) == (0, "")
    assert (folder / "answers.csv").read_text() == printed


def test_json_says_what_was_changed_and_what_came_of_it(run, recorded):
    answer = run("intervene", recorded, "--units", "3", "1", "--json")
    found = json.loads(answer.out)
    assert {name: found[name] for name in ("layer", "units", "edit", "reference")} == {
        "layer": "hidden",
        "units": [3, 1],
        "edit": "silence",
        "reference": "val",
    }
    assert [row["dataset"] for row in found["datasets"]] == ["val", "shifted"]
    assert found["datasets"][0]["labelled"] == 10


def test_a_set_without_labels_is_null_in_json_and_a_dash_in_the_table(run, recorded, folder):
    np.savez(folder / "plain.npz", image=np.zeros((4, 8, 8, 3), np.uint8))
    record = ("record", recorded, "--model", "nets:tiny", "--data", "npz:plain.npz", "--name", "plain")
    assert run(*record).status == 0
    found = json.loads(run("intervene", recorded, "--units", "1", "--json").out)
    assert found["datasets"][-1]["before"] is None
    (line,) = (x for x in run("intervene", recorded, "--units", "1").out.splitlines() if "plain" in x)
    assert line.split() == ["plain", "0", "–", "–", "–", "0", "0", "–"]


def test_how_is_the_older_name_of_edit(run, recorded):
    answers = [
        run("intervene", recorded, "--units", "3", "1", name, "clamp").out for name in ("--edit", "--how")
    ]
    assert answers[0] == answers[1]
    assert "Units 3, 1 of hidden clamped" in answers[1]


def test_the_table_names_units_datasets_and_accuracies(run, recorded):
    answer = run("intervene", recorded, "--units", "3", "1", "--edit", "clamp")
    assert answer.status == 0
    assert "Units 3, 1 of hidden clamped" in answer.out
    for row in intervene_through_head(StoredStudy(recorded), [3, 1], "clamp").table().to_dict("records"):
        (line,) = (x for x in answer.out.splitlines() if x.startswith(row["dataset"]))
        assert f"{100 * row['before']:.1f} %" in line
        assert f"{100 * row['difference']:+.1f} (" in line


def test_the_worst_units_of_a_score_are_changed(run, recorded):
    words = ("--worst", "2", "--by", "novelty", "--dataset", "shifted")
    found = json.loads(run("intervene", recorded, *words, "--json").out)
    expected = worst_units(StoredStudy(recorded), 2, "novelty", layer="hidden", dataset="shifted")
    assert found["units"] == list(expected)


def test_the_worst_units_are_those_that_pages_call_most_to_blame_where_nothing_else_is_said(
    run, recorded, monkeypatch
):
    asked = []

    def chosen(study, how_many, by, **options):
        asked.append((how_many, by, options["dataset"]))
        return (3, 1)

    monkeypatch.setattr("shiftscope.explain.interventions.worst_units.worst_units", chosen)
    found = json.loads(run("intervene", recorded, "--worst", "2", "--dataset", "shifted", "--json").out)
    assert (asked, found["units"]) == ([(2, "repairs", "shifted")], [3, 1])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say which units to change"),
        (("--units", "1", "--worst", "2"), "say which units to change"),
        (("--units", "6"), "no unit 6 in layer 'hidden', which has 6"),
        (("--units", "1", "--layer", "conv"), "'conv' does not feed the linear head, 'hidden' does"),
        (("--units", "1", "--edit", "mute"), "mute"),
        (("--units", "1", "--reference", "day"), "no dataset 'day'"),
        (("--worst", "2", "--by", "colour"), "nothing that ranks units is named 'colour'"),
        (("--worst", "2", "--by", "novelty", "--dataset", "day"), "no dataset 'day'"),
        (("--units", "1", "--by", "novelty"), "--by and --dataset choose the worst units"),
        (("--units", "1", "--dataset", "shifted"), "--by and --dataset choose the worst units"),
        (("--units", "1", "--csv", "-", "--json"), "choose one"),
        (("--units", "1", "--csv", "no/such/file.csv"), "there is no folder"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_one_message(run, recorded, words, message):
    assert message in run("intervene", recorded, *words).refused()


def test_with_a_model_any_layer_is_changed_and_data_are_opened_again(run, recorded):
    study = open_study(recorded)
    at_hand = ("--model", "nets:tiny")
    answer = run("intervene", recorded, "--layer", "conv", "--units", "1", *at_hand, "--json")
    assert answer.status == 0, answer.err
    found = json.loads(answer.out)
    assert [row["dataset"] for row in found["datasets"]] == ["val", "shifted"]
    data = {"val": "imagefolder:val/", "shifted": "npz:shifted.npz"}
    net = load_model("nets:tiny", None)
    expected = study.intervene("conv", [1], model=net, data=data, progress=False).table()
    np.testing.assert_allclose([row["after"] for row in found["datasets"]], expected["after"])
    one = run(
        "intervene", recorded, "--layer", "conv", "--units", "1", *at_hand, "--data", f"val={data['val']}"
    )
    assert "shifted" not in one.out
    assert "give --model too" in run("intervene", recorded, "--units", "1", "--data", "val=x").refused()
    assert "as NAME=SOURCE" in run("intervene", recorded, "--units", "1", *at_hand, "--data", "val").refused()
