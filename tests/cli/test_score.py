"""`shiftscope score`: a table, CSV, and a file."""

import csv
import io

import numpy as np
import pytest
import zarr

from shiftscope.errors import DataError
from shiftscope.scores.score import unit_scores


def expected_ratio(study, layer):
    """(unit,) largest response in the shifted set over that in the reference."""
    largest = {
        name: zarr.open_array(study / name / "responses.zarr" / layer / "by_sample", mode="r")[:].max(axis=0)
        for name in ("val", "shifted")
    }
    reference = largest["val"].astype(float)
    return np.where(reference > 0, largest["shifted"] / np.where(reference > 0, reference, 1), np.nan)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_csv_on_standard_output_has_every_unit_and_nothing_else(run, recorded, layer):
    answer = run("score", recorded, "--layer", layer, "--csv", "-")
    assert (answer.status, answer.err) == (0, "")
    rows = rows_of(answer.out)
    assert answer.out.splitlines()[0] == f"dataset,unit,{','.join(unit_scores)}"
    ratio = expected_ratio(recorded, layer)
    assert sorted(int(row["unit"]) for row in rows) == list(range(len(ratio)))
    for row in rows:
        assert row["dataset"] == "shifted"
        shown = float(row["activation_ratio"] or "nan")
        assert shown == pytest.approx(ratio[int(row["unit"])], rel=1e-5, nan_ok=True)


def test_a_file_holds_the_same_as_standard_output(run, recorded, folder):
    printed = run("score", recorded, "--layer", "hidden", "--csv", "-").out
    answer = run("score", recorded, "--layer", "hidden", "--csv", "scores.csv")
    assert (answer.status, answer.out) == (0, "")
    assert (folder / "scores.csv").read_text() == printed


@pytest.mark.parametrize("sort", ["novelty", "activation_ratio"])
def test_units_are_sorted_largest_first_with_the_undefined_ones_last(run, recorded, sort):
    rows = rows_of(run("score", recorded, "--layer", "hidden", "--sort", sort, "--csv", "-").out)
    values = [float(row[sort] or "nan") for row in rows]
    defined = [value for value in values if value == value]
    assert values[: len(defined)] == sorted(defined, reverse=True)
    assert len(set(defined)) > 1


def test_only_so_many_units_are_shown_when_asked(run, recorded):
    whole = run("score", recorded, "--layer", "hidden", "--csv", "-").out.splitlines()
    assert (
        run("score", recorded, "--layer", "hidden", "--top", "2", "--csv", "-").out.splitlines() == whole[:3]
    )


def test_the_table_shows_names_and_numbers_and_counts_the_undefined(run, recorded):
    answer = run("score", recorded, "--layer", "conv")
    assert answer.status == 0
    for word in ("dataset", "unit", "activation_ratio", "novelty", "spurious", "Units of conv by novelty"):
        assert word in answer.out
    for ratio in expected_ratio(recorded, "conv"):
        assert np.isnan(ratio) or f"{ratio:.3f}" in answer.out
    undefined = int(np.isnan(expected_ratio(recorded, "conv")).sum())
    assert (f"{undefined} without activation_ratio" in answer.out) == (undefined > 0)
    assert "4 without spurious" in answer.out  # two categories have no rank correlation
    assert "nan" not in answer.out
    assert "–" in answer.out


def test_intervals_hold_the_score_and_come_with_what_it_tests(run, recorded):
    rows = rows_of(run("score", recorded, "--layer", "hidden", "--intervals", "--csv", "-").out)
    assert not {"novelty_p", "wasserstein_q"} & set(rows[0])
    for row in rows:
        low, value, high = (float(row[f"shift_auroc{end}"]) for end in ("_low", "", "_high"))
        assert 0 <= low <= value <= high <= 1
    told = [
        (float(row["shift_auroc_p"]), float(row["shift_auroc_q"])) for row in rows if row["shift_auroc_p"]
    ]
    assert told
    assert all(0 <= p <= q <= 1 for p, q in told)


def test_small_p_and_q_come_first(run, recorded):
    words = ("--layer", "hidden", "--intervals", "--sort", "shift_auroc_q", "--csv", "-")
    told = [
        float(row["shift_auroc_q"])
        for row in rows_of(run("score", recorded, *words).out)
        if row["shift_auroc_q"]
    ]
    assert told == sorted(told)
    assert len(told) > 1


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--intervals",),
        ("--intervals", "--sort", "profile_correlation_low"),
        ("--sort", "profile_correlation"),
        ("--sort", "unit"),
        ("--dataset", "val"),
    ],
)
def test_the_table_fits_a_terminal_of_eighty_columns(run, recorded, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "80")
    out = run("score", recorded, "--layer", "hidden", *words).out
    assert "unit" in out
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_names_that_differ_in_their_ends_are_told_apart_in_eighty_columns(run, recorded, monkeypatch):
    names = [f"gaussian_noise-0.{digit} seed 11" for digit in (2, 5)]
    assert run("rename", recorded, "shifted", names[0]).status == 0
    words = ("--model", "nets:tiny", "--data", "npz:shifted.npz", "--name", names[1])
    assert run("record", recorded, *words).status == 0
    monkeypatch.setenv("COLUMNS", "80")
    score = run("score", recorded, "--layer", "hidden").out
    pairs = run("intervene", recorded, "--units", "0", "--layer", "hidden").out
    for out in (score, pairs):
        assert max(map(len, out.splitlines())) <= 80
        for end in (".2 seed 11 ", ".5 seed 11 "):
            assert end in out
            assert f"gaussian_noise-0{end}" not in out


def test_the_interval_of_the_score_sorted_by_is_shown(run, recorded):
    out = run("score", recorded, "--layer", "hidden", "--intervals", "--sort", "rate_change_q").out
    heading = next(line for line in out.splitlines() if "rate_change" in line and "dataset" in line)
    assert [word for word in heading.split() if word.isalpha() or "_" in word][2:7] == [
        "rate_change",
        "low",
        "high",
        "p",
        "q",
    ]


def test_the_reference_itself_has_the_scores_of_one_dataset_only(run, recorded):
    words = ("--layer", "hidden", "--dataset", "val")
    rows = rows_of(run("score", recorded, *words, "--csv", "-").out)
    assert {row["dataset"] for row in rows} == {"val"}
    assert {row["novelty"] for row in rows} == {row["shift_auroc"] for row in rows} == {""}
    assert any(row["selectivity"] for row in rows)
    assert "by selectivity" in run("score", recorded, *words).out


def test_another_reference_turns_the_comparison_round(run, recorded):
    there = rows_of(run("score", recorded, "--layer", "hidden", "--csv", "-").out)
    back = rows_of(run("score", recorded, "--layer", "hidden", "--reference", "shifted", "--csv", "-").out)
    ratios = {row["unit"]: float(row["activation_ratio"] or "nan") for row in there}
    assert {row["dataset"] for row in back} == {"val"}
    compared = 0
    for row in back:
        forth = ratios[row["unit"]]
        if forth > 0 and row["activation_ratio"]:
            assert float(row["activation_ratio"]) == pytest.approx(1 / forth, rel=1e-5)
            compared += 1
    assert compared >= 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--layer", "hiden"), "no layer 'hiden' in this study; closest: 'hidden'"),
        (("--layer", "hidden", "--sort", "colour"), "no column named 'colour'"),
        (("--layer", "hidden", "--sort", "novelty_low"), "no column named 'novelty_low'; closest: 'novelty'"),
        (("--layer", "hidden", "--dataset", "day"), "no dataset 'day'"),
        (("--layer", "hidden", "--reference", "day"), "no dataset 'day'"),
        (("--layer", "hidden", "--csv", "no/such/file.csv"), "there is no folder"),
        (("--layer", "hidden", "--csv", "val"), "'val'"),
        (("--layer", "hidden", "--top", "-1"), "top"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_one_message(run, recorded, words, message):
    assert message in run("score", recorded, *words).refused()


def test_one_dataset_alone_has_nothing_to_compare(run, folder):
    words = ("--data", "val/", "--name", "val", "--layers", "hidden")
    assert run("record", "x.study", "--model", "nets:tiny", *words).status == 0
    refused = run("score", "x.study", "--layer", "hidden").refused()
    assert "record a shifted dataset first" in refused


def test_a_study_in_which_nothing_is_finished_says_what_goes_on(run, new_study, made):
    study = new_study()
    with pytest.raises(DataError):
        study.record(
            made(broken=frozenset({30})),
            "lab",
            layers=["hidden"],
            shard_samples=8,
            batch_size=8,
            progress=False,
        )
    told = run("score", str(study.path), "--layer", "hidden").refused()
    assert "no dataset is recorded in" in told
    assert "The recording of 'lab' was begun, and the same command goes on." in told


def test_a_study_that_is_not_there_says_so(run, folder):
    assert "no study at nowhere.study" in run("score", "nowhere.study", "--layer", "hidden").refused()
    (folder / "empty.study").mkdir()
    assert "study.json is missing" in run("score", "empty.study", "--layer", "hidden").refused()
