"""One dataset: its confusions and its images."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.outcomes.harm import harm
from shiftscope.statistics.wilson import wilson
from shiftscope.views.dataset.dataset import dataset_images
from shiftscope.views.page.panels import Columns, Facts, Filter, ImageStrip, Matrix, Message, plain
from shiftscope.views.parts.number_text import share_interval
from tests.views.conftest import CATEGORIES, panel, panels, positions, same_number, same_percent


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
    (beside,) = panels(dataset_images(explored.study, "field"), Columns)
    assert len(beside.panels) == 2
    assert panels(dataset_images(wide.study, "two"), Columns) == []


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
    page = dataset_images(
        explored.study, "field", show=show, label=label, prediction=prediction, sort="order"
    )
    strip = panel(page, ImageStrip)
    assert positions(strip.pictures) == expected[:96]
    assert f"{len(expected)}, in the order of the dataset" in strip.note


def test_a_dataset_opens_with_the_errors_that_the_model_is_surest_of(explored):
    plain, samples = explored.field, explored.study["field"].samples
    wrong = [
        s for s, (a, b) in enumerate(zip(plain.labels, plain.predictions, strict=True)) if -1 < a != b > -1
    ]
    surest = sorted(wrong, key=lambda s: -samples.confidences[s])
    strip = panel(dataset_images(explored.study, "field"), ImageStrip)
    others = [s for s in range(len(plain.labels)) if s not in wrong]
    assert positions(strip.pictures) == [*surest, *others][:96]
    assert ", the most confident errors first" in strip.note
    captions = [picture.caption for picture in strip.pictures]
    assert captions[: len(wrong)] == [explored.study.categories[plain.predictions[s]] for s in surest]
    assert not any(captions[len(wrong) :])


def test_skipped_images_are_those_that_could_not_be_read(explored):
    strip = panel(dataset_images(explored.study, "field", show="skipped"), ImageStrip)
    assert positions(strip.pictures) == [7, 77, 129]
    assert [picture.alt for picture in strip.pictures] == ["skipped"] * 3
    assert [picture.verdict for picture in strip.pictures] == [None] * 3


def test_many_images_are_shown_page_by_page(explored):
    first, second = (dataset_images(explored.study, "field", start=start, sort="order") for start in (0, 96))
    assert positions(panel(first, ImageStrip).pictures) == list(range(96))
    assert positions(panel(second, ImageStrip).pictures) == list(range(96, 130))
    assert panel(first, ImageStrip).note.startswith("1 to 96 of 130")
    assert panel(second, ImageStrip).note.startswith("97 to 130 of 130")
    assert "start=96" in panel(first, ImageStrip).more.page
    assert panel(second, ImageStrip).more is None
    assert first.previous is None
    assert second.previous.page == "datasets/field?sort=order"


@pytest.mark.parametrize(("start", "shown"), [(-5, 96), (10**9, 1)])
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


def test_images_come_first_and_matrices_and_counts_are_folded(explored):
    page = dataset_images(explored.study, "lab")
    assert [type(each).__name__ for each in page.panels] == ["Filter", "ImageStrip", "Folds"]
    assert [fold.key for fold in page.panels[-1].panels] == ["confusions", "certainty", "counts"]


def test_a_filter_can_be_taken_away(explored):
    form = panel(dataset_images(explored.study, "lab", label="b", prediction=2, show="wrong"), Filter)
    values = {field.name: field.value for field in form.fields}
    assert values == {"label": "b", "prediction": "c", "where": "", "unit": ""}
    assert form.page == form.reset == "datasets/lab?show=wrong"
    assert panel(dataset_images(explored.study, "lab"), Filter).reset == ""


@pytest.mark.parametrize("name", ["field", "night"])
def test_the_heading_says_the_harm_and_the_lede_the_numbers(explored, name):
    page = dataset_images(explored.study, name)
    usual, here = explored.lab.judged(), explored[name].judged()
    word = harm(*usual, *here, CATEGORIES)
    assert page.sentence == f"{name} {word} this model"
    said = plain(page.lede)
    assert f"{100 * here[0] / here[1]:.1f} %" in said
    assert f"{100 * usual[0] / usual[1]:.1f} %" in said
    grown = {
        (a, b): explored[name].counted(a, b) / total - explored.lab.counted(a, b) / before
        for a in range(4)
        for b in range(5)
        if a != b
        and (total := sum(explored[name].counted(a, p) for p in range(5)))
        and (before := sum(explored.lab.counted(a, p) for p in range(5)))
    }
    a, b = max(grown, key=grown.get)
    assert page.lede[2].text == f"{'abcde'[a]} → {'abcde'[b]}"
    assert page.lede[2].page == f"confusions/{a}/{b}?focus={name}"


def test_the_baseline_is_called_so(explored):
    page = dataset_images(explored.study, "lab")
    assert page.sentence == "lab is the baseline"
    right, known = explored.lab.judged()
    assert plain(page.lede).startswith(f"Accuracy is {100 * right / known:.1f} %. ")


@pytest.mark.parametrize(("sort", "sign"), [("confident", -1), ("unsure", 1)])
def test_images_are_sorted_by_confidence_those_without_last(explored, sort, sign):
    strip = panel(dataset_images(explored.study, "field", sort=sort, start=100), ImageStrip)
    confidences = explored.field.confidences
    missing = np.isnan(confidences)
    order = sorted(range(130), key=lambda s: (missing[s], sign * confidences[s] if not missing[s] else 0, s))
    assert positions(strip.pictures) == order[100:220]
    assert positions(strip.pictures)[-3:] == [7, 77, 129]
    assert strip.pictures[-1].caption == "–"
    assert same_percent(strip.pictures[0].caption, confidences[order[100]])


def test_images_are_sorted_by_loss(explored):
    plain_set = explored.field
    page = dataset_images(explored.study, "field", sort="loss")
    loss = {}
    for s in range(130):
        if plain_set.shown[s] and plain_set.labels[s] >= 0:
            logits = plain_set.logits(s)
            loss[s] = np.logaddexp.reduce(logits) - logits[plain_set.labels[s]]
    order = sorted(loss, key=lambda s: (-loss[s], s))
    strip = panel(page, ImageStrip)
    assert positions(strip.pictures)[:90] == order[:90]
    assert same_number(strip.pictures[0].caption, loss[order[0]])


def test_images_are_sorted_by_energy(explored):
    page = dataset_images(explored.study, "field", sort="energy")
    energies = {
        s: -np.logaddexp.reduce(explored.field.logits(s)) for s in range(130) if explored.field.shown[s]
    }
    order = sorted(energies, key=lambda s: (-energies[s], s))
    strip = panel(page, ImageStrip)
    assert positions(strip.pictures) == order[:96]
    assert same_number(strip.pictures[0].caption, energies[order[0]])


def test_images_are_sorted_by_the_response_of_a_unit(explored):
    strip = panel(dataset_images(explored.study, "field", unit="hidden:1"), ImageStrip)
    responses = explored.field.responses("hidden")[:, 1]
    order = sorted((s for s in range(130) if explored.field.shown[s]), key=lambda s: (-responses[s], s))
    assert positions(strip.pictures) == order[:96]
    assert "the strongest response first (hidden:1)" in strip.note
    bare = dataset_images(explored.study, "field", unit="1")
    assert positions(panel(bare, ImageStrip).pictures) == order[:96]
    offered = [link.text for link in bare.choices[1].options]
    assert offered[-2:] == ["the largest loss first", "the strongest response first"]


def test_images_are_filtered_by_metadata(explored):
    strip = panel(dataset_images(explored.study, "lab", where="row = 7"), ImageStrip)
    assert positions(strip.pictures) == [7]
    assert len(panel(dataset_images(explored.study, "lab", where="row"), ImageStrip).pictures) == 90
    with pytest.raises(BadRequest, match=r"no metadata column 'rwo'; closest: 'row'\. There are: row"):
        dataset_images(explored.study, "lab", where="rwo=7")


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"unit": "hidden"}, BadRequest, "'hidden' is no unit; write its layer and number, as in hidden:3"),
        ({"unit": "hidden:99"}, NotInStudy, "99"),
        ({"unit": "hiden:1"}, NotInStudy, "hiden"),
        ({"sort": "response"}, BadRequest, "say which"),
    ],
)
def test_an_order_that_cannot_be_had_says_why(explored, asked, error, said):
    with pytest.raises(error, match=said):
        dataset_images(explored.study, "lab", **asked)


def test_without_responses_there_is_no_order_by_loss_or_energy(summaries_only):
    page = dataset_images(summaries_only.study, "field")
    assert len(page.choices[1].options) == 4
    with pytest.raises(NotInStudy, match='recorded with keep="summaries"'):
        dataset_images(summaries_only.study, "field", sort="loss")


def test_the_same_images_elsewhere_are_told(twinned, explored):
    note = panel(dataset_images(twinned.study, "dusk"), ImageStrip).note
    assert note.endswith("; each opens beside the same image in 1 other set")
    assert "each opens" not in panel(dataset_images(explored.study, "field"), ImageStrip).note


def test_nothing_to_show_says_so(explored):
    strip = panel(dataset_images(explored.study, "lab", show="skipped"), ImageStrip)
    assert list(strip.pictures) == []
    assert strip.note.startswith("0 to 0 of 0")
    assert strip.empty


def test_a_dataset_without_labels_has_no_matrix_and_no_accuracy(unlabelled):
    page = dataset_images(unlabelled.study, "field")
    assert panels(page, Matrix) == []
    assert "No sample of field has a label" in panel(page, Message).text
    assert page.sentence == "What field does to this model is not known without labels"
    assert panel(page, Facts).facts[0].value == "–"
    assert all(picture.verdict is None for picture in panel(page, ImageStrip).pictures)


def test_what_is_not_there_is_named(explored):
    with pytest.raises(NotInStudy, match="no dataset 'day'"):
        dataset_images(explored.study, "day")
    with pytest.raises(NotInStudy, match="no category 5"):
        dataset_images(explored.study, "lab", label=5)
    with pytest.raises(NotInStudy, match="no category -1"):
        dataset_images(explored.study, "lab", prediction=-1)
