"""Where everything of a recording lies, what is refused there, and where a recording is that replaces another."""

from __future__ import annotations

import os
import pickle
from pathlib import PurePosixPath

import pytest

from shiftscope.errors import StudyBusy, StudyDamaged
from shiftscope.store.disk import locks
from shiftscope.store.disk.object_path import ObjectPath, study_path
from shiftscope.store.places import RecordingPlace, StudyPlace

STORE = study_path(ObjectPath("memory://bucket", PurePosixPath("s.study")))

links = pytest.mark.skipif(os.name == "nt", reason="making links takes a privilege there")


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("recording.json", lambda p: p.description),
        ("checksums.json", lambda p: p.checksums),
        ("responses.zarr", lambda p: p.arrays),
        ("responses.zarr/a%2Fb", lambda p: p.responses("a/b")),
        ("responses.zarr/a%2Fb/by_sample", lambda p: p.responses("a/b", "by_sample")),
        ("responses.zarr/logits", lambda p: p.logits),
        ("summaries.zarr", lambda p: p.summaries),
        ("summaries.zarr/a%2Fb/maxima", lambda p: p.summary("a/b", "maxima")),
        ("samples/00007.arrow", lambda p: p.samples(7)),
        ("samples/00001.arrow", lambda p: list(p.all_samples(2))[1]),
        ("shards/00007.done", lambda p: p.done(7)),
        ("shards/00007.summaries", lambda p: p.partial(7)),
        ("shards/00016+16.summaries", lambda p: p.partial(16, 16)),
    ],
)
def test_everything_lies_where_the_format_says_on_a_disk_and_on_a_store(at, place, tmp_path):
    for root in (tmp_path, STORE):
        assert place(RecordingPlace(root, "field: 2%")) == root / "field%3A 2%25" / at


@links
def test_a_folder_that_leads_out_is_refused_at_once(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "s.study").mkdir()
    (tmp_path / "s.study" / "lab").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StudyDamaged, match="leads out of"):
        RecordingPlace(tmp_path / "s.study", "lab")


@links
def test_what_leads_out_of_the_study_is_refused_when_it_is_asked_for_and_may_be_named(tmp_path):
    study = tmp_path / "s.study"
    (study / "lab").mkdir(parents=True)
    (study / "lab" / "samples").symlink_to(tmp_path)
    (study / "notes.sqlite").symlink_to(tmp_path / "notes")
    place = RecordingPlace(study, "lab")
    with pytest.raises(StudyDamaged, match="leads out of"):
        place.samples(0)
    with pytest.raises(StudyDamaged, match="leads out of"):
        StudyPlace(study).file("notes.sqlite")
    assert place.names.samples(0) == study / "lab" / "samples" / "00000.arrow"


def test_on_a_disk_a_replacement_takes_the_folder_of_the_recording_before(tmp_path):
    place = RecordingPlace(tmp_path, "lab")
    place.folder.mkdir()
    (place.folder / "before").touch()
    new = place.replacement
    assert (new.at, new.waits, new.replacement) == (".new lab", True, new)
    new.folder.mkdir()
    new.description.touch()
    assert RecordingPlace.found(tmp_path, "lab") == place
    assert new.settled() == place
    assert [path.name for path in place.folder.iterdir()] == ["recording.json"]
    assert not place.waits
    assert place.settled() == place


def test_a_replacement_that_was_stopped_before_it_took_its_place_is_found(tmp_path):
    new = RecordingPlace(tmp_path, "lab").replacement
    new.folder.mkdir()
    assert RecordingPlace.found(tmp_path, "lab") == new


def test_a_folder_from_a_store_counts_as_a_place_of_its_own(tmp_path):
    place = RecordingPlace.found(tmp_path, "lab", ".3 lab")
    assert (place.at, place.waits, place.replacement.at) == (".3 lab", False, ".new lab")


def test_on_a_store_a_replacement_stays_and_no_folder_is_used_again():
    place = RecordingPlace(STORE, "lab")
    first = place.replacement
    assert (first.at, first.replacement.at) == (".1 lab", ".2 lab")
    assert first.settled() == first
    assert not first.waits


def test_a_replacement_and_what_it_replaces_have_one_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0)
    place = RecordingPlace(tmp_path, "lab")
    with place.replacement.lock(), pytest.raises(StudyBusy), place.lock():
        pass


def test_files_of_shards_are_told_from_what_comes_from_all_of_them(tmp_path):
    place = RecordingPlace(tmp_path, "lab")
    of_shards = [
        place.samples(3),
        place.done(3),
        place.responses("fc", "by_sample") / "c" / "3" / "0",
        place.logits / "c" / "3" / "0",
    ]
    assert list(map(place.shard_of, of_shards)) == [3, 3, 3, 3]
    of_all = [
        place.checksums,
        place.arrays / "zarr.json",
        place.responses("fc", "by_unit") / "c" / "3" / "0",
        place.summary("fc", "maxima") / "largest" / "c" / "0",
    ]
    assert list(map(place.shard_of, of_all)) == [None] * 4


def test_checksums_are_told_by_names_in_the_folder(tmp_path):
    place = RecordingPlace(tmp_path, "lab")
    sums = {place.samples(0): "a", place.responses("f/c", "by_unit") / "zarr.json": "b"}
    told = {"samples/00000.arrow": "a", "responses.zarr/f%2Fc/by_unit/zarr.json": "b"}
    assert place.named(sums) == told
    assert place.files(told) == sums


def test_only_files_that_are_there_are_not_missing(tmp_path):
    place = RecordingPlace(tmp_path, "lab")
    place.samples(0).parent.mkdir(parents=True)
    place.samples(0).touch()
    assert place.missing(place.all_samples(2)) == [place.samples(1)]


@pytest.mark.parametrize("at", ["", ".2 lab"])
def test_a_worker_is_sent_the_same_place(at):
    place = RecordingPlace(STORE, "lab", at)
    assert pickle.loads(pickle.dumps(place)) == place


def test_a_renamed_dataset_keeps_the_names_that_it_was_recorded_under(tmp_path):
    place = RecordingPlace.found(tmp_path, "night", "lab")
    assert (place.dataset, place.recorded_as, place.own) == ("night", "lab", "lab")
    assert place.of_derived("fc~pca2").folder == tmp_path / "derived" / "layers" / "fc~pca2" / "lab"
    assert place.replacement.at == ".new lab"
    assert RecordingPlace.found(STORE, "night", ".1 lab").replacement.at == ".2 lab"


def test_all_folders_of_a_dataset_are_found_and_no_others(tmp_path):
    ours = {"lab", ".new lab", ".2 lab", ".lab.0123abcd.gone", "..new lab.0123abcd.gone"}
    for name in (*ours, "lab 2", "lab.0123abcd.gone", ".lab.01.gone", ".new lab 2", "label", ".locks"):
        (tmp_path / name).mkdir()
    found = [folder.name for folder in RecordingPlace(tmp_path, "lab").folders()]
    assert set(found) == ours
    assert found[-1] == "lab"
