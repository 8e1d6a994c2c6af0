"""`shiftscope attribute`: a table, CSV, JSON, pictures."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from shiftscope.study import open_study

UNIT = ("--layer", "hidden", "--unit", "3")
MODEL = ("--model", "nets:tiny")
BARE = "--no-faithful"


def test_maps_are_computed_once_with_their_price_told_before(run, recorded, folder):
    answer = run("attribute", recorded, *UNIT, *MODEL, BARE, "--samples", "4", "-o", folder / "maps")
    assert answer.status == 0
    assert "4 forward and 4 backward passes, less than a minute" in answer.err
    assert "saliency of hidden:3 on val, 4 samples" in answer.out
    assert answer.out.rstrip().endswith("Beside its images: layers/hidden/units/3 in the viewer")
    (found,) = open_study(recorded).attributions("hidden", 3)
    names = {f"saliency-{position}.png" for position in found.positions}
    assert {path.name for path in (folder / "maps").iterdir()} == names
    assert Image.open(folder / "maps" / min(names)).size == (8, 8)
    again = run("attribute", recorded, *UNIT, BARE, "--samples", "4")
    assert (again.status, again.err, again.out) == (0, "", answer.out)


def test_csv_and_json_hold_what_the_table_holds(run, recorded):
    asked = (
        "attribute",
        recorded,
        "--layer",
        "conv",
        "--unit",
        "3",
        "--method",
        "wam",
        "--option",
        "n=2",
        "level=1",
    )
    table = run(*asked, *MODEL, "--samples", "0", "3", "--csv", "-").out
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["position"] for row in rows] == ["0", "3"]
    np.testing.assert_allclose([float(row["scale_0"]) + float(row["scale_1"]) for row in rows], 1, rtol=1e-6)
    told = json.loads(run(*asked, "--samples", "0", "3", "--json").out)
    assert (told["method"], told["options"]["n"], told["unit"]) == ("wam", 2, 3)
    assert {row["row"] for row in told["faithfulness"]} >= {"wam", "random map", "edges"}
    assert [row["position"] for row in told["samples"]] == [0, 3]


def test_a_category_stands_for_its_logit(run, recorded):
    told = json.loads(run("attribute", recorded, "--unit", "dog", *MODEL, "--samples", "2", "--json").out)
    assert (told["layer"], told["unit"]) == ("logits", 1)


def test_several_units_are_told_one_below_the_other_with_what_was_asked_for_beside(run, recorded, folder):
    asked = ("attribute", recorded, "--layer", "hidden", "--unit", "3", "5", "--samples", "0", "2", BARE)
    answer = run(*asked, *MODEL, "--sanity", "-o", folder / "maps")
    assert answer.status == 0, answer
    assert answer.out.count("weights") == 2
    assert {path.name for path in (folder / "maps").iterdir()} == {
        f"saliency-{unit}-{position}.png" for unit in (3, 5) for position in (0, 2)
    }
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--sanity", "--csv", "-").out)))
    assert [(row["unit"], row["position"]) for row in rows] == [
        ("3", "0"),
        ("3", "2"),
        ("5", "0"),
        ("5", "2"),
    ]
    told = json.loads(run(*asked, "--sanity", "--json").out)
    assert [each["unit"] for each in told] == [3, 5]
    assert told[0]["sanity"][0]["verdict"] == rows[0]["verdict"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--layer", "hidden"), "say which unit"),
        ((*UNIT, "--option", "n"), "give it as NAME=VALUE"),
        ((*UNIT, "--option", "n=1", "n=2"), "gives 'n' twice"),
        ((*UNIT, "--data", "val=val/"), "give --model too"),
        ((*UNIT, "-o", "nets.py"), "is a file; give a folder"),
        ((*UNIT, "--low-pass", "fine"), 'or "fitted"'),
        (UNIT, "does not hold the model"),
        ((*UNIT, "--units", "all"), "choose one"),
        (("--layer", "hidden", "--units", "all", "--keep", "shares", "-o", "maps"), "-o is for maps"),
    ],
)
def test_bad_requests(run, recorded, words, told):
    assert told in run("attribute", recorded, *words).refused()


def test_numbers_of_every_unit_are_computed_with_their_price_told(run, recorded):
    asked = (
        "attribute",
        recorded,
        "--layer",
        "hidden",
        "--units",
        "all",
        "--keep",
        "shares",
        "--samples",
        "4",
    )
    told = run(*asked, *MODEL, "--dry-run")
    assert "8 forward and 48 backward passes" in told.err
    assert "to compute" in told.out
    answer = run(*asked, *MODEL)
    assert (answer.status, answer.out.count("computed")) == (0, 2)
    rows = json.loads(run(*asked, "--json").out)
    assert [(row["dataset"], row["samples"], row["state"]) for row in rows] == [
        ("val", 4, "kept"),
        ("shifted", 4, "kept"),
    ]


def test_downsampling_of_a_unit_is_told_as_a_table_csv_and_json(run, recorded):
    answer = run("downsampling", recorded, *UNIT, *MODEL, "--samples", "4")
    assert answer.status == 0
    assert "at conv (Conv2d)" in answer.out
    told = json.loads(run("downsampling", recorded, *UNIT, "--samples", "4", "--json").out)
    (row,) = csv.DictReader(
        io.StringIO(run("downsampling", recorded, *UNIT, "--samples", "4", "--csv", "-").out)
    )
    assert [each["module"] for each in told["modules"]] == [row["module"]] == ["conv"]
    assert float(row["gain"]) == pytest.approx(told["modules"][0]["gain"])
    assert "say which unit" in run("downsampling", recorded, "--layer", "hidden").refused()
