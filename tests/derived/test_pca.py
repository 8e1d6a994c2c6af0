import warnings

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA as SKLEARN_PCA
from sklearn.utils.estimator_checks import parametrize_with_checks

from shiftscope.derived.pca import PCA


@parametrize_with_checks([PCA(size=1)])
def test_it_is_an_estimator_of_scikit_learn(estimator, check):
    check(estimator)


def planted(rows=400, units=7):
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(units, units)))[0][:3]
    return (rng.normal(size=(rows, 3)) * [5, 3, 1]) @ axes + 2 + 0.01 * rng.normal(size=(rows, units)), axes


def test_planted_axes_are_found_widest_first():
    rows, axes = planted()
    found = PCA(size=3).fit(rows)
    np.testing.assert_allclose(np.abs(np.sum(found.components_ * axes, axis=1)), 1, atol=0.01)
    np.testing.assert_allclose(found.explained_variance_ratio_, np.array([25, 9, 1]) / 35, atol=0.05)


def test_codes_are_those_of_the_eigenvectors_of_the_covariance():
    rows, _ = planted()
    found = PCA(size=2).fit(rows)
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    expected = (rows - rows.mean(0)) @ vectors[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(found.transform(rows)), np.abs(expected), rtol=1e-3, atol=1e-3)
    assert values[-1] == pytest.approx(expected[:, 0].var(ddof=1))
    largest = np.abs(found.components_).argmax(1)
    assert (found.components_[[0, 1], largest] > 0).all()


def test_all_components_give_the_rows_back():
    rows, _ = planted()
    found = PCA(size=7).fit(rows)
    np.testing.assert_allclose(found.inverse_transform(found.transform(rows)), rows, rtol=1e-4, atol=1e-4)
    few = SKLEARN_PCA(3).fit(rows)
    again = PCA(size=3).fit(rows)
    np.testing.assert_allclose(
        again.inverse_transform(again.transform(rows)), few.inverse_transform(few.transform(rows)), atol=1e-4
    )


def test_torch_gives_the_same_codes_with_a_gradient():
    rows, _ = planted()
    found = PCA(size=3).fit(rows)
    asked = torch.from_numpy(rows[:5].astype(np.float32)).requires_grad_()
    codes = found.encoded(asked)
    np.testing.assert_allclose(codes.detach(), found.transform(rows[:5]), rtol=1e-5, atol=1e-5)
    codes[:, 1].sum().backward()
    np.testing.assert_allclose(asked.grad, np.tile(found.components_[1], (5, 1)), rtol=1e-6)


@pytest.mark.parametrize("size", [0, 8])
def test_a_size_that_does_not_fit_is_refused(size):
    with pytest.raises(ValueError, match=f"size={size} for 400 rows of 7 units"):
        PCA(size=size).fit(planted()[0])


def test_rows_that_are_all_alike_have_their_mean_and_no_shares():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = PCA(size=1).fit(np.full((20, 3), 0.1, np.float32))
    assert np.isnan(found.explained_variance_ratio_).all()
    np.testing.assert_array_equal(
        found.inverse_transform(found.transform(np.zeros((1, 3)) + 0.1)), np.float32([[0.1] * 3])
    )
