"""A dataset taken out of a study, with all that was computed from it."""

import json

import pytest

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy, StudyBusy, StudyDamaged
from shiftscope.store.disk import locks
from tests.test_record import contents


def test_nothing_of_it_is_left(recorded, made):
    before = set(contents(recorded.path))
    recorded.describe("field", about="outside")
    recorded.derive("hidden", "pca", size=2, progress=False)
    recorded.scores("hidden")
    recorded.remove("field")
    again = ss.open_study(recorded.path)
    assert (again.datasets, again.unfinished(), again.without_codes("hidden~pca2")) == (["lab"], [], [])
    assert again.results(dataset="field").empty
    assert again.manifest.described == {}
    left = set(contents(recorded.path))
    assert before - left == {name for name in before if name.startswith("field/")}
    assert not [name for name in left if "field" in name]
    assert again.verify().sound


def test_a_renamed_one_is_removed_and_its_names_are_free(recorded, made):
    recorded.rename("field", "outside")
    recorded.remove("outside")
    assert "folders" not in json.loads((recorded.path / "study.json").read_text())
    assert not (recorded.path / "field").exists()
    recorded.record(made(seed=4, samples=8), "field", progress=False)
    assert recorded["field"].folder.name == "field"


def test_the_name_of_a_renamed_one_removes_nothing(recorded):
    recorded.rename("field", "outside")
    with pytest.raises(NotInStudy, match="no dataset 'field'"):
        recorded.remove("field")
    assert ss.open_study(recorded.path)["outside"].complete


def test_one_that_was_only_begun_is_removed(recorded, made):
    with pytest.raises(ss.errors.DataError):
        recorded.record(
            made(seed=7, samples=20, broken=frozenset({15})), "far", shard_samples=8, progress=False
        )
    assert recorded.unfinished() == ["far"]
    recorded.remove("far")
    assert (recorded.unfinished(), (recorded.path / "far").exists()) == ([], False)


def test_a_damaged_one_is_removed(recorded):
    (recorded.path / "field" / "recording.json").write_text("{")
    study = ss.open_study(recorded.path)
    study.remove("field")
    assert study.datasets == ["lab"]


def test_the_reference_is_removed_only_when_another_takes_its_place(recorded, made):
    recorded.record(made(seed=4, samples=8), "far", progress=False)
    with pytest.raises(
        BadRequest, match=r"'lab' is the reference, .* as reference='field'; there are field, far"
    ):
        recorded.remove("lab")
    with pytest.raises(NotInStudy, match=r"no other dataset 'fra' to be the reference; closest: 'far'"):
        recorded.remove("lab", reference="fra")
    assert recorded.datasets == ["lab", "field", "far"]
    recorded.remove("lab", reference="far")
    assert ss.open_study(recorded.path).datasets == ["far", "field"]


def test_what_cannot_be_removed_is_refused(recorded, monkeypatch):
    with pytest.raises(NotInStudy, match="no dataset 'feild' in this study; closest: 'field'"):
        recorded.remove("feild")
    with pytest.raises(BadRequest, match="opened to be read only, so nothing is removed from it"):
        ss.Study(recorded.path, read_only=True).remove("field")
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0)
    with recorded.place_of("field").lock(), pytest.raises(StudyBusy):
        ss.open_study(recorded.path).remove("field")
    recorded.remove("field")
    with pytest.raises(
        BadRequest, match="'lab' is the only dataset of this study: delete the study's folder"
    ):
        recorded.remove("lab")


def test_an_object_that_was_opened_before_says_what_happened(recorded):
    other = ss.open_study(recorded.path)
    recorded.remove("field")
    with pytest.raises(StudyDamaged, match="'field' was removed after this study was opened: read_again"):
        other["field"]
    other.read_again()
    assert other.datasets == ["lab"]


def test_results_on_it_are_not_taken_for_those_of_a_later_one(recorded, made):
    before = recorded.scores("hidden", dataset="field")
    recorded.remove("field")
    recorded.record(made(seed=6, scale=1.5), "field", progress=False)
    assert not recorded.scores("hidden", dataset="field").equals(before)
