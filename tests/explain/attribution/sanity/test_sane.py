"""Which samples stand for all where weights are randomised."""

from types import SimpleNamespace

import numpy as np
from torch import nn

from shiftscope.explain.attribution.sanity import sane
from shiftscope.explain.attribution.sanity.sane import statistics_inputs


class Live:
    """A study of one set, whose samples lie category by category; two were skipped."""

    model = nn.BatchNorm1d(2)
    study = type("Sets", (dict,), {"reference": "lab"})(
        lab=SimpleNamespace(
            name="lab", samples=SimpleNamespace(predictions=np.array([0, -1, 0, 0, 1, 1, 1, -1, 2, 2, 2]))
        )
    )

    def inputs(self, dataset, positions):
        return dataset, positions


def test_running_statistics_are_of_samples_from_everywhere_in_the_reference(monkeypatch):
    monkeypatch.setattr(sane, "REFERENCE_SAMPLES", 3)
    assert statistics_inputs(Live()) == ("lab", [0, 5, 10])
    monkeypatch.setattr(sane, "REFERENCE_SAMPLES", 100)
    assert statistics_inputs(Live()) == ("lab", [0, 2, 3, 4, 5, 6, 8, 9, 10])


def test_a_model_without_running_statistics_needs_none():
    live = Live()
    live.model = nn.Linear(2, 2)
    assert statistics_inputs(live) is None
