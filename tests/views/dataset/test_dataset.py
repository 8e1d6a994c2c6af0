"""One dataset: its confusions and its images."""

import numpy as np
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.statistics.wilson import wilson
from shiftscope.views.dataset.dataset import dataset_images
from shiftscope.views.page.panels import Columns, Facts, ImageStrip, Matrix, Message
from shiftscope.views.parts.number_text import share_interval
from tests.views.conftest import CATEGORIES, flat, panel, panels, positions, same_percent


@pytest.mark.parametrize("name", ["lab", "field", "night"])
def test_the_matrix_counts_labels_by_predictions(explored, name):
    matrix = panels(dataset_images(explored.study, name), Matrix)[0]
    expected = [[explored[name].counted(a, b) for b in range(CATEGORIES)] for a in range(CATEGORIES)]
    np.testing.assert_array_equal(matrix.counts, expected)
    assert tuple(matrix.row_names) == tuple(matrix.column_names) == tuple("abcde")
    assert (matrix.row_axis, matrix.column_axis) == ("label", "prediction")
    assert matrix.page == f"confusions/{{row}}/{{column}}?focus={name}"


@pytest.mark.parametrize(("name", "reference"), [("field", "lab"), ("night", "lab"), ("lab", "field")])
def test_the_second_matrix_is_the_difference_of_the_shares_from_the_reference(explored, name, reference):
    matrix = panel(dataset_images(explored.study, name, baseline=reference), Matrix, "minus")
    assert matrix.title == f"Confusions, {name} minus {reference}"
    assert (matrix.signed, matrix.measured_in, matrix.hide_diagonal) == (True, "points", True)
    lacking = 0
    for a in range(CATEGORIES):
        counts = [[explored[d].counted(a, b) for b in range(CATEGORIES)] for d in (name, reference)]
        if all(map(sum, counts)):
            expected = [100 * (x / sum(counts[0]) - y / sum(counts[1])) for x, y in zip(*counts, strict=True)]
            np.testing.assert_allclose(matrix.counts[a], expected)
        else:
            assert np.isnan(matrix.counts[a]).all()
            lacking += 1
    assert f"{lacking} of 5 labels are not in both sets" in matrix.note


def test_the_reference_is_not_compared_with_itself(explored):
    assert len(panels(dataset_images(explored.study, "lab"), Matrix)) == 1


def test_large_matrices_stand_below_one_another(wide, explored):
    beside = [p for p in dataset_images(explored.study, "field").panels if isinstance(p, Columns)]
    assert [len(p.panels) for p in beside] == [2]
    assert not any(isinstance(p, Columns) for p in dataset_images(wide.study, "two").panels)


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
    assert second.previous.page == "datasets/field"


@pytest.mark.parametrize(("start", "shown"), [(-5, 120), (10**9, 1)])
def test_a_start_outside_the_dataset_shows_its_nearest_end(explored, start, shown):
    assert len(panel(dataset_images(explored.study, "field", start=start), ImageStrip).pictures) == shown


def test_samples_accuracy_and_gaps_are_counted(explored):
    right, known = explored.field.judged()
    facts = {fact.name: fact for fact in panel(dataset_images(explored.study, "field"), Facts).facts}
    assert same_percent(facts["accuracy"].value, right / known)
    assert share_interval(*map(float, wilson(right, known))) in facts["accuracy"].note
    assert "points" in facts["accuracy"].note
    numbers = {name: fact.value for name, fact in facts.items() if name != "accuracy"}
    unlabelled = str(130 - 3 - known)
    assert numbers == {
        "samples": "130",
        "wrong": str(known - right),
        "unlabelled": unlabelled,
        "skipped": "3",
    }
    lab = [fact.name for fact in panel(dataset_images(explored.study, "lab"), Facts).facts]
    assert lab == ["accuracy", "samples", "wrong"]


def test_images_that_were_asked_for_come_before_the_matrices(explored):
    def kinds(**asked):
        page = dataset_images(explored.study, "lab", **asked)
        return [type(each).__name__ for each in flat(page.panels)]

    assert kinds() == ["Facts", "Matrix", "ImageStrip"]
    for asked in ({"show": "wrong"}, {"label": 0}, {"prediction": 1}, {"start": 3}):
        assert kinds(**asked) == ["Facts", "ImageStrip", "Matrix"]


def test_a_filter_can_be_taken_away(explored):
    page = dataset_images(explored.study, "lab", label=1, prediction=2)
    found = {choice.name: (choice.current, choice.options[0].page) for choice in page.choices}
    assert found["Labelled"] == ("b", "datasets/lab?prediction=2")
    assert found["Predicted"] == ("c", "datasets/lab?label=1")
    assert "Labelled" not in {choice.name for choice in dataset_images(explored.study, "lab").choices}


def test_nothing_to_show_says_so(explored):
    strip = panel(dataset_images(explored.study, "lab", show="skipped"), ImageStrip)
    assert list(strip.pictures) == []
    assert strip.note.startswith("0 to 0 of 0")
    assert strip.empty


def test_a_dataset_without_labels_has_no_matrix_and_no_accuracy(unlabelled):
    page = dataset_images(unlabelled.study, "field")
    assert panels(page, Matrix) == []
    assert "No sample of field has a label" in panel(page, Message).text
    assert panel(page, Facts).facts[0].value == "–"
    assert all(picture.verdict is None for picture in panel(page, ImageStrip).pictures)


def test_what_is_not_there_is_named(explored):
    with pytest.raises(NotInStudy, match="no dataset 'day'"):
        dataset_images(explored.study, "day")
    with pytest.raises(NotInStudy, match="no category 5"):
        dataset_images(explored.study, "lab", label=5)
    with pytest.raises(NotInStudy, match="no category -1"):
        dataset_images(explored.study, "lab", prediction=-1)
