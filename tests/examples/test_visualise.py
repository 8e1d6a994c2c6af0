"""The example's grid by hand, and one unit of its network."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def visualise(example, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "examples")
    return example("visualise")


def test_the_grid_has_a_column_for_each_unit_with_white_between(visualise):
    first, second = np.zeros((2, 3, 3), np.uint8), np.full((2, 3, 3), 9, np.uint8)
    found = visualise.grid([[first, second], [second, first]])
    assert found.shape == (2 * 2 + 4, 2 * 3 + 4, 3)
    assert [found[at][0] for at in ((0, 0), (7, 0), (0, 9), (7, 9), (3, 0), (0, 4))] == [0, 9, 9, 0, 255, 255]


def test_what_does_not_count_is_white(visualise):
    blended = np.array([[[10, 20, 30, 0], [10, 20, 30, 255]]], np.uint8)
    np.testing.assert_array_equal(visualise.on_white(blended), [[[255, 255, 255], [10, 20, 30]]])


@pytest.mark.slow
def test_a_unit_of_the_network_is_driven(visualise, shared_data, tmp_path):
    study, data = visualise.study_of(shared_data, tmp_path / "net.study", "fire5", 12)
    maco, climbed = visualise.column(study, data, "fire5", 3, 8, 2, 64)
    assert maco.pixels.shape == climbed.pixels.shape == (64, 64, 3)
    assert maco.curve[-1] > maco.curve[0]
