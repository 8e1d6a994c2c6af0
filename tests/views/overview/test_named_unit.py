"""The unit that a set's row names, against plain arrays."""

import numpy as np
import pytest

from shiftscope.views.overview.named_unit import named_unit
from shiftscope.views.page.selection import Selection


@pytest.mark.parametrize("name", ["field", "night"])
def test_it_adds_most_to_the_confusion_that_grew_most_and_rose_if_its_mean_did(explored, name):
    found = named_unit(Selection.at(explored.study, "hidden"), name, "hurts", 0.5)
    a, b = found.confusion
    head = explored.study.heads["hidden"]
    means = []
    for which, prediction in ((name, b), ("lab", a)):
        samples, recording = explored.study[which].samples, explored.study[which]
        at = np.flatnonzero((samples.labels == a) & (samples.predictions == prediction))
        means.append(recording.responses("hidden")[at].astype(float).mean(axis=0))
    added = (means[0] - means[1]) * (head.weight[b].astype(float) - head.weight[a])
    assert found.index == added.argmax()
    assert found.rose == (means[0][found.index] > means[1][found.index])


@pytest.mark.parametrize(("harm", "loss"), [("barely touches", 0.5), ("hurts", 0.04), (None, float("nan"))])
def test_none_is_named_where_little_is_lost(explored, harm, loss):
    assert named_unit(Selection.at(explored.study, "hidden"), "night", harm, loss) is None
