"""Why an interval has no width, or is not there."""

import numpy as np
import pytest
import torch

from shiftscope.study import Study
from shiftscope.views.page.panels import Table
from shiftscope.views.unit.unit import unit
from tests.conftest import Made, Net
from tests.views.conftest import CONSTANT, panel


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Three samples of three labels, and one sample."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("tiny") / "tiny.study", Net(), tuple("abcd"))
    lab, alone, single = Made(3), Made(3, seed=1), Made(1, seed=2)
    lab.labels, alone.labels, single.labels = np.arange(3), np.arange(3), np.arange(1)
    study.record(lab, "lab", layers=["hidden"], reference=True, progress=False)
    study.record(alone, "alone", progress=False)
    study.record(single, "single", progress=False)
    return study


def cell(study, unit_, score, **given):
    table = panel(unit(study, "hidden", unit_, **given), Table, "Scores")
    (row,) = (row for row in table.rows if row[0].page == f"glossary#{score}")
    return row[1]


def test_all_responses_equal(explored):
    assert "No width: all responses equal." in cell(explored.study, CONSTANT, "shift_auroc").help


def test_no_label_has_a_second_sample(tiny):
    responses = tiny["lab"].responses("hidden")
    found = next(u for u in range(10) if np.ptp(responses[:, u]) > 0)
    assert "no label has a second sample" in cell(tiny, found, "shift_auroc", focus="alone").help


def test_one_sample(tiny):
    responses = tiny["single"].responses("hidden")
    found = next(u for u in range(10) if responses[0, u] > 0)
    assert "No width: one sample." in cell(tiny, found, "profile_entropy", focus="single").help


def test_responses_that_were_not_kept_are_said_once_below_the_table(summaries_only):
    table = panel(unit(summaries_only.study, "hidden", 0), Table, "Scores")
    assert "No intervals: responses not stored (field and lab were recorded as summaries)." in table.note
    assert not any("No interval" in cell.help for row in table.rows for cell in row)


def test_an_interval_with_a_width_needs_no_reason(explored):
    assert "No width" not in cell(explored.study, 0, "shift_auroc").help
