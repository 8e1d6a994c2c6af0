"""The scores of a study one of whose datasets is damaged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.progress import silent
from shiftscope.scores.estimation.stored_estimates import has_estimates
from shiftscope.study import Study
from shiftscope.web.jobs.kinds.scores import Scores


def test_the_other_datasets_are_scored(recorded: Study) -> None:
    (recorded.path / "field" / "recording.json").write_bytes(b"{}")
    study = Study(recorded.path)
    Scores(reference="lab").run(SimpleNamespace(study=study), silent)  # type: ignore[arg-type]
    assert has_estimates(study, "lab", "lab", "hidden")


def test_a_damaged_reference_is_told(recorded: Study) -> None:
    (recorded.path / "lab" / "recording.json").write_bytes(b"{}")
    study = Study(recorded.path)
    with pytest.raises(StudyDamaged, match="lab"):
        Scores(reference="lab").run(SimpleNamespace(study=study), silent)  # type: ignore[arg-type]
