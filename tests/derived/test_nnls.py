"""Non-negative codes against scipy, row by row."""

import numpy as np
import pytest
from scipy.optimize import nnls

from shiftscope.derived.tools.nnls import nonnegative_codes, step_length

from .planted import parts, unit


def exact(rows, atoms):
    return np.stack([nnls(atoms.T, row)[0] for row in rows.astype(np.float64)])


def apart(codes, expected):
    return np.linalg.norm(codes - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("noise", [0, 0.1])
@pytest.mark.parametrize(("tolerance", "gate"), [(1e-4, 1e-3), (1e-6, 1e-5)])
def test_codes_are_those_of_scipy(signed, noise, tolerance, gate):
    rows, atoms, codes = parts(rows=60, signed=signed)
    rows = rows + np.float32(noise) * np.random.default_rng(1).normal(size=rows.shape).astype(np.float32)
    basis = unit(atoms).astype(np.float32)
    found = nonnegative_codes(rows, basis, tolerance=tolerance)
    assert apart(found, exact(rows, basis)) < gate
    if not noise:
        assert apart(found, codes * np.linalg.norm(atoms, axis=1)) < gate


def test_more_atoms_than_units_leave_as_little_as_scipy_does():
    rng = np.random.default_rng(0)
    atoms = unit(rng.normal(size=(128, 64))).astype(np.float32)
    rows = rng.normal(size=(20, 64)).astype(np.float32)
    found = nonnegative_codes(rows, atoms, tolerance=1e-6, most=3000)
    left, least = (
        np.square(rows - codes @ atoms.astype(np.float64)).sum(1) for codes in (found, exact(rows, atoms))
    )
    np.testing.assert_allclose(left, least, rtol=1e-4, atol=1e-5)


def test_codes_begin_where_they_are_told_and_end_there():
    rows, atoms, _ = parts(rows=10)
    basis = unit(atoms).astype(np.float32)
    solved = nonnegative_codes(rows, basis, tolerance=1e-6)
    again = nonnegative_codes(rows, basis, start=solved, most=2)
    np.testing.assert_allclose(again, solved, atol=1e-4)


def test_atoms_that_are_zero_have_no_code():
    atoms = np.array([[1, 0], [0, 0]], np.float32)
    np.testing.assert_allclose(nonnegative_codes(np.ones((3, 2), np.float32), atoms), [[1, 0]] * 3)
    assert step_length(np.zeros((2, 2), np.float32)) == 0
    assert step_length(np.diag([2, 4]).astype(np.float32)) == pytest.approx(0.25, rel=1e-5)
