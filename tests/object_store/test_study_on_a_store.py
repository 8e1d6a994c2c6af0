"""A study on an object store: the same as one in a folder, whatever the store does meanwhile."""

import itertools
import json
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

import shiftscope as ss
from shiftscope.cli import command_line
from shiftscope.errors import BadRequest, StoreError, StudyDamaged
from shiftscope.flow.verify import verify as flow_verify
from shiftscope.store.disk.locks import LOCKS
from shiftscope.store.formats import partial_arrow_file
from shiftscope.store.places import RecordingPlace
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.writing.writer import RecordingWriter
from shiftscope.web.server.application import application
from shiftscope.web.server.study_version import StudyVersion
from tests.conftest import mostly_slow

DEEPHYS = Path(__file__).parents[1] / "interop" / "data" / "deephys"


def record_both(study, made):
    study.record(made(), "lab", layers=["hidden"], progress=False, shard_samples=20)
    study.record(made(seed=1, scale=1.5), "field: 2%", progress=False, shard_samples=20)
    return study


def contents(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and LOCKS not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    return tmp_path_factory.mktemp("local") / "local.study"


@pytest.fixture
def local(net, made, made_once, tmp_path):
    """A study in a folder of the test's own, recorded once for all of them."""
    if not made_once.exists():
        record_both(ss.Study.create(made_once, net, ("a", "b", "c", "d")), made)
    shutil.copytree(made_once, tmp_path / "local.study")
    return ss.open_study(tmp_path / "local.study")


@pytest.fixture
def remote(bucket, net):
    return ss.Study.create(f"{bucket.address}/in/made.study", net, ("a", "b", "c", "d"))


@pytest.fixture
def uploaded(local, bucket):
    """A copy of a study in a folder."""
    for name, content in contents(local.path).items():
        bucket.put(f"up/local.study/{name}", content)
    return ss.open_study(f"{bucket.address}/up/local.study")


def test_it_has_the_same_files_as_a_study_in_a_folder(local, remote, made, bucket):
    record_both(remote, made)
    for study in (local, remote):
        study.scores("hidden")
        study.paths("head", shuffles=2, resamples=20, progress=False)
    expected = contents(local.path)
    assert len(expected) > 100
    assert bucket.contents("in/made.study") == expected


def test_it_is_read_like_a_study_in_a_folder(local, uploaded, monkeypatch):
    monkeypatch.setattr(partial_arrow_file, "ENDS", 2**11)  # so that these small files are not fetched whole
    assert (local.path / "lab/samples/00001.arrow").stat().st_size > 2**12
    opened = uploaded
    assert repr(opened).splitlines()[1:] == repr(local).splitlines()[1:]
    for name in local:
        one, other = local[name], opened[name]
        np.testing.assert_array_equal(other.unit_responses("hidden", 3), one.unit_responses("hidden", 3))
        np.testing.assert_array_equal(other.responses("hidden", 5, 33), one.responses("hidden", 5, 33))
        np.testing.assert_array_equal(other.logits(17), one.logits(17))
        assert [other.samples[at] for at in (0, 39)] == [one.samples[at] for at in (0, 39)]
        assert other.thumbnail(20) == one.thumbnail(20)
    assert opened.maps.keys() == local.maps.keys() == {"head"}
    assert opened.scores("hidden").equals(local.scores("hidden"))
    assert opened.to_pandas("samples").equals(local.to_pandas("samples"))
    assert opened.to_xarray("hidden", "lab").identical(local.to_xarray("hidden", "lab"))


def test_the_viewer_shows_the_same_pages(local, uploaded):
    one, other = (
        TestClient(application(StoredStudy(study.path), token=None), base_url="http://127.0.0.1")
        for study in (local, uploaded)
    )
    for page in ("/", "/layers/hidden", "/layers/hidden/units/2", "/categories/1", "/datasets/lab/samples/7"):
        shown = other.get(page)
        assert shown.status_code == 200, shown.text
        # Commands that a page gives name the study's own place.
        assert shown.text.replace(str(uploaded.path), "STUDY") == one.get(page).text.replace(
            str(local.path), "STUDY"
        )
    study_version = StudyVersion(uploaded, clock=itertools.count(step=2).__next__)
    first = study_version.now()
    assert study_version.now() == first
    uploaded.paths("head", shuffles=2, resamples=20, progress=False)
    assert study_version.now() != first
    picture = shown.text.partition('<img src="')[2].partition('"')[0].lstrip("./")
    assert other.get(f"/{picture}").content == one.get(f"/{picture}").content


def test_a_recording_that_stopped_goes_on(local, remote, made, bucket, monkeypatch):
    commit, calls = RecordingWriter.commit, itertools.count()

    def stopping(self, shard, states):
        if next(calls) == 1:
            raise KeyboardInterrupt
        commit(self, shard, states)

    with monkeypatch.context() as patched:
        patched.setattr(RecordingWriter, "commit", stopping)
        with pytest.raises(KeyboardInterrupt):
            record_both(remote, made)
    assert remote.unfinished() == ["lab"]
    dataset = made()
    remote.record(dataset, "lab", layers=["hidden"], shard_samples=20, progress=False)
    assert 0 not in dataset.read[1:]  # beyond the one that the preparation looks at
    assert set(dataset.read) >= set(range(20, 40))
    record_both(remote, made)
    assert bucket.contents("in/made.study") == contents(local.path)


@pytest.mark.parametrize("moment", mostly_slow(["after", "before"]))
def test_single_failures_change_nothing(local, remote, made, bucket, moment):
    """Where the store did what was asked and the answer got lost, asking again must do no harm."""
    numbers = itertools.count()
    setattr(bucket.store, moment, lambda method, key: 500 if next(numbers) % 4 == 3 else time.sleep(0.002))
    record_both(remote, made)
    assert next(numbers) > 150
    bucket.store.start_anew()
    assert bucket.contents("in/made.study") == contents(local.path)


@pytest.mark.slow
def test_a_store_that_goes_on_failing_leaves_what_can_be_gone_on_with(local, remote, made, bucket):
    bucket.store.before = lambda method, key: 503 if method == "PUT" and key.endswith("00001.arrow") else None
    with pytest.raises(StoreError, match=r"samples/00001.arrow: the object store says .*503.*Try again"):
        record_both(remote, made)
    assert [name for name in bucket.contents("in/made.study") if name.endswith(".done")] == [
        "lab/shards/00000.done"
    ]
    bucket.store.start_anew()
    record_both(remote, made)
    assert bucket.contents("in/made.study") == contents(local.path)


def test_a_bucket_that_is_not_there_is_named(bucket, net):
    with pytest.raises(StoreError, match=r"there is no bucket s3://not-there-at-all"):
        ss.Study.create("s3://not-there-at-all/made.study", net)
    with pytest.raises(StoreError, match=r"there is no bucket s3://not-there-at-all"):
        ss.open_study("s3://not-there-at-all/made.study")


def test_a_study_that_may_only_be_read_is_shown_and_not_changed(uploaded, made, net, bucket):
    opened, before = uploaded, bucket.contents("up/local.study")
    assert not opened.writable()
    bucket.store.before = lambda method, key: 403 if method in ("PUT", "POST", "DELETE") else None
    assert len(opened.scores("hidden"))
    assert "It prefers what it preferred" in opened.unit("hidden", 2)._repr_html_()
    with pytest.raises(BadRequest, match=r"notes cannot be saved .* Copy the study to a folder"):
        opened.annotate("hidden", 2, label="edges")
    with pytest.raises(StoreError, match=r"recording.json: the object store says .*403"):
        opened.record(made(seed=3), "more", model=net, progress=False)
    bucket.store.start_anew()
    assert bucket.contents("up/local.study") == before


def test_notes_that_were_copied_there_are_read(local, uploaded, bucket):
    local.annotate("hidden", 2, label="edges")
    notes = (local.path / "notes.sqlite").read_bytes()
    bucket.put("up/local.study/notes.sqlite", notes)
    assert uploaded.notes().equals(local.notes())
    assert uploaded.notes()["label"].tolist() == ["edges"]


def test_a_replaced_recording_is_never_mixed_with_the_one_before(remote, made, bucket, monkeypatch):
    record_both(remote, made)
    reader, first = ss.open_study(str(remote.path)), made(seed=1, scale=1.5)
    old = reader["field: 2%"]
    expected = old.unit_responses("hidden", 1)

    def stop(*arguments, **options):
        raise KeyboardInterrupt

    new = made(seed=5)
    with monkeypatch.context() as patched:
        patched.setattr(RecordingPlace, "settled", stop)
        with pytest.raises(KeyboardInterrupt):
            remote.record(new, "field: 2%", overwrite=True, progress=False)
    np.testing.assert_array_equal(
        ss.open_study(str(remote.path))["field: 2%"].unit_responses("hidden", 1), expected
    )
    remote.record(new, "field: 2%", overwrite=True, progress=False)
    for _ in range(2):
        with pytest.raises(StudyDamaged, match="record the dataset again"):
            old.unit_responses("hidden", 1)  # rather than the new ones
        found = ss.open_study(str(remote.path))["field: 2%"]
        assert found.samples.labels.tolist() == new.labels.tolist()
        new = first
        remote.record(new, "field: 2%", overwrite=True, progress=False)
    folders = {name.partition("/")[0] for name in bucket.contents("in/made.study")}
    assert folders == {
        ".3 field%3A 2%25",
        "lab",
        "head.safetensors",
        "study.answers.safetensors",
        "study.json",
    }


def test_datasets_that_are_finished_at_once_are_both_in_the_manifest(remote):
    others = [StoredStudy(str(remote.path)) for _ in range(6)]
    meet = threading.Barrier(len(others))

    def enter(number):
        meet.wait()
        others[number].update(
            lambda manifest: replace(manifest, inputs={**manifest.inputs, f"{number}": number})
        )

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(len(others))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert remote.reread().inputs == {f"{number}": number for number in range(len(others))}


def test_commands_take_an_address(uploaded, capsys):
    with pytest.raises(SystemExit) as left:
        command_line()(["score", str(uploaded.path), "--layer", "hidden", "--csv", "-"])
    assert not left.value.code
    assert len(capsys.readouterr().out.splitlines()) == 1 + 10
    with pytest.raises(SystemExit) as left:
        command_line()(["verify", str(uploaded.path)])
    assert not left.value.code
    assert " files as written" in capsys.readouterr().out
    with pytest.raises(BadRequest, match="two studies are called local"):
        command_line()(["compare", str(uploaded.path), str(uploaded.path)])


@pytest.mark.slow
def test_a_study_that_is_damaged_there_is_mended(local, uploaded, bucket):
    key = "up/local.study/lab/summaries.zarr/hidden/maxima/largest/c/0"
    bucket.put(key, b"something else")
    with pytest.raises(StudyDamaged):
        uploaded.scores("hidden")
    flow_verify(uploaded, repair=True)
    assert flow_verify(uploaded).sound
    assert bucket.contents("up/local.study") == contents(local.path)


def test_a_page_of_one_unit_takes_few_requests(uploaded, bucket):
    uploaded.unit("hidden", 2)  # computes the scores and keeps them
    bucket.store.start_anew()
    opened = ss.open_study(str(uploaded.path))
    opened.unit("hidden", 2)
    assert {method for method, _ in bucket.store.requests} == {"GET", "HEAD"}
    assert len(bucket.store.requests) < 120
    bucket.store.start_anew()
    opened.unit("hidden", 3)
    assert (
        len(bucket.store.requests) < 21
    )  # its maps, its pictures and the layer's numbers of maps are looked for too


def test_going_through_all_units_fetches_each_file_once(uploaded, local, bucket):
    for unit in range(6):
        np.testing.assert_array_equal(
            uploaded["lab"].unit_responses("hidden", unit), local["lab"].unit_responses("hidden", unit)
        )
    assert (
        len([key for _, key in bucket.store.requests if "by_unit/c/" in key]) == 2
    )  # a row, then all of them


@pytest.mark.slow
def test_a_copy_of_a_replaced_recording_is_read_and_replaced_in_a_folder(remote, made, net, bucket, tmp_path):
    """The manifest says where it is, until it is replaced where folders can be renamed."""
    record_both(remote, made)
    remote.record(made(seed=5), "lab", overwrite=True, progress=False)
    for name, content in bucket.contents("in/made.study").items():
        (tmp_path / "copy.study" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy.study" / name).write_bytes(content)
    copy = ss.open_study(tmp_path / "copy.study")
    assert copy["lab"].folder.name == ".1 lab"
    assert copy["lab"].samples.labels.tolist() == made(seed=5).labels.tolist()
    copy.record(made(seed=6), "lab", model=net, overwrite=True, progress=False)
    assert copy["lab"].folder.name == "lab"
    assert copy["lab"].samples.labels.tolist() == made(seed=6).labels.tolist()
    assert not list(copy.path.glob(".1*"))
    assert "folders" not in json.loads((copy.path / "study.json").read_bytes())


def test_a_manifest_that_points_elsewhere_is_refused(local):
    manifest = json.loads((local.path / "study.json").read_bytes())
    for folder in ("..", "../other", ".0 lab", ".new lab", "field%3A 2%25", ".1 field%3A 2%25", 7):
        (local.path / "study.json").write_text(json.dumps({**manifest, "folders": {"lab": folder}}))
        with pytest.raises(StudyDamaged, match=r"is not the manifest of a study"):
            ss.open_study(local.path)


def test_files_of_deephys_are_imported_into_a_bucket(bucket, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [str(DEEPHYS / name) for name in ("now.model", "lab.test")]
    for out in ("here.study", f"{bucket.address}/there.study"):
        assert not command_line()(["import", "deephys", *files, "-o", out], result_action="return_value")
    assert [path.name for path in tmp_path.iterdir()] == ["here.study"]
    there, here = bucket.contents("there.study"), contents(tmp_path / "here.study")
    assert there == here
    assert len(here) > 20


@pytest.mark.slow
def test_a_derived_layer_on_a_store_is_that_in_a_folder(local, remote, made, net):
    record_both(remote, made)
    for study in (local, remote):
        study.derive("hidden", "pca", size=3, progress=False)
    again = ss.open_study(remote.path)
    assert list(again.layers) == ["hidden", "hidden~pca3"]
    for name in local:
        np.testing.assert_array_equal(
            again[name].responses("hidden~pca3"), local[name].responses("hidden~pca3")
        )
    assert again.verify().sound
    assert again.scores("hidden~pca3").equals(local.scores("hidden~pca3"))
    remote.record(made(seed=2), "field: 2%", overwrite=True, progress=False, shard_samples=20)
    local.record(made(seed=2), "field: 2%", model=net, overwrite=True, progress=False, shard_samples=20)
    np.testing.assert_array_equal(
        ss.open_study(remote.path)["field: 2%"].responses("hidden~pca3"),
        local["field: 2%"].responses("hidden~pca3"),
    )


@pytest.mark.slow
def test_datasets_are_renamed_reordered_and_removed_where_nothing_can_be_renamed(remote, made, bucket):
    for seed, name in ((0, "lab"), (1, "field: 2%"), (5, "lab")):
        remote.record(
            made(samples=8, seed=seed),
            name,
            layers=["hidden"],
            overwrite=True,
            stored_as="float16",
            progress=False,
        )
    remote.derive("hidden", "pca", size=2, progress=False)
    remote.scores("hidden")
    keys = set(bucket.contents("in/made.study"))
    remote.rename("lab", "room")
    again = ss.open_study(remote.path)
    assert (again.datasets, again.reference) == (["room", "field: 2%"], "room")
    assert again["room"].samples.labels.tolist() == made(samples=8, seed=5).labels.tolist()
    assert set(again.results()["state"]) == {"fresh"}
    assert set(bucket.contents("in/made.study")) == keys
    with pytest.raises(BadRequest, match="'room' is the reference"):
        remote.remove("room")
    remote.remove("room", reference="field: 2%")
    again = ss.open_study(remote.path)
    assert (again.datasets, again.unfinished(), again.manifest.folders) == (["field: 2%"], [], {})
    folders = {part for key in bucket.contents("in/made.study") for part in key.split("/")}
    assert not folders & {"lab", ".1 lab"}
    assert again.verify().sound


def test_a_removal_that_the_store_cut_short_is_finished_by_the_same_call(remote, made, bucket):
    record_both(remote, made)
    bucket.store.before = lambda method, key: 403 if method == "POST" else None  # which deletes
    with pytest.raises(StoreError):
        remote.remove("field: 2%")
    bucket.store.start_anew()
    again = ss.open_study(remote.path)
    assert again.datasets == ["lab"]
    again.remove("field: 2%")
    assert not [key for key in bucket.contents("in/made.study") if key.startswith("field")]
