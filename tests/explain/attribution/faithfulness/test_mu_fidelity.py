from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Groups, cells
from shiftscope.explain.attribution.faithfulness.fills import filled
from shiftscope.explain.attribution.faithfulness.mu_fidelity import mu_fidelity, subset_drops


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_what_each_input_adds_to_a_linear_model_is_perfectly_faithful():
    weights, inputs = drawn(2, 12, 12), drawn(4, 2, 12, 12, seed=1)
    explained = Explained(lambda x: (x * weights).sum((1, 2, 3)), inputs)
    for features in (cells((2, 12, 12), 9), Groups((2, 12, 12))):
        drops = subset_drops(explained, features, torch.zeros_like(inputs), subsets=60)
        np.testing.assert_allclose(mu_fidelity(drops, features.scores(weights * inputs)), 1, atol=1e-12)
        np.testing.assert_allclose(mu_fidelity(drops, -features.scores(weights * inputs)), -1, atol=1e-12)


def test_it_is_the_correlation_of_sums_and_drops_one_subset_at_a_time():
    inputs, maps = drawn(2, 3, 6, 6), drawn(2, 6, 6, seed=1)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(108, 4), torch.nn.Tanh()).double()
    explained, features = Explained(net, inputs, rows=9), cells((3, 6, 6), 3)
    fill = filled(inputs, "channel_mean")
    drops = subset_drops(explained, features, fill, subsets=20, share=0.4, seed=3)
    assert (drops.subsets.sum(1) == 4).all()
    scores = features.scores(maps).unsqueeze(1).expand(2, 4, 9)
    found = mu_fidelity(drops, scores)
    for sample in range(2):
        for unit in range(4):
            sums, lost = [], []
            for subset in drops.subsets:
                removed = subset.reshape(3, 3).repeat_interleave(2, 0).repeat_interleave(2, 1)
                point = torch.where(removed, fill[sample], inputs[sample])
                sums.append(maps[sample][removed].sum().item())
                lost.append((net(inputs[sample][None]) - net(point[None]))[0, unit].item())
            assert found[sample, unit] == pytest.approx(spearmanr(sums, lost)[0], abs=1e-9)


def test_a_flat_map_has_none_and_shares_leave_something():
    inputs = drawn(2, 10)
    explained = Explained(lambda x: x.sum(1), inputs)
    drops = subset_drops(explained, Groups((10,)), torch.zeros_like(inputs), subsets=9)
    assert np.isnan(mu_fidelity(drops, torch.zeros(2, 10))).all()
    unfinished = torch.ones(2, 10).cumsum(1)
    unfinished[0, 0] = torch.inf
    assert np.isnan(mu_fidelity(drops, unfinished)).tolist() == [True, False]
    with pytest.raises(BadRequest, match="some go and some stay"):
        subset_drops(explained, Groups((10,)), inputs, share=0.01)
