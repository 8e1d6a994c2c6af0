import numpy as np
import pytest

from shiftscope.derived.tools.stability import matched_cosines, random_cosine

from .planted import parts


def test_a_permuted_and_rescaled_copy_is_found_whole():
    _, atoms, _ = parts(signed=True)
    rng = np.random.default_rng(1)
    other = atoms[rng.permutation(12)] * rng.uniform(1, 9, (12, 1))
    np.testing.assert_allclose(matched_cosines(atoms, other), 1, rtol=1e-6)
    np.testing.assert_allclose(matched_cosines(atoms, -other, signed=True), 1, rtol=1e-6)
    assert matched_cosines(atoms, -other).max() < 0.9


def test_by_hand():
    one = np.array([[1.0, 0], [0, 1]])
    other = np.array([[-3.0, 4], [0.8, -0.6]])
    np.testing.assert_allclose(matched_cosines(one, other), [0.8, 0.8], rtol=1e-6)
    np.testing.assert_allclose(matched_cosines(one, np.array([[-0.8, -0.6]])), [0, -0.6], rtol=1e-6)


def test_the_common_direction_of_atoms_without_negative_entries_counts_for_nothing():
    rng = np.random.default_rng(0)
    one, other = (1 + 0.01 * rng.random((16, 64)) for _ in range(2))
    assert np.abs(matched_cosines(one, other)).mean() < 0.5
    assert matched_cosines(one - 2, -(other - 2)).max() < -0.99


@pytest.mark.parametrize(("count", "expected"), [(64, 0.26), (128, 0.30), (512, 0.36)])
def test_random_atoms_match_as_well_as_random_atoms_do(count, expected):
    atoms = np.random.default_rng(3).normal(size=(count, 64))
    assert random_cosine(atoms) == pytest.approx(expected, abs=0.02)


def test_random_atoms_without_negative_entries():
    atoms = np.random.default_rng(3).random((16, 64))
    assert random_cosine(atoms) == pytest.approx(0.21, abs=0.04)
