"""Two halves of samples, at random."""

import numpy as np

from shiftscope.statistics.random_halves import division_rng, random_halves


def test_every_sample_is_in_one_half_with_all_its_numbers():
    samples = np.arange(14).reshape(7, 2)
    one, other = random_halves(samples, np.random.default_rng(0))
    assert (len(one), len(other)) == (3, 4)
    assert sorted([*one.tolist(), *other.tolist()]) == samples.tolist()


def test_another_seed_halves_anew():
    halves = [random_halves(np.arange(50), np.random.default_rng(seed))[0].tolist() for seed in (0, 0, 1)]
    assert halves[0] == halves[1] != halves[2]
    assert halves[0] != sorted(halves[0])


def test_the_first_of_several_divisions_is_that_of_the_seed():
    halves = [random_halves(np.arange(50), division_rng(7, division))[0].tolist() for division in (1, 2, 3)]
    assert halves[0] == random_halves(np.arange(50), np.random.default_rng(7))[0].tolist()
    assert halves[1] == random_halves(np.arange(50), division_rng(7, 2))[0].tolist()
    assert len({tuple(half) for half in halves}) == 3
    assert halves[1] != random_halves(np.arange(50), division_rng(8, 2))[0].tolist()
