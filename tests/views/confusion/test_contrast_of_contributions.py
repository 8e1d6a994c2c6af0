"""The units that turn one category into another, through the head."""

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy import stats

from shiftscope.views.confusion import contrast_of_contributions as module
from shiftscope.views.confusion.contrast_of_contributions import contrast_of_contributions
from shiftscope.views.confusion.pair import Pair
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import signed_like
from tests.views.conftest import read, same_percent


@pytest.fixture
def head(explored):
    found = load_file(explored.study.path / "head.safetensors")
    return found["weight"].astype(float), found["bias"].astype(float)


def drawn(explored, head, a=0, b=1, focus="field", against="field"):
    selection = Selection.at(explored.study, "hidden", "lab", focus)
    return contrast_of_contributions(Pair(selection, a, b, against), *head)


def by_sample(explored, head, name, rows, a, b):
    """(sample, unit) contributions to b over a, one product at a time, and the (sample,) logits' difference."""
    weight, plain = head[0], explored[name]
    parts = [
        [float(r) * (weight[b, u] - weight[a, u]) for u, r in enumerate(plain.responses("hidden")[s])]
        for s in rows
    ]
    return np.array(parts), np.array([plain.logits(s)[b] - plain.logits(s)[a] for s in rows])


@pytest.mark.parametrize("against", ["field", "lab"])
@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 2), (2, 0)])
def test_each_unit_adds_its_mean_contribution_on_the_confused_minus_that_on_the_right(
    explored, head, a, b, against
):
    _, table = drawn(explored, head, a, b, against=against)
    confused, gap = by_sample(explored, head, "field", explored.field.having(a, b), a, b)
    right, usual = by_sample(explored, head, against, explored[against].having(a, a), a, b)
    change = confused.mean(axis=0) - right.mean(axis=0)
    whole = gap.mean() - usual.mean()
    units = [row for row in table.rows if row[0].page]
    assert len(units) >= 5
    for row in units:
        unit = int(row[0].text.removeprefix("unit "))
        assert row[1].value == pytest.approx(confused[:, unit].mean(), rel=1e-6, abs=1e-9)
        assert row[2].value == pytest.approx(right[:, unit].mean(), rel=1e-6, abs=1e-9)
        assert row[3].value == pytest.approx(change[unit], rel=1e-6, abs=1e-9)
        assert same_percent(row[4].text, change[unit] / whole)
        if row[3].note and np.ptp(confused[:, unit]) + np.ptp(right[:, unit]) > 0:
            test = stats.ttest_ind(confused[:, unit], right[:, unit], equal_var=False)
            ends = [read(end) for end in row[3].note.split(" to ")]
            assert ends == pytest.approx(list(test.confidence_interval(0.95)), abs=0.0051)
    assert [row[3].value for row in units] == sorted((row[3].value for row in units), reverse=True)


@pytest.mark.parametrize(("adding", "taking"), [(12, 4), (2, 1), (1, 0)])
@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 2), (2, 0)])
def test_the_rows_sum_to_the_logits(explored, head, monkeypatch, adding, taking, a, b):
    monkeypatch.setattr(module, "ADDING", adding)
    monkeypatch.setattr(module, "TAKING", taking)
    _, table = drawn(explored, head, a, b)
    *parts, total = table.rows
    assert total[0].text == f"logit of {'abc'[b]} − logit of {'abc'[a]}"
    for column in (1, 2, 3):
        assert sum(row[column].value for row in parts) == pytest.approx(total[column].value)
        shown = sum(read(row[column].text) for row in parts)
        assert shown == pytest.approx(read(total[column].text), abs=0.005 * len(table.rows))
    assert total[4].text == "100.0 %"
    _, gap = by_sample(explored, head, "field", explored.field.having(a, b), a, b)
    assert total[1].value == pytest.approx(gap.mean())
    (bias,) = (row for row in parts if row[0].text == "bias")
    assert (bias[1].value, bias[3].value) == (pytest.approx(head[1][b] - head[1][a]), 0)
    (rounding,) = (row for row in parts if row[0].text == "rounding")
    assert abs(rounding[1].value) < 0.05


def test_the_sentence_says_how_many_samples_what_changed_and_who_did_it(explored, head):
    message, table = drawn(explored, head)
    confused, right = explored.field.counted(0, 1), explored.field.counted(0, 0)
    first, total = table.rows[0], table.rows[-1]
    assert message.title == "What turns a into b in field"
    assert f"{confused} samples labelled a are classified b in field" in message.text
    assert f"{right} samples labelled a are classified right in field" in message.text
    assert f"a change of {total[3].text}" in message.text
    assert f"{first[0].text} adds {first[3].text}" in message.text
    together = sum(row[3].value for row in table.rows[:3]) / total[3].value
    assert f"together {100 * together:.1f} %" in message.text


def test_every_unit_can_be_downloaded(explored, head, monkeypatch):
    monkeypatch.setattr(module, "ADDING", 2)
    _, table = drawn(explored, head)
    whole = table.whole()
    units = [row[0].text for row in whole.rows if row[0].page]
    assert sorted(units) == sorted(f"unit {u}" for u in range(10))
    assert all(len(row) == len(whole.columns) == 5 for row in whole.rows)
    assert sum(row[3].value for row in whole.rows[:-1]) == pytest.approx(whole.rows[-1][3].value)


@pytest.mark.parametrize(
    ("change", "value", "text"),
    [
        (8.4, 3.1, "+3.10"),
        (8.4, -0.004, "0.00"),
        (0.012, -0.0042, "−0.0042"),
        (0.0, 1.0, "+1.00"),
        (250, -31.234, "−31.23"),
    ],
)
def test_logits_have_decimals_enough_for_parts_of_the_change(change, value, text):
    assert signed_like(change)(value) == text
