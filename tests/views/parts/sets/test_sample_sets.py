"""Sets of samples and the mean response over them."""

import numpy as np
import pytest

from shiftscope.outcomes.outcomes import right_and_wrong
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets import sample_sets as sets
from shiftscope.views.parts.sets.sample_sets import (
    Chosen,
    bounded,
    label_mean,
    mean_logits,
    mean_response,
    set_mean,
)
from tests.views.conftest import CATEGORIES


def scale(plain, layer):
    """(unit,) largest responses; NaN for a unit that has none above zero."""
    maxima = plain.maximum(layer)
    return np.where(maxima > 0, maxima, np.nan)


@pytest.mark.parametrize(("label", "prediction"), [(0, 1), (2, 2), (1, None), (None, 3)])
@pytest.mark.parametrize("wrong", [False, True])
def test_samples_are_chosen_by_label_and_prediction_and_skipped_ones_never(
    explored, label, prediction, wrong
):
    plain = explored.field
    expected = [
        s
        for s in range(len(plain))
        if plain.shown[s]
        and label in (None, plain.labels[s])
        and prediction in (None, plain.predictions[s])
        and (not wrong or (plain.labels[s] >= 0 and plain.labels[s] != plain.predictions[s]))
    ]
    samples = explored.study["field"].samples
    found = Chosen(label, prediction, wrong).of(samples)
    assert sorted(found.tolist()) == expected
    assert (np.diff(samples.confidences[found]) <= 0).all()
    assert not wrong or right_and_wrong(samples)[1][found].all()


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_the_mean_of_a_set_is_that_of_its_responses_however_it_is_read(explored, monkeypatch, at_once):
    monkeypatch.setattr(sets, "AT_ONCE", at_once)
    mean_response.cache_clear()
    found = mean_response(explored.study["lab"], "hidden", Chosen(label=1))
    responses = explored.lab.responses("hidden")[explored.lab.labels == 1]
    assert found.samples == len(responses) > 7
    np.testing.assert_allclose(found.mean, responses.mean(axis=0))
    np.testing.assert_allclose(found.variance(), responses.var(axis=0, ddof=1))


def test_a_set_too_large_is_read_in_part_and_evenly(explored, monkeypatch):
    monkeypatch.setattr(sets, "READ_AT_MOST", 3)
    mean_response.cache_clear()
    mean_logits.cache_clear()
    chosen, lab = Chosen(label=1), explored.study["lab"]
    ordered = chosen.of(lab.samples)
    last = len(ordered) - 1
    read = ordered[[0, round(last / 2), last]]
    found = mean_response(lab, "hidden", chosen)
    assert found.samples == 3
    np.testing.assert_allclose(found.mean, explored.lab.responses("hidden")[read].mean(axis=0))
    logits = np.mean([explored.lab.logits(int(s)) for s in read], axis=0)
    np.testing.assert_allclose(mean_logits(lab, chosen), logits)
    mean_response.cache_clear()
    mean_logits.cache_clear()


def test_a_page_says_when_a_set_was_read_in_part():
    assert bounded("Each mean", 0, sets.READ_AT_MOST) == ""
    assert "Each mean is computed from 4\u202f096 samples" in bounded("Each mean", 3, sets.READ_AT_MOST + 1)


@pytest.mark.parametrize("reference", ["lab", "field"])
def test_all_samples_of_two_labels_are_averaged_over_the_reference_maximum(explored, reference):
    selection = Selection.at(explored.study, "hidden", reference)
    plain, maxima = explored.field, scale(explored[reference], "hidden")
    both = plain.shown & np.isin(plain.labels, [0, 2])
    np.testing.assert_allclose(
        label_mean(selection, "field", 0, 2), plain.responses("hidden")[both].mean(axis=0) / maxima
    )


def test_without_samples_there_is_no_mean(explored):
    selection = Selection.at(explored.study)
    assert np.isnan(label_mean(selection, "lab", CATEGORIES - 1)).all()
    assert np.isnan(set_mean(selection, "lab", Chosen(CATEGORIES - 1, 0))).all()


def test_two_sets_are_averaged_as_one(explored):
    selection = Selection.at(explored.study, "hidden")
    rows = [s for pair in ((0, 1), (1, 0)) for s in explored.field.having(*pair)]
    expected = explored.field.responses("hidden")[rows].mean(axis=0) / scale(explored.lab, "hidden")
    np.testing.assert_allclose(set_mean(selection, "field", Chosen(0, 1), Chosen(1, 0)), expected)


def test_without_responses_there_is_no_mean_of_a_set(summaries_only):
    selection = Selection.at(summaries_only.study)
    assert np.isnan(set_mean(selection, "lab", Chosen(0, 1))).all()
    assert len(set_mean(selection, "lab", Chosen(0, 1))) == 10


def test_sets_of_which_not_all_is_read_count_by_their_own_size(explored, monkeypatch):
    selection = Selection.at(explored.study, "hidden")
    first, second = Chosen(label=0), Chosen(label=1)
    plain = explored.lab
    sizes = [int((plain.shown & (plain.labels == label)).sum()) for label in (0, 1)]
    assert sizes[0] != sizes[1]
    monkeypatch.setattr(sets, "READ_AT_MOST", 2)
    mean_response.cache_clear()
    parts = [mean_response(explored.study["lab"], "hidden", each) for each in (first, second)]
    assert [part.samples for part in parts] == [2, 2]
    expected = (sizes[0] * parts[0].mean + sizes[1] * parts[1].mean) / sum(sizes)
    np.testing.assert_allclose(set_mean(selection, "lab", first, second), expected / scale(plain, "hidden"))
    mean_response.cache_clear()
