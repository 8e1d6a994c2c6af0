from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

import shiftscope as ss
from shiftscope.errors import StudyDamaged, StudyMismatch
from shiftscope.store.layout import CHECKSUMS, RECORDING
from shiftscope.store.writing.writer import is_done
from tests.conftest import Made, Net, copied
from tests.test_record import contents


@pytest.fixture(scope="module")
def _recorded_in_shards_once(tmp_path_factory):
    """What `recorded_in_shards` copies."""
    torch.manual_seed(0)
    study = ss.Study.create(tmp_path_factory.mktemp("sharded") / "sharded.study", Net(), tuple("abcd"))
    lab = Made(unlabelled=frozenset({3}))
    study.record(lab, "lab", layers=["conv", "hidden"], shard_samples=8, progress=False)
    study.record(Made(seed=1), "field", shard_samples=8, progress=False)
    return study.path


@pytest.fixture
def recorded_in_shards(tmp_path, net, monkeypatch, _recorded_in_shards_once):
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 8)
    return copied(_recorded_in_shards_once, tmp_path, net)


def spoil(path: Path) -> None:
    """One bit of one byte, as a bad disk would."""
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def test_the_checksums_are_what_sha256sum_says(recorded_in_shards):
    folder = recorded_in_shards.path / "lab"
    told = json.loads((folder / CHECKSUMS).read_text())
    lines = "".join(f"{digest}  {file}\n" for file, digest in told.items())
    checked = subprocess.run(
        ["sha256sum", "-c", "-"], input=lines, cwd=folder, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    whole = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(told) == whole - {RECORDING, CHECKSUMS}, (
        "a file without a checksum, or a checksum without a file"
    )
    digest = hashlib.sha256((folder / CHECKSUMS).read_bytes()).hexdigest()
    assert json.loads((folder / RECORDING).read_text())["checksums"] == digest


def test_a_sound_study_is_found_sound(recorded_in_shards):
    found = recorded_in_shards.verify()
    assert found.sound
    assert found.unchecked == 0
    told = sum(len(json.loads(path.read_text())) for path in recorded_in_shards.path.glob("*/checksums.json"))
    assert found.files == told + len(recorded_in_shards.manifest.sha256)
    assert len(recorded_in_shards.manifest.sha256) == 2  # the head, and what the model answered


def test_every_single_file_is_missed_and_every_changed_bit_is_seen(recorded_in_shards):
    study = recorded_in_shards
    scarcely_matter = {"explanations", ".locks", "notes.sqlite"}
    files = [
        path
        for path in sorted(study.path.rglob("*"))
        if path.is_file() and path.stat().st_size and not scarcely_matter & set(path.parts)
    ]
    assert len(files) > 100
    files = [
        path for path in files if path.name not in ("study.json", RECORDING)
    ]  # below: checked as they are read
    sums = [
        path for path in files if path.name == CHECKSUMS
    ]  # what they alone tell of is not looked for meanwhile
    others = [path for path in files if path.name != CHECKSUMS]
    for group in [*([path] for path in sums), *(others[first::12] for first in range(12))]:
        before = {path: path.read_bytes() for path in group}
        for change in (spoil, Path.unlink):
            for path in group:
                change(path)
            assert sorted(each.file for each in study.verify().damages) == group
        for path, content in before.items():
            path.write_bytes(content)
    assert study.verify().sound


@pytest.mark.parametrize(
    "damaged",
    [
        "responses.zarr/hidden/by_unit/c/0/0",
        "responses.zarr/hidden/by_sample/zarr.json",
        "responses.zarr/zarr.json",
        "responses.zarr/id/c/0",
        "summaries.zarr/hidden/maxima/largest/c/0",
        "summaries.zarr/zarr.json",
        CHECKSUMS,
    ],
)
@pytest.mark.parametrize("gone", [True, False])
def test_what_comes_from_whole_shards_is_made_again_without_the_model(recorded_in_shards, damaged, gone):
    study = recorded_in_shards
    before = contents(study.path)
    path = study.path / "lab" / damaged
    if gone:
        path.unlink()
    else:
        spoil(path)
    assert [each.remedy for each in study.verify(repair=True).damages] == ["repair"]
    assert ss.open_study(study.path).verify().sound
    assert contents(study.path) == before


@pytest.mark.parametrize(
    "damaged",
    [
        "responses.zarr/hidden/by_sample/c/2/0",
        "responses.zarr/logits/c/2/0",
        "samples/00002.arrow",
        "shards/00002.done",
    ],
)
def test_of_a_damaged_shard_that_shard_is_recorded_again(recorded_in_shards, made, damaged):
    study = recorded_in_shards
    before = contents(study.path)
    path = study.path / "lab" / damaged
    path.unlink() if path.suffix == ".done" else spoil(path)
    found = study.verify(repair=True)
    assert [(each.remedy, each.shard) for each in found.damages] == [("record", 2)]
    assert study.unfinished() == ["lab"]
    again = made(unlabelled=frozenset({3}))
    study.record(again, "lab", progress=False)
    assert set(again.read[2:]) == set(range(16, 24))  # the first two are looked at beforehand
    assert study.unfinished() == []
    assert contents(study.path) == before
    assert study.verify().sound


def exchanged(content: dict, *keys: str) -> None:
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = content[keys[-1]][::-1]


@pytest.mark.parametrize(
    "keys", [("categories",), ("datasets",), ("model", "weights_sha256"), ("model", "settings", "sha256")]
)
def test_a_manifest_that_says_something_else_is_seen_and_not_written_over(recorded_in_shards, made, keys):
    path = recorded_in_shards.path / "study.json"
    content = json.loads(path.read_text())
    exchanged(content, *keys)
    path.write_text(json.dumps(content))
    found = ss.open_study(recorded_in_shards.path).verify(repair=True)
    assert [(each.file, each.remedy) for each in found.damages][:1] == [(path, "restore")]
    with pytest.raises(StudyDamaged, match=r"study.json differs from what was written.* Put back a copy"):
        recorded_in_shards.record(made(seed=2), "new", progress=False)
    assert json.loads(path.read_text()) == content


@pytest.mark.parametrize("keys", [("plan", "fingerprint"), ("plan", "model", "weights_sha256"), ("content",)])
def test_a_recording_that_says_something_else_of_itself_is_seen(recorded_in_shards, keys):
    path = recorded_in_shards.path / "lab" / RECORDING
    content = json.loads(path.read_text())
    exchanged(content, *keys)
    path.write_text(json.dumps(content))
    assert [(each.file, each.remedy) for each in recorded_in_shards.verify().damages] == [(path, "overwrite")]


def test_datasets_that_have_changed_places_are_seen(recorded_in_shards):
    study = recorded_in_shards.path
    (study / "lab").rename(study / "aside")
    (study / "field").rename(study / "lab")
    (study / "aside").rename(study / "field")
    opened = ss.open_study(study)
    with pytest.raises(StudyDamaged, match="holds a recording of 'field', and should hold one of 'lab'"):
        opened["lab"]
    assert {each.dataset for each in opened.verify().damages} == {"lab", "field"}


def test_a_folder_in_the_place_of_a_shards_file_is_mended(recorded_in_shards, made):
    before = contents(recorded_in_shards.path)
    file = recorded_in_shards.path / "lab" / "samples" / "00002.arrow"
    file.unlink()
    file.mkdir()
    (file / "inside").write_text("")
    assert [each.shard for each in recorded_in_shards.verify(repair=True).damages] == [2]
    recorded_in_shards.record(made(unlabelled=frozenset({3})), "lab", progress=False)
    assert contents(recorded_in_shards.path) == before


@pytest.mark.parametrize("keep", ["responses", "summaries"])
def test_what_waits_for_a_shard_after_mending_is_otherwise_sound(new_study, made, keep):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], shard_samples=8, keep=keep, progress=False)
    before = contents(study.path)
    (study.path / "lab" / "samples" / "00003.arrow").unlink()
    assert [each.shard for each in study.verify(repair=True).damages] == [3]
    for _ in range(2):
        found = study.verify(repair=True)
        assert found.sound
        assert found.unfinished == ["lab"]
    again = made()
    study.record(again, "lab", layers=["hidden"], shard_samples=8, keep=keep, progress=False)
    assert set(again.read[2:]) == set(range(24, 32))
    assert contents(study.path) == before


@pytest.mark.parametrize(
    ("key", "value"), [("samples", 7), ("shard", 3), ("plan", "another"), ("skipped", 4), ("sha256", {})]
)
def test_the_end_of_a_shard_that_tells_something_else_is_seen(recorded_in_shards, made, key, value):
    study = recorded_in_shards
    before = contents(study.path)
    path = study.path / "lab" / "shards" / "00002.done"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    found = study.verify(repair=True)
    assert [(each.file, each.remedy, each.shard) for each in found.damages] == [(path, "record", 2)]
    study.record(made(unlabelled=frozenset({3})), "lab", progress=False)
    assert contents(study.path) == before


def test_a_shard_whose_end_tells_of_another_does_not_count_in_a_recording_that_goes_on(recorded_in_shards):
    place = recorded_in_shards.place_of("lab")
    folder, plan = place.folder, recorded_in_shards["lab"].plan
    assert is_done(place, plan, 1)
    (folder / "shards" / "00001.done").write_bytes((folder / "shards" / "00002.done").read_bytes())
    assert not is_done(place, plan, 1)


@pytest.mark.skipif(os.name == "nt", reason="making links takes a privilege there")
def test_the_end_of_a_shard_that_a_link_leads_to_does_not_count_and_stays(recorded_in_shards, tmp_path):
    study, outside = recorded_in_shards, tmp_path / "outside.done"
    place = study.place_of("lab")
    place.done(1).rename(outside)
    place.names.done(1).symlink_to(outside)
    assert not is_done(place, study["lab"].plan, 1)
    found = study.verify(repair=True)
    assert (place.names.done(1), "record", 1) in [
        (each.file, each.remedy, each.shard) for each in found.damages
    ]
    assert outside.exists()
    assert not place.names.done(1).is_symlink()


def test_checksums_of_very_many_files_are_read(recorded_in_shards, monkeypatch):
    size = (recorded_in_shards.path / "lab" / CHECKSUMS).stat().st_size
    monkeypatch.setattr("shiftscope.store.integrity.verify.LARGEST_JSON", size - 1)
    assert recorded_in_shards.verify().sound
    monkeypatch.setattr("shiftscope.store.integrity.verify.LONGEST_ENTRY", 1)
    assert CHECKSUMS in str(recorded_in_shards.verify().damages[0].file)


def test_a_shard_of_a_recording_that_goes_on_is_checked_too(new_study, made, monkeypatch):
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 8)
    whole = new_study(name="whole")
    whole.record(made(), "lab", layers=["hidden"], progress=False)
    study = new_study(name="broken")
    with monkeypatch.context() as patched:
        patched.setattr(
            "shiftscope.store.writing.writer.seal", lambda *arguments: (_ for _ in ()).throw(OSError("stop"))
        )
        with pytest.raises(OSError, match="stop"):
            study.record(made(), "lab", layers=["hidden"], progress=False)
    for file in ("shards/00001.summaries", "samples/00003.arrow"):
        spoil(study.path / "lab" / file)
    found = study.verify(repair=True)
    assert {(each.remedy, each.shard) for each in found.damages} == {("repair", None), ("record", 3)}
    again = made()
    study.record(again, "lab", layers=["hidden"], progress=False)
    assert set(again.read[2:]) == set(range(24, 32))
    assert contents(study.path) == contents(whole.path)


@pytest.fixture
def summaries_alone(new_study, made, monkeypatch):
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 8)
    study = new_study(name="summaries")
    study.record(made(), "lab", layers=["hidden"], keep="summaries", progress=False)
    return study


def test_samples_beside_summaries_are_recorded_again_and_the_summaries_kept(summaries_alone, made):
    study = summaries_alone
    before = contents(study.path)
    spoil(study.path / "lab" / "samples" / "00001.arrow")
    assert [(each.remedy, each.shard) for each in study.verify(repair=True).damages] == [("record", 1)]
    study.record(made(), "lab", keep="summaries", progress=False)
    assert contents(study.path) == before


def test_summaries_without_responses_cannot_be_made_from_a_part(summaries_alone, made):
    study = summaries_alone
    folder = study.path / "lab"
    spoil(folder / "summaries.zarr" / "hidden" / "moments" / "total" / "c" / "0")
    (found,) = study.verify(repair=True).damages
    assert found.remedy == "overwrite"
    assert study["lab"].complete, "nothing is undone that cannot be made good"
    study.record(made(), "lab", keep="summaries", overwrite=True, progress=False)
    assert study.verify().sound


def test_other_answers_than_those_summarised_are_refused(summaries_alone, made):
    study = summaries_alone
    spoil(study.path / "lab" / "samples" / "00001.arrow")
    study.verify(repair=True)
    spoil(study.path / "lab" / "samples" / "00002.arrow")  # of a shard that counts as finished
    done = study.path / "lab" / "shards" / "00002.done"
    told = json.loads(done.read_text())
    told["sha256"]["samples/00002.arrow"] = hashlib.sha256(
        (study.path / "lab" / "samples" / "00002.arrow").read_bytes()
    ).hexdigest()
    done.write_text(json.dumps(told))
    with pytest.raises(StudyDamaged, match="not of the shards that are there"):
        study.record(made(), "lab", keep="summaries", progress=False)


def test_a_damaged_head_is_found_and_the_next_recording_writes_it(recorded_in_shards, made):
    study = recorded_in_shards
    before = (study.path / "head.safetensors").read_bytes()
    spoil(study.path / "head.safetensors")
    assert [each.file.name for each in study.verify().damages] == ["head.safetensors"]
    study.record(made(unlabelled=frozenset({3})), "lab", progress=False)
    assert (study.path / "head.safetensors").read_bytes() == before


def test_a_damaged_description_of_a_recording_costs_the_dataset(recorded_in_shards, made):
    study = recorded_in_shards
    (study.path / "field" / RECORDING).write_text("{")
    study = ss.open_study(study.path)
    assert [(each.dataset, each.remedy) for each in study.verify(repair=True).damages] == [
        ("field", "overwrite")
    ]


def test_what_was_written_before_checksums_were_kept_is_counted(recorded_in_shards):
    study = recorded_in_shards
    folder = study.path / "field"
    described = json.loads((folder / RECORDING).read_text())
    del described["checksums"], described["content"], described["digest"]
    (folder / RECORDING).write_text(json.dumps(described))
    (folder / CHECKSUMS).unlink()
    for done in folder.glob("shards/*.done"):
        told = json.loads(done.read_text())
        del told["sha256"], told["plan"]
        done.write_text(json.dumps(told))
    found = ss.open_study(study.path).verify()
    assert found.sound
    assert found.unchecked == sum(
        path.is_file()
        for path in folder.rglob("*")
        if path.parent.name != "shards" and path.name != RECORDING
    )


def test_merging_restored_summaries_equals_those_of_the_pass(recorded_in_shards):
    from shiftscope.store.writing.resummarise import summaries_of_stored
    from shiftscope.summaries.summary import arrays_of, merge_in_order

    recording = recorded_in_shards["lab"]
    shards = [
        summaries_of_stored(recording.place, recording.plan, shard) for shard in recording.plan.shards()
    ]
    for name, state in merge_in_order(shards)["hidden"].items():
        kept = recording.summary("hidden", type(state))
        for field, (values, _) in arrays_of(state).items():
            np.testing.assert_array_equal(values, arrays_of(kept)[field][0], err_msg=f"{name}.{field}")


def test_overwriting_is_refused_for_another_dataset_of_the_name(recorded_in_shards, made):
    with pytest.raises(StudyMismatch):
        recorded_in_shards.record(made(seed=9), "lab", progress=False)
