"""`shiftscope record FILE.toml`, and a dry run of `record`."""

from __future__ import annotations

import numpy as np
import pytest

from shiftscope.cli.asked.study_file import commands_in
from shiftscope.errors import BadRequest
from shiftscope.study import open_study
from tests.cli.conftest import RECORD

FILE = """
study = "x.study"
model = "nets:tiny"
layers = ["conv", "hidden"]
std = 0.5

[[dataset]]
name = "val"
data = "imagefolder:val"
reference = true

[[dataset]]
name = "night"
data = "csv:night.csv"
limit = 2
groups = { hour = 3, camera = "left" }
check-range = false
"""


def test_a_file_records_every_dataset_of_a_study(run, folder):
    (folder / "study.toml").write_text(FILE)
    answer = run("record", "study.toml")
    assert answer.status == 0, answer.err
    study = open_study(folder / "x.study")
    assert list(study) == ["val", "night"]
    assert study.reference == "val"
    assert list(study.layers) == ["conv", "hidden"]
    assert len(study["night"].samples) == 2
    assert study.description("night").groups == {"hour": 3, "camera": "left"}
    assert study["night"].plan.source["preprocess"]["std"] == 0.5


def test_each_table_is_a_command_and_flags_that_are_usual_are_left_out(folder):
    (folder / "a.toml").write_text(FILE)
    assert commands_in("a.toml")[1] == [
        *("x.study", "--model=nets:tiny", "--layers=conv", "--layers=hidden", "--std=0.5", "--name=night"),
        *("--data=csv:night.csv", "--limit=2", "--groups=hour=3", "--groups=camera=left", "--no-check-range"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            FILE.replace("std =", "sdt ="),
            "'a.toml' has the key 'sdt', which is no option of record; closest: 'std'",
        ),
        (
            FILE.replace("limit", "limits"),
            r"\[\[dataset\]\] number 2 in 'a.toml' has the key 'limits', .* 'limit'",
        ),
        (
            FILE.replace('study = "x.study"', ""),
            'has no key study="FOLDER" above its datasets. There are: model',
        ),
        ('study = "x.study"\nmodel = "m"', r"has no table \[\[dataset\]\]. There are: model"),
        (FILE.replace('name = "night"', ""), r"number 2 in 'a.toml' has no 'name'. There are: model, layers"),
        ("study =", "'a.toml' cannot be read as TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_before_anything_is_recorded(folder, text, message):
    (folder / "a.toml").write_text(text)
    with pytest.raises(BadRequest, match=message):
        commands_in("a.toml")


IN_NIGHT = "dataset 'night', [[dataset]] number 2 in 'a.toml', has "


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("limit = 2", 'limit = "two"', IN_NIGHT + 'limit = "two"; limit takes a whole number.'),
        ("limit = 2", "limit = 2.5", IN_NIGHT + "limit = 2.5; limit takes a whole number."),
        ("limit = 2", "limit = true", IN_NIGHT + "limit = true; limit takes a whole number."),
        (
            "check-range = false",
            "check-range = 0",
            IN_NIGHT + "check-range = 0; check-range takes true or false.",
        ),
        ("limit = 2", 'keep = "all"', "keep = \"all\"; keep takes one of 'responses', 'summaries'."),
        ("limit = 2", "root = [1]", "root = [1]; root takes a path in quotes."),
        ("limit = 2", "about = 2026-01-02", 'about = "2026-01-02"; about takes text in quotes.'),
        ("hour = 3", "hour = [3]", "groups takes text in quotes or a list of such, or a table of values."),
        (
            'name = "night"',
            "name = 3",
            "[[dataset]] number 2 in 'a.toml' has name = 3; name takes text in quotes.",
        ),
        (
            "std = 0.5",
            'std = [1, "a"]',
            "'a.toml' has std = [1, \"a\"]; std takes a number or a list of such.",
        ),
        (
            "limit = 2",
            "layers = []",
            IN_NIGHT + "layers = []; give at least one value, or leave layers out.",
        ),
        ("std = 0.5", "std = []", "'a.toml' has std = []; give at least one value, or leave std out."),
        ('"x.study"', "3", "'a.toml' has study = 3; study takes a path in quotes."),
    ],
)
def test_a_wrong_type_is_told_with_file_dataset_key_and_what_is_asked(folder, right, wrong, message):
    (folder / "a.toml").write_text(FILE.replace(right, wrong))
    with pytest.raises(BadRequest) as refused:
        commands_in("a.toml")
    assert message in str(refused.value)


def test_a_dataset_can_have_none_of_what_the_others_have(folder):
    shared = FILE.replace("std = 0.5", 'shift = ["gaussian_noise:0.3"]\npaths = ["head"]')
    (folder / "a.toml").write_text(shared.replace("limit = 2", "shift = []\npaths = []"))
    val, night = commands_in("a.toml")
    assert {"--shift=gaussian_noise:0.3", "--paths=head"} < set(val)
    assert not any(word.startswith(("--shift", "--paths")) for word in night)


def test_a_value_that_cannot_be_read_is_refused_before_anything_is_recorded(run, folder):
    (folder / "a.toml").write_text(FILE.replace("limit = 2", 'limit = "two"'))
    assert "dataset 'night'" in run("record", "a.toml").refused()
    assert not (folder / "x.study").exists()


def test_keys_that_are_listed_are_spelt_as_options(folder):
    (folder / "a.toml").write_text(FILE.replace("limit", "limits"))
    with pytest.raises(BadRequest, match=r"There are: .*, stored-as, .*, on-error, "):
        commands_in("a.toml")


def test_another_format_is_refused_by_name(run, folder):
    (folder / "study.yaml").write_text("study: x.study\n")
    assert "read from TOML, FILE.toml, and from no other format" in run("record", "study.yaml").refused()


def test_a_dry_run_tells_sizes_and_time_and_leaves_nothing(run, folder):
    answer = run(*RECORD, "--data", "val", "--name", "val", "--layers", "auto", "--limit", "5", "--dry-run")
    assert answer.status == 0, answer.err
    assert "val: 5 samples, about 0 seconds without writing, at most 0.0 MB; " in answer.out
    assert "layers: conv (4 units), hidden (6 units)." in answer.out
    assert not (folder / "x.study").exists()


def test_root_says_where_the_paths_of_a_table_start(run, folder):
    (folder / "tables").mkdir()
    (folder / "tables" / "night.csv").write_text("path,label\nval/cat/0.png,cat\nval/dog/1.png,dog\n")
    words = (*RECORD, "--data", "csv:tables/night.csv", "--name", "night", "--layers", "hidden")
    assert "No such file" in run(*words, "--root", "tables").refused()
    answer = run(*words, "--root", ".")
    assert answer.status == 0, answer.err
    study = open_study(folder / "x.study")
    np.testing.assert_array_equal(study["night"].samples.labels, [0, 1])
