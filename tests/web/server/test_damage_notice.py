"""Pages of a study one of whose datasets is damaged."""

from __future__ import annotations

import shutil

import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.study import Study
from tests.conftest import viewer


def page(study, address):
    client = viewer(Study(study.path))
    return client.get(f"/{address}")


@pytest.fixture(
    params=["recording.json", "samples/00000.arrow", "summaries.zarr/hidden/maxima/largest/zarr.json"]
)
def damaged(request, recorded) -> Study:
    (recorded.path / "field" / request.param).write_bytes(b"{}")
    return recorded


@pytest.mark.parametrize("address", ["", "layers/hidden", "layers/hidden/units/1"])
def test_the_other_datasets_are_shown_and_the_damaged_one_is_named_with_its_file(damaged, address):
    answer = page(damaged, address)
    assert answer.status_code == 200
    assert "field is left out of this page" in answer.text
    assert str(damaged.path / "field") in answer.text
    assert "thumbnails/lab/" in answer.text
    assert "thumbnails/field/" not in answer.text


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_to_take_away_does_not_leave_it_out(damaged, kind):
    shutil.rmtree(damaged.path / "explanations", ignore_errors=True)
    answer = page(damaged, f"layers/hidden?download={kind}&table=0")
    assert answer.status_code == 500
    assert str(damaged.path / "field") in answer.text


def test_a_page_that_is_asked_for_the_damaged_one_says_what_is_wrong(damaged):
    answer = page(damaged, "layers/hidden?focus=field")
    assert answer.status_code == 500
    assert str(damaged.path / "field") in answer.text
    assert "Traceback" not in answer.text


def test_pages_that_need_nothing_of_it_do_not_speak_of_it(damaged):
    answer = page(damaged, "datasets/lab?focus=lab&baseline=lab")
    assert answer.status_code == 200


def test_where_the_reference_is_damaged_another_is_and_the_page_says_so(recorded):
    (recorded.path / "lab" / "recording.json").write_bytes(b"{}")
    answer = page(recorded, "")
    assert answer.status_code == 200
    assert "the baseline here is &#39;field&#39;" in answer.text


def test_where_every_dataset_is_damaged_the_page_cannot_be_drawn(recorded):
    for name in recorded.datasets:
        (recorded.path / name / "recording.json").write_bytes(b"{}")
    answer = page(recorded, "")
    assert answer.status_code == 500
    assert "recording.json" in answer.text


def test_python_does_not_leave_it_out(damaged):
    shutil.rmtree(damaged.path / "explanations", ignore_errors=True)
    with pytest.raises(StudyDamaged):
        Study(damaged.path).scores("hidden")


def test_a_dataset_that_is_whole_again_is_shown_again(recorded):
    file = recorded.path / "field" / "recording.json"
    content = file.read_bytes()
    client = viewer(Study(recorded.path))
    file.write_bytes(b"{}")
    assert "is left out" in client.get("/").text
    file.write_bytes(content)
    assert "is left out" not in client.get("/").text
