"""Words on samples, in the file of notes."""

import sqlite3
from contextlib import closing

import pytest

from shiftscope.errors import BadRequest, NotInStudy, StudyDamaged
from shiftscope.store.layout import NOTES
from shiftscope.store.notes import save_unit_note, unit_note
from shiftscope.store.sample_tags import count_tags, sample_tags, tag_samples
from shiftscope.study import Study


@pytest.fixture
def study(recorded):
    return recorded


def test_tags_are_put_on_and_taken_away(study):
    assert sample_tags(study, "lab") == {}
    assert tag_samples(study, "lab", [1, 3], add="odd, dark") == 2
    assert tag_samples(study, "lab", [3], add=["odd"], remove="dark") == 1
    assert tag_samples(study, "lab", [3], add="odd") == 0  # it has it
    expected = {"sample-1": {"odd", "dark"}, "sample-3": {"odd"}}
    assert sample_tags(study, "lab") == expected
    assert sample_tags(Study(study.path), "lab") == expected
    assert count_tags(expected) == {"dark": 1, "odd": 2}
    assert tag_samples(study, "lab", [1, 3], remove="odd dark") == 2
    assert sample_tags(study, "lab") == {}


def test_tags_and_notes_of_units_lie_in_one_file_in_either_order(study):
    tag_samples(study, "lab", [1], add="odd")
    save_unit_note(study, "hidden", 2, label="Stripes")
    assert unit_note(study, "hidden", 2).label == "Stripes"
    assert sample_tags(study, "lab") == {"sample-1": {"odd"}}
    with closing(sqlite3.connect(study.path / NOTES)) as file:
        assert file.execute("SELECT dataset, sample, tags FROM sample_tags").fetchall() == [
            ("lab", "sample-1", "odd")
        ]


def test_too_much_is_refused_and_nothing_of_it_is_kept(study):
    tag_samples(study, "lab", [1], add=[f"t{number}" for number in range(20)])
    with pytest.raises(BadRequest, match="'sample-1' would have 21 tags; 20 are the most"):
        tag_samples(study, "lab", [0, 1], add="more")
    assert "sample-0" not in sample_tags(study, "lab")
    with pytest.raises(BadRequest, match="at most 40 characters"):
        tag_samples(study, "lab", [1], add="x" * 41)
    with pytest.raises(BadRequest, match="1,001 samples at once"):
        tag_samples(study, "lab", [0] * 1001, add="x")


def test_what_is_not_there_is_not_tagged(study):
    with pytest.raises(NotInStudy, match="no dataset 'day'"):
        tag_samples(study, "day", [0], add="x")
    with pytest.raises(NotInStudy, match="no sample 40"):
        tag_samples(study, "lab", [0, 40], add="x")
    assert tag_samples(study, "lab", [], add="x") == tag_samples(study, "lab", [1], add=" ") == 0
    assert not (study.path / NOTES).exists()


def test_a_study_that_is_read_only_takes_none(study):
    with pytest.raises(BadRequest, match="read only"):
        tag_samples(Study(study.path, read_only=True), "lab", [1], add="x")


def test_a_tag_that_is_no_text_is_refused(study):
    tag_samples(study, "lab", [1], add="odd")
    with closing(sqlite3.connect(study.path / NOTES)) as file, file:
        file.execute("UPDATE sample_tags SET tags = x'00'")
    with pytest.raises(StudyDamaged, match="no text, of a sample in 'lab'"):
        sample_tags(study, "lab")


def test_tags_go_with_a_dataset_that_is_renamed_and_with_one_that_is_removed(study):
    tag_samples(study, "field", [1], add="odd")
    study.rename("field", "outside")
    assert sample_tags(study, "outside") == {"sample-1": {"odd"}}
    tag_samples(study, "outside", [1], add="dark")
    study.remove("outside")
    with closing(sqlite3.connect(study.path / NOTES)) as file:
        assert file.execute("SELECT * FROM sample_tags").fetchall() == []


def test_the_verbs_of_a_study_tag_and_list(study):
    assert study.tag_samples("lab", [3, 1], add="odd dark") == 2
    assert study.sample_tags("lab").to_dict("records") == [
        {"position": 1, "id": "sample-1", "tags": "dark, odd"},
        {"position": 3, "id": "sample-3", "tags": "dark, odd"},
    ]
