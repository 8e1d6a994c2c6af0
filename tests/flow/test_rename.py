"""Another name for a dataset, under which all that is known of it is found."""

import json

import numpy as np
import pytest

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy, StudyBusy
from shiftscope.scores.estimation import stored_estimates
from shiftscope.store.disk import locks
from tests.conftest import Made


def test_everything_of_it_is_found_under_the_new_name(recorded, net):
    before = recorded["field"].responses("hidden").copy()
    recorded.describe("field", about="outside", groups={"metres": 20})
    recorded.derive("hidden", "pca", size=2, progress=False)
    codes = recorded["field"].responses("hidden~pca2").copy()
    files = {path for path in recorded.path.rglob("*") if path.is_file()}
    recorded.rename("field", "the field: 2")
    again = ss.open_study(recorded.path)
    assert again.datasets == ["lab", "the field: 2"]
    assert (again.unfinished(), again.without_codes("hidden~pca2")) == ([], [])
    assert again["the field: 2"].name == "the field: 2"
    np.testing.assert_array_equal(again["the field: 2"].responses("hidden"), before)
    np.testing.assert_array_equal(again["the field: 2"].responses("hidden~pca2"), codes)
    assert again.description("the field: 2").about == "outside"
    assert {path for path in recorded.path.rglob("*") if path.is_file()} == files
    assert again.verify().sound
    assert json.loads((recorded.path / "study.json").read_text())["folders"] == {"the field: 2": "field"}
    with pytest.raises(NotInStudy, match="no dataset 'field' in this study; closest: 'the field: 2'"):
        again["field"]


def test_results_go_with_it_and_are_not_computed_again(recorded, net, monkeypatch):
    before = recorded.scores("hidden", dataset="field")
    answers = recorded.intervene("hidden", [1], model=net, data={"field": made_field()}, progress=False)
    recorded.rename("field", "outside")
    recorded.rename("lab", "inside")
    assert recorded.reference == "inside"
    table = recorded.results(dataset="outside")
    assert set(table["state"]) == {"fresh"}
    assert set(table["datasets"]) == {"outside, inside"}
    assert recorded.results(dataset="field").empty
    monkeypatch.setattr(stored_estimates, "estimate_units", None)
    after = recorded.scores("hidden", dataset="outside")
    assert after.drop(columns="dataset").equals(before.drop(columns="dataset"))
    data = made_field()
    again = recorded.intervene("hidden", [1], model=net, data={"outside": data}, progress=False)
    np.testing.assert_array_equal(again.answers["outside"].after, answers.answers["field"].after)
    assert data.read == []


def made_field():
    return Made(seed=1, scale=1.5)


def test_names_can_be_swapped_and_given_back(recorded):
    lab, field = recorded["lab"].digest, recorded["field"].digest
    for old, new in (("lab", "between"), ("field", "lab"), ("between", "field")):
        recorded.rename(old, new)
    again = ss.open_study(recorded.path)
    assert (again["field"].digest, again["lab"].digest) == (lab, field)
    assert again.datasets == ["field", "lab"]
    for old, new in (("lab", "between"), ("field", "lab"), ("between", "field")):
        recorded.rename(old, new)
    assert recorded.manifest.folders == {}


def test_its_name_is_free_for_another_recording(recorded, made):
    renamed = recorded["field"].digest
    recorded.rename("field", "outside")
    recorded.record(made(seed=7, samples=20), "field", progress=False)
    again = ss.open_study(recorded.path)
    assert again["outside"].digest == renamed
    assert (len(again["field"].samples), again["field"].folder.name) == (20, "field (2)")
    assert (again.unfinished(), again.verify().sound) == ([], True)
    recorded.record(made(seed=8, samples=20), "field", overwrite=True, progress=False)
    assert recorded["field"].samples.labels.tolist() == made(seed=8, samples=20).labels.tolist()
    assert recorded["outside"].digest == renamed


def test_a_recording_that_stopped_under_a_name_that_was_given_up_goes_on(recorded, made):
    recorded.rename("field", "outside")
    with pytest.raises(ss.errors.DataError):
        recorded.record(
            made(seed=7, samples=20, broken=frozenset({15})), "field", shard_samples=8, progress=False
        )
    assert recorded.unfinished() == ["field"]
    assert "field" not in recorded


def test_a_recording_anew_of_a_renamed_dataset_takes_its_place(recorded, made):
    recorded.rename("field", "outside")
    recorded.record(made(seed=9, scale=1.5), "outside", overwrite=True, progress=False)
    again = ss.open_study(recorded.path)
    assert again["outside"].samples.labels.tolist() == made(seed=9).labels.tolist()
    assert again["outside"].folder.name == "field"


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("feild", "x", NotInStudy, r"no dataset 'feild' in this study; closest: 'field'"),
        ("field", "lab", BadRequest, r"there is a dataset 'lab' already"),
        ("field", "LAB", BadRequest, r"'LAB' and 'lab' would be one folder"),
        ("field", "a/b", BadRequest, r"leave out slashes"),
        ("field", "", BadRequest, r"cannot be|cannot name"),
    ],
)
def test_what_cannot_be_renamed_is_refused(recorded, old, new, error, message):
    with pytest.raises(error, match=message):
        recorded.rename(old, new)
    assert ss.open_study(recorded.path).datasets == ["lab", "field"]


def test_a_dataset_that_is_recorded_is_not_renamed(recorded, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0)
    with recorded.place_of("field").lock(), pytest.raises(StudyBusy):
        ss.open_study(recorded.path).rename("field", "outside")


def test_other_names_of_the_same_letters_and_its_own_are_fine(recorded):
    recorded.rename("field", "Field")
    recorded.rename("Field", "Field")
    assert recorded.datasets == ["lab", "Field"]


def test_another_object_reads_on(recorded):
    other = ss.open_study(recorded.path)
    recorded.rename("field", "outside")
    assert other["field"].responses("hidden").shape == (40, 10)
    other.read_again()
    assert other.datasets == ["lab", "outside"]
