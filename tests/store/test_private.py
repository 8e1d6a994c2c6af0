"""Who may read a study: as the umask says, or its owner alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from shiftscope.errors import BadRequest
from shiftscope.flow.scores import score_all
from shiftscope.store.disk.object_path import study_path
from shiftscope.store.layout import NOTES
from shiftscope.store.manifest import make_study_folder
from shiftscope.study import Study

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system has other rights")


def rights(study: Path) -> dict[str, int]:
    """Of the study's folder and all in it, what others than its owner may do."""
    return {
        str(place.relative_to(study)): stat.S_IMODE(place.stat().st_mode)
        for place in [study, *study.rglob("*")]
    }


@pytest.fixture(params=[0o002, 0o022, 0o027])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def everything_in(study: Study, data: object, keep: str) -> Path:
    """Record, score, count paths, write a note and replace a dataset, all of which write files."""
    for name in ("lab", "field"):
        study.record(data, name, layers=["hidden"], keep=keep, progress=False)
    study.record(data, "field", overwrite=True, progress=False)
    study.annotate("hidden", 0, label="edge")
    if keep == "responses":
        score_all(study)
        study.paths(shuffles=2, resamples=20, progress=False)
    return study.path


def test_a_new_study_is_read_by_whom_the_umask_allows(net, made, tmp_path, umask):
    tmp_path.chmod(0o755)
    study = everything_in(Study.create(tmp_path / "x.study", net), made(seed=1), "responses")
    for place, mode in rights(study).items():
        folder = (study / place).is_dir()
        assert mode == (0o777 if folder else 0o666) & ~umask, place


@pytest.mark.parametrize("keep", ["responses", "summaries"])
def test_of_a_private_study_every_file_is_its_owners_alone(net, made, tmp_path, keep):
    study = everything_in(Study.create(tmp_path / "x.study", net, private=True), made(seed=1), keep)
    assert (study / NOTES).exists()
    for place, mode in rights(study).items():
        assert mode & 0o077 == 0, place


def test_a_study_that_is_there_can_be_made_private(net, tmp_path):
    Study.create(tmp_path / "x.study", net)
    Study.create(tmp_path / "x.study", net, exist_ok=True, private=True)
    assert rights(tmp_path / "x.study")["."] == 0o700


def test_on_an_object_store_rights_are_set_there():
    with pytest.raises(BadRequest, match="set at the object store"):
        make_study_folder(study_path("s3://bucket/x.study"), private=True)
