"""One dataset: its confusions and its images."""

import numpy as np
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.views.dataset import dataset_images
from shiftscope.views.panels import ImageStrip, Matrix

from .conftest import CATEGORIES, panel, panels, positions


@pytest.mark.parametrize("name", ["lab", "field", "night"])
def test_the_matrix_counts_labels_by_predictions(explored, name):
    matrix = panel(dataset_images(explored.study, name), Matrix)
    expected = [[explored[name].counted(a, b) for b in range(CATEGORIES)] for a in range(CATEGORIES)]
    np.testing.assert_array_equal(matrix.counts, expected)
    assert tuple(matrix.row_names) == tuple(matrix.column_names) == tuple("abcde")
    assert (matrix.row_axis, matrix.column_axis) == ("label", "prediction")
    assert matrix.page == "confusions/{row}/{column}"


@pytest.mark.parametrize("show", ["all", "wrong", "right", "skipped"])
@pytest.mark.parametrize(("label", "prediction"), [(None, None), (1, None), (None, 2), (1, 2), (2, 2)])
def test_images_are_those_asked_for_in_the_order_of_the_dataset(explored, show, label, prediction):
    plain = explored.field
    expected = []
    for s, (a, b) in enumerate(zip(plain.labels, plain.predictions, strict=True)):
        known = a >= 0 and b >= 0
        wanted = {"all": True, "wrong": known and a != b, "right": known and a == b, "skipped": b < 0}[show]
        if wanted and (label is None or a == label) and (prediction is None or b == prediction):
            expected.append(s)
    page = dataset_images(explored.study, "field", show=show, label=label, prediction=prediction)
    strip = panel(page, ImageStrip)
    assert positions(strip.pictures) == expected[:120]
    assert f"{len(expected)}, in the order of the dataset" in strip.note


def test_skipped_images_are_those_that_could_not_be_read(explored):
    strip = panel(dataset_images(explored.study, "field", show="skipped"), ImageStrip)
    assert positions(strip.pictures) == [7, 77, 129]
    assert [picture.alt for picture in strip.pictures] == ["skipped"] * 3
    assert [picture.verdict for picture in strip.pictures] == [None] * 3


def test_many_images_are_shown_page_by_page(explored):
    first, second = (dataset_images(explored.study, "field", start=start) for start in (0, 120))
    assert positions(panel(first, ImageStrip).pictures) == list(range(120))
    assert positions(panel(second, ImageStrip).pictures) == list(range(120, 130))
    assert panel(first, ImageStrip).note.startswith("1 to 120 of 130")
    assert panel(second, ImageStrip).note.startswith("121 to 130 of 130")
    assert "start=120" in panel(first, ImageStrip).more.page
    assert panel(second, ImageStrip).more is None
    assert first.previous is None
    assert second.previous.page == "datasets/field?show=all"


@pytest.mark.parametrize(("start", "shown"), [(-5, 120), (10**9, 1)])
def test_a_start_outside_the_dataset_shows_its_nearest_end(explored, start, shown):
    assert len(panel(dataset_images(explored.study, "field", start=start), ImageStrip).pictures) == shown


def test_samples_accuracy_and_gaps_are_counted(explored):
    right, known = explored.field.judged()
    subtitle = dataset_images(explored.study, "field").subtitle
    assert "130 samples" in subtitle
    assert f"accuracy {100 * right / known:.1f} %" in subtitle
    assert "3 skipped" in subtitle
    assert "skipped" not in dataset_images(explored.study, "lab").subtitle


def test_nothing_to_show_says_so(explored):
    strip = panel(dataset_images(explored.study, "lab", show="skipped"), ImageStrip)
    assert list(strip.pictures) == []
    assert strip.note.startswith("0 to 0 of 0")
    assert strip.empty


def test_a_dataset_without_labels_has_no_matrix_and_no_accuracy(unlabelled):
    page = dataset_images(unlabelled.study, "field")
    assert panels(page, Matrix) == []
    assert "accuracy –" in page.subtitle
    assert all(picture.verdict is None for picture in panel(page, ImageStrip).pictures)


def test_what_is_not_there_is_named(explored):
    with pytest.raises(NotInStudy, match="no dataset 'day'"):
        dataset_images(explored.study, "day")
    with pytest.raises(NotInStudy, match="no category 5"):
        dataset_images(explored.study, "lab", label=5)
    with pytest.raises(NotInStudy, match="no category -1"):
        dataset_images(explored.study, "lab", prediction=-1)
