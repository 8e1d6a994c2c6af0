"""Links inside a study that lead out of it are neither read, served nor written through."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
import torch

from shiftscope.errors import ShiftscopeError, StudyDamaged
from shiftscope.flow.verify import verify
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.store.disk.containment import all_within, within
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.study import Study

from ..conftest import Made, Net, viewer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="making links takes a privilege there")

READ = [
    "study.json",
    "lab",
    "lab/recording.json",
    "lab/samples",
    "lab/samples/00001.arrow",
    "lab/responses.zarr",
    "lab/responses.zarr/hidden/by_unit",
    "lab/responses.zarr/hidden/by_unit/zarr.json",
    "lab/responses.zarr/hidden/by_unit/c",
    "lab/responses.zarr/hidden/by_unit/c/0/0",
    "lab/responses.zarr/logits/c/1",
    "lab/summaries.zarr",
    "lab/summaries.zarr/hidden/maxima/largest/c/0",
    "head.safetensors",
    "maps",
    "notes.sqlite",
    "explanations",
]


def moved_out(study: Path, place: str) -> Path:
    """Put a file or folder beside the study, and a link to it in its place."""
    outside = study.parent / "outside"
    outside.mkdir(exist_ok=True)
    target = outside / Path(place).name
    shutil.move(study / place, target)
    (study / place).symlink_to(target)
    return target


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("place", READ)
def test_a_link_out_of_a_study_is_refused(place, stranger, healthy, watched):
    moved_out(stranger, place)
    refused = watched("study", str(healthy)).refused("study", str(stranger))
    assert any("leads out of" in message for message in refused)


@pytest.mark.parametrize("place", READ)
def test_a_link_within_a_study_and_a_link_to_a_study_are_followed(
    place, stranger, healthy, watched, tmp_path
):
    shutil.move(stranger / place, stranger / "elsewhere")
    (stranger / place).symlink_to(stranger / "elsewhere")
    linked = tmp_path / "link.study"
    linked.symlink_to(stranger)
    refused = watched("study", str(healthy)).refused("study", str(linked))
    if place.startswith(("lab/responses.zarr/", "lab/summaries.zarr/")):
        # An array may not reach out of its own folder, though all is in one study.
        assert all("leads out of" in message and str(linked) in message for message in refused)
    else:
        assert refused == []


def test_a_thumbnail_is_not_served_from_outside(stranger):
    moved_out(stranger, "field/samples")
    client = viewer(Study(stranger))
    answer = client.get("/thumbnails/field/3")
    assert answer.status_code == 500
    assert "leads out of" in answer.text


@pytest.mark.parametrize(
    ("place", "write"),
    [
        ("explanations", lambda study: stored_estimates(study, "field", "lab", "hidden")),
        ("explanations", lambda study: study.paths(progress=False)),
    ],
)
def test_what_is_computed_is_not_written_outside(place, write, stranger):
    shutil.rmtree(stranger / place)
    outside = stranger.parent / "outside"
    outside.mkdir()
    (stranger / place).symlink_to(outside)
    with pytest.raises(StudyDamaged, match="leads out of"):
        write(Study(stranger))
    assert not contents(outside)


@pytest.mark.parametrize("exists", [True, False])
def test_a_note_is_not_written_outside(exists, stranger):
    target = moved_out(stranger, "notes.sqlite")
    before = target.read_bytes()
    if not exists:
        target.unlink()
    with pytest.raises(StudyDamaged, match="leads out of"):
        Study(stranger).annotate("hidden", 1, note="mine")
    assert target.exists() == exists
    assert not exists or target.read_bytes() == before


@pytest.mark.parametrize("place", ["new", "maps", ".locks", ".locks/new.lock", ".locks/study.lock"])
def test_nothing_is_recorded_outside(place, stranger):
    outside = stranger.parent / "outside"
    outside.mkdir()
    (outside / "mine").write_text("kept")
    (outside / ".mine.part").write_text("kept too")
    for there in (".locks", "maps"):
        shutil.rmtree(stranger / there, ignore_errors=True)
    link = stranger / place
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside / "mine" if place.endswith(".lock") else outside)
    torch.manual_seed(0)
    study = Study(stranger)
    with pytest.raises(StudyDamaged, match="leads out of"):
        study.record(Made(seed=3), "new", model=Net(), progress=False)
    assert contents(outside) == {str(outside / "mine"): b"kept", str(outside / ".mine.part"): b"kept too"}


def test_a_recording_begun_by_a_stranger_does_not_go_on_outside(stranger):
    """The folders of a recording that stopped hold a link where chunks or samples are to be written."""
    manifest = json.loads((stranger / "study.json").read_text())
    manifest = with_own_digest({**manifest, "datasets": ["lab"]})
    (stranger / "study.json").write_text(json.dumps(manifest))
    described = json.loads((stranger / "field" / "recording.json").read_text())
    (stranger / "field" / "recording.json").write_text(json.dumps({**described, "complete": False}))
    moved_out(stranger, "field/samples")
    outside = contents(stranger.parent / "outside")
    torch.manual_seed(0)
    study = Study(stranger)
    assert study.datasets == ["lab"]
    with pytest.raises(ShiftscopeError, match="leads out of"):
        study.record(Made(seed=1, scale=1.5), "field", model=Net(), progress=False)
    assert contents(stranger.parent / "outside") == outside


@pytest.mark.parametrize("place", ["../outside/zarr.json", "{outside}/zarr.json", "link/zarr.json"])
@pytest.mark.parametrize("told_in", ["field/checksums.json", "field/shards/00000.done", "study.json"])
def test_mending_neither_reads_nor_deletes_what_a_checksum_outside_names(told_in, place, stranger):
    outside = stranger.parent / "outside"
    outside.mkdir()
    (outside / "zarr.json").write_text("mine")
    (stranger / "field" / "link").symlink_to(outside)
    (stranger / "link").symlink_to(outside)
    name = place.format(outside=outside)
    name = f"../{name}" if name.startswith("..") and told_in != "study.json" else name
    file = stranger / told_in
    told = json.loads(file.read_text())
    told |= {name: "0" * 64} if file.name == "checksums.json" else {"sha256": {name: "0" * 64}}
    file.write_text(json.dumps(told))
    if file.name == "checksums.json":  # and the stranger writes its checksum too
        recording = stranger / "field" / "recording.json"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        described = {**json.loads(recording.read_text()), "checksums": digest}
        recording.write_text(json.dumps(with_own_digest(described)))
    with contextlib.suppress(StudyDamaged):
        verify(Study(stranger), repair=True)
    assert contents(outside) == {str(outside / "zarr.json"): b"mine"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names there")
@pytest.mark.parametrize(
    "place", [place for place in READ if "." in Path(place).name and "zarr" not in Path(place).suffix]
)
def test_a_pipe_in_place_of_a_file_does_not_hang(place, stranger, healthy, watched):
    (stranger / place).unlink()
    os.mkfifo(stranger / place)
    refused = watched("study", str(healthy)).refused("study", str(stranger))
    assert any("is neither a file nor a folder" in message for message in refused)
    watched("verified", str(healthy)).refused("verified", str(stranger))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names there")
def test_a_pipe_in_place_of_summaries_that_are_to_be_merged_does_not_hang(stranger, healthy, watched):
    described = json.loads((stranger / "field" / "recording.json").read_text())
    begun = with_own_digest({**described, "complete": False})
    (stranger / "field" / "recording.json").write_text(json.dumps(begun))
    os.mkfifo(stranger / "field" / "shards" / "00000.summaries")
    watched("verified", str(healthy)).refused("verified", str(stranger))
    assert not (stranger / "field" / "shards" / "00000.summaries").exists(), (
        "it has to come as far as the pipe"
    )


def test_a_recording_that_a_link_led_to_is_replaced_and_what_the_link_led_to_stays(stranger):
    shutil.move(stranger / "field", stranger / "elsewhere")
    (stranger / "field").symlink_to(stranger / "elsewhere")
    before = contents(stranger / "elsewhere")
    torch.manual_seed(0)
    Study(stranger).record(Made(seed=5), "field", model=Net(), overwrite=True, progress=False)
    assert contents(stranger / "elsewhere") == before
    assert not (stranger / "field").is_symlink()
    assert not list(stranger.glob(".*.gone"))


def test_what_lies_within_is_told_from_what_begins_alike(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "ab").mkdir()
    assert within(tmp_path / "a", tmp_path / "a" / "new" / "file") == tmp_path / "a" / "new" / "file"
    for outside in (tmp_path / "ab" / "file", tmp_path / "a" / ".." / "ab"):
        with pytest.raises(StudyDamaged, match="leads out of"):
            within(tmp_path / "a", outside)
    (tmp_path / "a" / "link").symlink_to(tmp_path / "ab")
    with pytest.raises(StudyDamaged, match="leads out of"):
        all_within(tmp_path / "a")
