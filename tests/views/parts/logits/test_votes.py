"""What units argued for and argue for now, by hand."""

import math

import numpy as np
import pytest
from safetensors.numpy import load_file

from shiftscope.tuning.contributions import Argument, fell_silent, took_over
from shiftscope.views.confusion.confusion import confusion
from shiftscope.views.page.panels import Table
from shiftscope.views.parts.logits.vote_sentences import votes_changed, votes_share
from shiftscope.views.parts.logits.votes import Votes
from tests.views.conftest import panel, read, strongest_first

BEFORE = np.array([-9.0, -6.0, -3.0, 0.0, 1.0, 3.0, -1.0])
AFTER = np.array([0.0, -2.0, -0.9, 4.0, 3.1, 3.0, -5.0])


def test_a_third_of_the_other_is_the_border():
    assert fell_silent(BEFORE, AFTER).tolist() == [True, False, True, False, False, False, False]
    assert took_over(BEFORE, AFTER).tolist() == [False, False, False, True, True, False, False]


def test_a_vote_that_turned_round_is_taken_over_only_where_it_grew():
    assert took_over(np.array([-1.0, -1.0]), np.array([2.9, 3.1])).tolist() == [False, True]
    assert fell_silent(np.array([-3.1, -2.9]), np.array([1.0, 1.0])).tolist() == [True, False]


def test_the_units_that_changed_most_are_counted_and_their_share_of_the_change():
    votes = Votes("a", "b", Argument(BEFORE, 0.0, -15.0), Argument(AFTER, 0.0, 2.2))
    assert votes.units == [0, 1, 3, 6, 2, 4]  # changes 9, 4, 4, -4, 2.1, 2.1; the one without is left out
    assert votes.difference == pytest.approx(17.2)
    assert votes.share == pytest.approx((9 + 4 + 4 - 4 + 2.1 + 2.1) / 17.2)
    assert votes.in_words() == (
        "Of the 6 units that changed most, 2 argued for a and fell silent; 2 now argue for b."
    )


def test_without_anything_to_compare_with_there_is_no_change_to_tell():
    votes = Votes("a", "b", None, Argument(AFTER, 0.5, 3.0))
    assert votes.units == [6, 3, 4, 5, 1, 2]
    assert votes.difference == 3.0
    assert votes.in_words() == ""


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((8, 7, 1), "Of the 8 units that changed most, 7 argued for 0 and fell silent; 1 now argues for 2."),
        ((8, 0, 3), "Of the 8 units that changed most, 3 now argue for 2."),
        ((1, 1, 0), "Of the 1 unit that changed most, 1 argued for 0 and fell silent."),
        ((8, 0, 0), ""),
    ],
)
def test_only_what_happened_is_said(counts, said):
    assert votes_changed("0", "2", *counts) == said


def test_the_share_is_the_heading():
    assert votes_share("0", "2", 8, "fc", 0.574) == "Eight units of fc make 57 % of the change from 0 to 2"
    assert votes_share("0", "2", 1, "fc", 1.2) == "One unit of fc makes 120 % of the change from 0 to 2"
    assert votes_share("0", "2", 8, "fc", math.nan) == "The 8 units of fc that changed most between 0 and 2"


def test_rows_and_rest_sum_to_the_change_of_the_mean_logits(explored):
    page = confusion(explored.study, 0, 1, focus="field")
    table = panel(page, Table, "of the change from a to b")
    head = load_file(explored.study.path / "head.safetensors")
    into = head["weight"][1].astype(float) - head["weight"][0]
    wrong, right = explored.field.having(0, 1), explored.lab.having(0, 0)
    after = explored.field.responses("hidden")[wrong].mean(axis=0) * into
    before = explored.lab.responses("hidden")[right].mean(axis=0) * into
    gaps = [
        np.mean([plain.logits(p)[1] - plain.logits(p)[0] for p in at])
        for plain, at in ((explored.lab, right), (explored.field, wrong))
    ]
    order = sorted(range(10), key=lambda u: -abs(after[u] - before[u]))[:8]
    assert [row[0].text for row in table.rows[:-2]] == [f"unit {u}" for u in order if after[u] != before[u]]
    for row in table.rows[:-2]:
        unit = int(row[0].text.removeprefix("unit "))
        assert row[1].value == pytest.approx(after[unit] - before[unit], rel=1e-6)
        ends = [read(end.removeprefix("+")) for end in row[2].text.split(" → ")]
        assert ends == pytest.approx([before[unit], after[unit]], abs=0.051)
        change = row[1].change
        span = (change.after - change.before) / (after[unit] - before[unit])
        assert change.after - change.zero == pytest.approx(span * after[unit])
        assert 0 <= min(change.before, change.after, change.zero) <= max(change.before, change.after) <= 1
        assert strongest_first(row[4].pictures, explored.lab, "hidden", unit)
        assert strongest_first(row[5].pictures, explored.field, "hidden", unit)
    shares = [row[3].value for row in table.rows]
    assert sum(shares[:-1]) == pytest.approx(1)
    assert shares[-1] == 1
    ends = [read(end.removeprefix("+")) for end in table.rows[-1][2].text.split(" → ")]
    assert ends == pytest.approx(gaps, abs=0.051)


def test_a_layer_that_feeds_no_logits_shows_responses_from_ring_to_dot(explored):
    table = panel(confusion(explored.study, 0, 1, layer="conv", focus="field"), Table, "that changed most")
    scale = np.where(explored.lab.maximum("conv") > 0, explored.lab.maximum("conv"), np.nan)
    after = explored.field.responses("conv")[explored.field.having(0, 1)].mean(axis=0) / scale
    before = explored.lab.responses("conv")[explored.lab.having(0, 0)].mean(axis=0) / scale
    measured = [u for u in range(6) if scale[u] > 0]
    order = sorted(measured, key=lambda u: -abs(after[u] - before[u]))
    assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order]
    for row, unit in zip(table.rows, order, strict=True):
        assert row[1].value == pytest.approx(after[unit] - before[unit], rel=1e-5)
        assert row[1].change.after / row[1].change.before == pytest.approx(
            after[unit] / before[unit], rel=1e-5
        )
    assert "do not feed the logits directly" in table.note
