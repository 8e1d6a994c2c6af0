"""The list of what a study keeps of computed answers."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.scores.score import unit_scores
from shiftscope.study import Study

FEW = {"shuffles": 2, "resamples": 20, "progress": False}


@pytest.fixture
def scored(recorded):
    recorded.scores("hidden")
    recorded.paths(**FEW)
    return recorded


def test_scores_and_paths_are_listed_with_what_they_rest_on(scored):
    table = scored.results()
    assert set(table["state"]) == {"fresh"}
    kinds = {(row.kind, row.layer, row.datasets) for row in table.itertuples()}
    assert kinds == {
        ("scores", "hidden", "field, lab"),
        ("paths", "hidden", "lab"),
        ("paths", "hidden", "field, lab"),
    }
    (scores,) = table[table["kind"] == "scores"].itertuples()
    assert scores.parts.split(", ") == sorted(unit_scores)
    assert all((scored.path / place / "result.json").is_file() for place in table["place"])


def test_what_rests_on_another_recording_is_stale_and_can_be_deleted(scored, made):
    scored.record(made(seed=5), "field", overwrite=True, progress=False)
    stale = scored.results(stale=True)
    assert set(stale["state"]) == {"field recorded again"}
    assert set(stale["datasets"]) == {"field, lab"}
    scored.results(stale=True, remove=True)
    assert scored.results(stale=True).empty
    assert list(scored.results()["datasets"]) == ["lab"]


def test_only_what_is_asked_for_is_listed(scored):
    assert set(scored.results(kind="paths")["kind"]) == {"paths"}
    assert scored.results(layer="conv").empty
    assert len(scored.results(dataset="field")) == 2
    with pytest.raises(BadRequest, match="no kind of result named 'path'; closest: 'paths'"):
        scored.results(kind="path")


def test_a_damaged_result_is_told_verified_and_deleted_by_repair(scored):
    (place,) = scored.results(kind="scores")["place"]
    (arrays,) = (scored.path / place).glob("*.safetensors")
    content = bytearray(arrays.read_bytes())
    content[-1] ^= 1
    arrays.write_bytes(content)
    found = scored.verify(repair=True)
    assert [(each.file, each.remedy) for each in found.damages] == [(arrays, "compute")]
    assert scored.results(kind="scores").empty
    assert Study(scored.path).verify(mend=True).sound  # the older name of `repair`
