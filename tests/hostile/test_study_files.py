"""Every file of a study, damaged in every way: an error of ours or a right answer, from Python and in the viewer."""

from __future__ import annotations

import json
import random as randoms
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .mutations import damaged_bytes, damaged_json

KINDS = {
    "manifest": "study.json",
    "recording": "*/recording.json",
    "checksums": "*/checksums.json",
    "head": "head.safetensors",
    "map": "maps/*",
    "samples": "*/samples/*",
    "description of responses": "*/responses.zarr/*/by_*/zarr.json",
    "description of logits": "*/responses.zarr/logits/zarr.json",
    "description of a group": "*/responses.zarr/*/zarr.json",
    "responses": "*/responses.zarr/*/by_*/c/*/*",
    "logits": "*/responses.zarr/logits/c/*/*",
    "description of a summary": "*/summaries.zarr/*/*/*/zarr.json",
    "summary": "*/summaries.zarr/*/*/*/c/**/*",
    "shard": "*/shards/*",
    "scores": "explanations/scores/**/*.*",
    "paths": "explanations/paths/**/*.*",
    "notes": "notes.sqlite",
}
MANY = {"manifest": 25, "recording": 18, "samples": 25, "notes": 18, "description of a summary": 18}


@pytest.fixture(scope="module")
def spare(healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(healthy, tmp_path_factory.mktemp("spare") / "spare.study"))


def damage(file: Path, random: randoms.Random) -> bytes:
    content = file.read_bytes()
    if file.suffix == ".json" and random.randint(0, 4):
        return json.dumps(damaged_json(json.loads(content), random)).encode()
    return damaged_bytes(content, random)


def files_of(kind: str, study: Path) -> list[Path]:
    found = sorted(path.relative_to(study) for path in study.glob(KINDS[kind]) if path.is_file())
    assert found, kind
    return found


@pytest.fixture
def try_damage(healthy: Path, spare: Path, watched: Callable) -> Callable[[str, str, randoms.Random], None]:
    def one(reader: str, kind: str, random: randoms.Random) -> None:
        files = files_of(kind, healthy)
        file = files[random.randint(0, len(files) - 1)]
        (spare / file).write_bytes(damage(healthy / file, random))
        try:
            watched(reader, str(healthy)).refused(reader, str(spare))
        finally:
            shutil.copyfile(healthy / file, spare / file)
            for journal in spare.glob("notes.sqlite-*"):
                journal.unlink()
            written = "explanations"  # what was computed from the damaged files
            shutil.rmtree(spare / written, ignore_errors=True)
            shutil.copytree(healthy / written, spare / written)

    return one


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_refused_or_read_right_in_python(kind, try_damage, cases):
    @cases(MANY.get(kind, 8))
    @given(st.randoms(use_true_random=False))
    def tried(random):
        try_damage("study", kind, random)

    tried()


@pytest.mark.parametrize("kind", ["manifest", "recording", "samples", "summary", "responses", "notes"])
def test_a_damaged_file_gives_pages_that_say_so_or_the_right_ones(kind, try_damage, cases):
    @cases(6)
    @given(st.randoms(use_true_random=False))
    def tried(random):
        try_damage("pages", kind, random)

    tried()


@pytest.mark.parametrize(
    "kind", ["manifest", "recording", "checksums", "shard", "samples", "map", "responses"]
)
def test_a_damaged_file_is_told_of_and_mended_or_refused(kind, healthy, tmp_path, watched, cases):
    files = files_of(kind, healthy)
    spare = tmp_path / "spare.study"

    @cases(5)
    @given(st.randoms(use_true_random=False))
    def tried(random):
        shutil.rmtree(spare, ignore_errors=True)
        shutil.copytree(healthy, spare)
        file = files[random.randint(0, len(files) - 1)]
        (spare / file).write_bytes(damage(healthy / file, random))
        watched("verified", str(healthy)).refused("verified", str(spare))

    tried()


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_or_empty_file_is_refused_or_not_needed(kind, stranger, healthy, watched):
    file = stranger / files_of(kind, healthy)[0]
    for content in (None, b""):
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        watched("study", str(healthy)).refused("study", str(stranger))
        file.touch()
