"""The search against all subsets, on nets small enough for that."""

import itertools

import numpy as np
import pytest

from shiftscope.explain.interventions.greedy import greedy_path, worthwhile_length
from shiftscope.explain.interventions.silencing import Shown
from shiftscope.statistics.split import split

SHAPE, COLOUR, TWIN, IDLE = range(4)


def coloured(samples, seed, *, misleading, noise=0.6):
    """Two categories seen by a shape unit, misled by colour units under the shift; one unit never speaks."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, samples)
    sign = 2 * labels - 1
    responses = np.zeros((samples, 4), np.float32)
    responses[:, SHAPE] = sign + noise * rng.normal(size=samples)
    colour = -sign if misleading else sign
    responses[:, COLOUR] = colour + 0.02 * rng.normal(size=samples)
    responses[:, TWIN] = colour + 0.02 * rng.normal(size=samples)
    weight = np.array([[-1, -1.5, -1.5, -1], [1, 1.5, 1.5, 1]], np.float32)
    return Shown(responses, responses @ weight.T, labels), weight


def right(shown, weight, silent):
    kept = [unit for unit in range(weight.shape[1]) if unit not in silent]
    return int(((shown.responses[:, kept] @ weight[:, kept].T).argmax(axis=1) == shown.labels).sum())


def random_nets(seed):
    rng = np.random.default_rng(seed)
    weight = rng.normal(0, 1, (4, 6)).astype(np.float32)
    sets = []
    for _ in range(2):
        responses = np.maximum(rng.normal(0.3, 1, (60, 6)), 0).astype(np.float32)
        logits = responses @ weight.T
        labels = np.where(rng.random(60) < 0.5, logits.argmax(axis=1), rng.integers(0, 4, 60))
        sets.append(Shown(responses, logits, labels))
    return *sets, weight


def folded(shown):
    return shown, split([str(i) for i in range(len(shown))], 5, 0)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("margin", [0.0, 0.05, 1.0])
def test_the_first_unit_is_the_best_single_one_that_the_margin_allows(seed, margin):
    shifted, reference, weight = random_nets(seed)
    path = greedy_path(shifted, reference, weight, margin=margin, most=1)
    before = right(reference, weight, ())
    allowed = [u for u in range(6) if before - right(reference, weight, {u}) <= margin * 60 + 1e-9]
    best = max((right(shifted, weight, {u}) for u in allowed), default=0)
    if best > right(shifted, weight, ()):
        assert right(shifted, weight, set(path)) == best
        assert path[0] in allowed
    else:
        assert path == []


@pytest.mark.parametrize("seed", range(8))
def test_every_step_keeps_the_margin_and_the_path_ends_with_a_gain(seed):
    shifted, reference, weight = random_nets(seed)
    path = greedy_path(shifted, reference, weight, margin=0.05, most=6)
    before = right(reference, weight, ())
    gains = [right(shifted, weight, set(path[:n])) for n in range(len(path) + 1)]
    assert gains == sorted(gains)
    assert all(before - right(reference, weight, set(path[:n])) <= 3 for n in range(len(path) + 1))
    if path:
        assert gains[-1] > gains[-2]


@pytest.mark.parametrize("seed", range(8))
def test_no_subset_of_all_does_much_better(seed):
    shifted, reference, weight = random_nets(seed)
    path = greedy_path(shifted, reference, weight, margin=1.0, most=6)
    subsets = itertools.chain.from_iterable(itertools.combinations(range(6), n) for n in range(7))
    best = max(right(shifted, weight, set(silent)) for silent in subsets)
    assert best - 3 <= right(shifted, weight, set(path)) <= best


def test_two_units_that_help_only_together_are_both_found():
    shifted, weight = coloured(200, 0, misleading=True, noise=0.05)
    reference, _ = coloured(200, 1, misleading=False, noise=0.05)
    assert right(shifted, weight, {COLOUR}) == right(shifted, weight, {TWIN}) == right(shifted, weight, ())
    assert sorted(greedy_path(shifted, reference, weight, margin=0.05, most=4)) == [COLOUR, TWIN]


def test_a_margin_of_nothing_forbids_what_costs_the_reference():
    shifted, weight = coloured(200, 0, misleading=True)
    reference, _ = coloured(200, 1, misleading=False)
    assert right(reference, weight, {COLOUR, TWIN}) < right(reference, weight, ())
    path = greedy_path(shifted, reference, weight, margin=0.0, most=4)
    assert right(reference, weight, set(path)) >= right(reference, weight, ())


def test_no_more_units_than_asked_for():
    shifted, reference, weight = random_nets(2)
    for most in (1, 2, 3):
        assert len(greedy_path(shifted, reference, weight, margin=1.0, most=most)) <= most


def test_cross_validation_takes_the_units_that_do_help():
    shifted, weight = coloured(200, 0, misleading=True)
    reference, _ = coloured(200, 1, misleading=False)
    length = worthwhile_length(folded(shifted), folded(reference), weight, margin=0.2, most=4)
    path = greedy_path(shifted, reference, weight, margin=0.2, most=4)
    assert sorted(path[:length]) == [COLOUR, TWIN]


def test_chance_gains_are_seldom_taken():
    """Labels at random: no unit can help, though the best of forty gains samples in the search."""
    taken, tempted = 0, 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        weight = rng.normal(0, 1, (3, 40)).astype(np.float32)
        sets = []
        for _ in range(2):
            responses = np.maximum(rng.normal(0, 1, (100, 40)), 0).astype(np.float32)
            sets.append(Shown(responses, responses @ weight.T, rng.integers(0, 3, 100)))
        tempted += bool(greedy_path(*sets, weight, margin=1.0, most=5))
        taken += bool(worthwhile_length(*map(folded, sets), weight, margin=1.0, most=5))
    assert tempted == 20
    assert taken <= 3
