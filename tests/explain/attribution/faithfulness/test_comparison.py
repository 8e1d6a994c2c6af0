from __future__ import annotations

import numpy as np
import pytest
import torch

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.attribution.faithfulness.comparison import METRICS, compare
from shiftscope.explain.attribution.faithfulness.curves import curves
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Groups
from shiftscope.explain.attribution.faithfulness.fills import filled


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


WEIGHTS, INPUTS = drawn(2, 6, 6), drawn(8, 2, 6, 6, seed=1)


def linear(x: torch.Tensor) -> torch.Tensor:
    return (x * WEIGHTS).sum((1, 2, 3))


def test_a_faithful_map_stands_above_everything_that_stands_beside_it():
    parts = WEIGHTS * INPUTS
    found = compare(
        Explained(linear, INPUTS, rows=500),
        {"parts": parts, "twice": 2 * parts, "saliency": WEIGHTS.abs().expand_as(INPUTS)},
        randomised={"parts": drawn(8, 2, 6, 6, seed=2)},
        fills=["zero", "blur"],
        subsets=40,
        draws=3,
    )
    assert found.rows == (
        "parts",
        "parts, reversed",
        "parts, randomised weights",
        "twice",
        "twice, reversed",
        "saliency",
        "saliency, reversed",
        "plain gradient",
        "edges",
        "random map",
    )
    table = found.table(resamples=200).set_index(["row", "metric", "fill"])
    f = table.xs(("F", "zero"), level=("metric", "fill"))["mean"]
    assert f["parts"] == f.max()
    assert f["parts, reversed"] == pytest.approx(-f["parts"])
    assert f["twice"] == f["parts"]
    assert f["plain gradient"] == pytest.approx(f["saliency"])
    assert abs(f["random map"]) < f["parts"] / 3
    assert table.loc[("parts", "mu_fidelity", "zero"), "mean"] == pytest.approx(1)
    assert (table["low"] <= table["mean"]).all()
    assert (table["samples"] == 8).all()
    assert not table.loc["parts"]["control"].any()
    assert table.loc["edges"]["control"].all()
    assert set(found.leads().values()) == {"parts"}
    assert found.agreement(resamples=50).metrics[0] == "deletion, zero"
    # Two methods are the same, so none is ahead.
    assert found.agreement(resamples=50).best is None


def test_each_row_is_what_its_measures_say_alone():
    explained = Explained(linear, INPUTS)
    maps = drawn(8, 6, 6, seed=3)
    found = compare(explained, {"m": maps}, fills=["channel_mean"], subsets=10, draws=1, steps=4)
    features = Groups((2, 6, 6))
    alone = curves(explained, features.scores(maps), features, filled(INPUTS, "channel_mean"), steps=4)
    np.testing.assert_allclose(found.scores[0, METRICS.index("deletion"), 0], alone.deletion)
    assert found.verdict.startswith("1 methods and 3 metrics: ranks only")


def test_silent_samples_are_counted_out_of_every_row():
    found = compare(
        Explained(lambda x: linear(x).relu(), INPUTS),
        {"m": INPUTS},
        subsets=10,
        draws=1,
        relative=True,
        steps=3,
    )
    silent = int((linear(INPUTS) <= 0).sum())
    assert 0 < silent < 8
    assert (found.left_out == silent).all()
    table = found.table(resamples=20)
    assert (table[table["metric"] == "F"]["missing"] == silent).all()


def test_a_method_that_leads_under_one_fill_only_is_said_to():
    inputs = torch.tensor([[[3.0, 3.0, 3.0, 1.0]]], dtype=torch.float64).expand(4, 1, 4)
    first = torch.tensor([[0.0, 0, 0, 1]], dtype=torch.float64).expand(4, 4)
    second = torch.tensor([[1.0, 1, 1, 0]], dtype=torch.float64).expand(4, 4)

    def values(x: torch.Tensor) -> torch.Tensor:
        return x.square().sum((1, 2)) - 6 * x[:, 0, 3]

    found = compare(
        Explained(values, inputs), {"first": first, "second": second}, fills=["zero", "channel_mean"], draws=1
    )
    # Without the last place, zero in its stead, the number rises by 5; with the mean of 2.5 it falls by 3.75.
    assert found.leads() == {"zero": "second", "channel_mean": "first"}
    assert "second has the largest F under zero only. first has the largest F under channel_mean only." in (
        found.verdict
    )


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(BadRequest, match="name of its own"):
        compare(Explained(linear, INPUTS), {"edges": INPUTS})
    with pytest.raises(BadRequest, match="name of its own"):
        compare(Explained(linear, INPUTS), {"m": INPUTS}, randomised={"n": INPUTS})
    with pytest.raises(BadRequest, match="draws=0"):
        compare(Explained(linear, INPUTS), {"m": INPUTS}, draws=0)
    with pytest.raises(ShapeError, match="one number a sample"):
        compare(Explained(lambda x: x.flatten(1), INPUTS), {"m": INPUTS})
