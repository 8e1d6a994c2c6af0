"""What is said of a study and of its datasets."""

import json

import pytest

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy


def test_what_is_said_is_kept_in_the_manifest(recorded):
    recorded.describe("field", about="sensor noise", groups={"corruption": "noise", "severity": 3})
    recorded.describe(about="two rooms")
    told = json.loads((recorded.path / "study.json").read_text())
    assert told["about"] == "two rooms"
    assert told["described"] == {
        "field": {"about": "sensor noise", "groups": {"corruption": "noise", "severity": 3}}
    }
    again = ss.open_study(recorded.path)
    assert again.about == again.describe().about == "two rooms"
    assert again.describe("field") == again.description("field") == recorded.description("field")
    assert (again.ungrouped, [group.members for group in again.groups]) == (["lab"], [("field",)])


def test_a_study_that_says_nothing_is_written_as_before(recorded):
    assert not {"about", "described"} & set(json.loads((recorded.path / "study.json").read_text()))
    assert not recorded.description("field")
    assert (recorded.about, recorded.groups) == ("", [])


def test_it_is_said_while_recording_and_stays_when_recorded_again(recorded, made):
    told = {"about": "far", "groups": {"metres": 20}}
    recorded.record(made(seed=2), "far", progress=False, **told)
    recorded.record(made(seed=3), "far", overwrite=True, groups={"metres": 30}, progress=False)
    assert recorded.description("far").about == "far"
    assert recorded.description("far").groups == {"metres": 30}


def test_what_is_said_wrongly_is_refused_before_the_first_batch(recorded, made):
    with pytest.raises(BadRequest, match="metres=inf"):
        recorded.record(data := made(seed=2), "far", groups={"metres": float("inf")}, progress=False)
    assert data.read == []


def test_a_new_study_says_what_it_is(net, tmp_path):
    ss.Study.create(tmp_path / "x.study", net, about="two rooms")
    assert ss.open_study(tmp_path / "x.study").about == "two rooms"
    with pytest.raises(BadRequest, match="about=3"):
        ss.Study.create(tmp_path / "y.study", net, about=3)
    assert not (tmp_path / "y.study").exists()


def test_what_cannot_be_described_is_refused(recorded):
    with pytest.raises(NotInStudy, match="no dataset 'feild' in this study; closest: 'field'"):
        recorded.describe("feild", about="x")
    with pytest.raises(BadRequest, match="groups are those of a dataset"):
        recorded.describe(groups={"a": 1})
    with pytest.raises(BadRequest, match="opened to be read only, so nothing is described in it"):
        ss.Study(recorded.path, read_only=True).describe("field", about="x")


@pytest.mark.parametrize(
    "told", [{"field": 3}, {"field": {"groups": {"a": [1]}}}, [], {"field": {"about": 3}}]
)
def test_a_manifest_that_says_something_else_is_damaged(recorded, told):
    file = recorded.path / "study.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "described": told}))
    with pytest.raises(ss.errors.StudyDamaged, match="is not the manifest of a study"):
        ss.open_study(recorded.path)
