"""The units that respond differently to confused samples."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.views.confusion.contrast_of_responses import contrast_of_responses
from shiftscope.views.confusion.pair import Pair
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import points_interval
from tests.views.conftest import read, same_percent


@pytest.mark.parametrize("reference", ["lab", "field"])
def test_mean_responses_are_compared_in_shares_of_the_reference_maximum(explored, reference):
    selection = Selection.at(explored.study, "hidden", reference, "field")
    _, table = contrast_of_responses(Pair(selection, 0, 1, "lab"))
    maxima = explored[reference].maximum("hidden")
    scale = np.where(maxima > 0, maxima, np.nan)
    confused = explored.field.responses("hidden")[explored.field.having(0, 1)] / scale
    right = explored.lab.responses("hidden")[explored.lab.having(0, 0)] / scale
    change = confused.mean(axis=0) - right.mean(axis=0)
    changed = [u for u in range(10) if change[u] == change[u] != 0]
    assert [row[0].text for row in table.rows] == [
        f"unit {u}" for u in sorted(changed, key=lambda u: -change[u])
    ]
    for row in table.rows:
        unit = int(row[0].text.removeprefix("unit "))
        assert same_percent(row[1].text, confused[:, unit].mean())
        assert same_percent(row[2].text, right[:, unit].mean())
        assert read(row[3].text) == pytest.approx(100 * change[unit], abs=0.0501)
        if np.ptp(confused[:, unit]) + np.ptp(right[:, unit]) > 1e-6:
            test = stats.ttest_ind(confused[:, unit], right[:, unit], equal_var=False)
            assert row[3].note == points_interval(*map(float, test.confidence_interval(0.95)))


def test_the_page_says_why_and_which_unit_changed_most(explored):
    selection = Selection.at(explored.study, "conv", "lab", "field")
    message, table = contrast_of_responses(Pair(selection, 0, 1, "field"))
    assert "units of conv do not feed the logits directly" in message.text
    assert "hidden do" in message.text
    most = max(table.rows, key=lambda row: abs(row[3].value))
    assert f"{most[0].text.capitalize()} changes most: {most[1].text}" in message.text


def test_without_a_head_the_page_says_that_none_is_known(new_study, made):
    study = new_study()
    study.record(made(samples=30), "only", layers=["conv"], reference=True, progress=False)
    selection = Selection.at(study)
    samples = study["only"].samples
    (label, prediction), *_ = (
        (int(a), int(b)) for a, b in zip(samples.labels, samples.predictions, strict=True) if a != b
    )
    message, _ = contrast_of_responses(Pair(selection, label, prediction, "only"))
    assert "No recorded layer feeds the logits" in message.text
