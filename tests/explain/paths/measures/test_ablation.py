"""The paper's other measures against loops over all pairs."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import rel_entr, softmax
from scipy.stats import entropy

from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.counting.rules import RULES
from shiftscope.explain.paths.measures.ablation import ablation


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    counter = Counter(
        rng.normal(size=(3, 12)).astype(np.float32), rng.normal(size=3).astype(np.float32), RULES["abs_mean"]
    )
    labels = np.array([0] * 5 + [2] * 7 + [3] * 1 + [-1] * 3)  # category 1 has none, 3 has one
    return counter, np.maximum(rng.normal(size=(16, 12)), 0), labels


def mean_over_pairs(categories, of):
    return np.mean([of(a, b) for a in categories for b in categories if a != b])


def test_every_measure_is_the_mean_over_all_pairs(data):
    counter, responses, labels = data
    found = ablation(counter, MapInputs.of_arrays(responses, labels), 4)
    groups = {c: responses[labels == c] for c in (0, 2, 3)}

    rows = {
        c: softmax(np.column_stack([counter.weight * group.mean(axis=0), counter.bias]), axis=1)
        for c, group in groups.items()
    }
    np.testing.assert_allclose(
        found.prototype_kl,
        mean_over_pairs(groups, lambda a, b: rel_entr(rows[a], rows[b]).sum(axis=1).mean()),
    )
    np.testing.assert_allclose(found.prototype_entropy, np.mean([entropy(r, axis=1) for r in rows.values()]))

    shares = {c: softmax(group, axis=1) for c, group in groups.items()}
    np.testing.assert_allclose(
        found.softmax_between,
        mean_over_pairs(
            groups, lambda a, b: np.mean([[rel_entr(x, y).sum() for y in shares[b]] for x in shares[a]])
        ),
    )
    within = [
        np.mean(
            [rel_entr(x, y).sum() for i, x in enumerate(shares[c]) for j, y in enumerate(shares[c]) if i != j]
        )
        for c in (0, 2)
    ]
    np.testing.assert_allclose(found.softmax_within, np.mean(within))

    np.testing.assert_allclose(
        found.distance_between, mean_over_pairs(groups, lambda a, b: cdist(groups[a], groups[b]).mean())
    )
    inside = {c: cdist(groups[c], groups[c])[~np.eye(len(groups[c]), dtype=bool)].mean() for c in (0, 2)}
    np.testing.assert_allclose(found.distance_within, np.mean(list(inside.values())))
    energy = 2 * cdist(groups[0], groups[2]).mean() - inside[0] - inside[2]
    np.testing.assert_allclose(found.energy_distance, energy)


def test_the_spread_of_a_usual_head_is_the_logarithm_of_its_row():
    # Section 1.4 of the paper's table 3: 7.6251 = ln 2049 and 6.6451 = ln 769, the bias being a path.
    rng = np.random.default_rng(0)
    for inputs, published in ((2048, 7.6251), (768, 6.6451)):
        weight = (rng.uniform(-1, 1, (20, inputs)) / np.sqrt(inputs)).astype(np.float32)
        counter = Counter(weight, weight[:, 0].copy(), RULES["abs_mean"])
        responses = np.maximum(rng.normal(size=(40, inputs)), 0)
        found = ablation(counter, MapInputs.of_arrays(responses, np.arange(40) % 4), 4)
        assert abs(found.prototype_entropy - published) < 1e-4


def test_distances_of_at_most_so_many_samples_are_near_those_of_all(data):
    rng = np.random.default_rng(0)
    responses, labels = rng.normal(size=(600, 12)), np.arange(600) % 2
    few, all_ = (
        ablation(data[0], MapInputs.of_arrays(responses, labels), 2, most=most) for most in (100, 600)
    )
    assert few != all_
    np.testing.assert_allclose(few.distance_between, all_.distance_between, rtol=0.05)


def test_nothing_to_measure_is_nan(data):
    counter, responses, _ = data
    found = ablation(counter, MapInputs.of_arrays(responses, np.full(16, -1)), 2)
    assert np.isnan(list(vars(found).values())).all()
