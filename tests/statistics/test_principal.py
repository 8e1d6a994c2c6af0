"""Principal components, against a singular value decomposition and scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from shiftscope.errors import ShapeError
from shiftscope.statistics.principal import principal_components


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (5, 5), (3, 2)])
def test_places_and_explained_shares_are_those_of_scikit_learn_up_to_sign(shape):
    profiles = np.random.default_rng(shape[0]).gamma(2.0, 1.0, shape)
    found = principal_components(profiles)
    expected = PCA(2, svd_solver="full").fit(profiles)
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_)
    np.testing.assert_allclose(np.abs(found.places), np.abs(expected.transform(profiles)), atol=1e-9)


def test_the_sign_is_that_which_makes_the_heaviest_category_count_upwards():
    profiles = np.outer(
        [-1.0, 0.0, 4.0], [0.1, -2.0, 0.5]
    )  # one direction; its heaviest category is the second
    places = principal_components(profiles).places[:, 0]
    assert places[0] > places[1] > places[2]
    np.testing.assert_allclose(places, principal_components(profiles[:, ::-1]).places[:, 0])


def test_units_along_a_line_lie_on_the_first_component_alone():
    profiles = np.outer([0.0, 1.0, 2.0], [3.0, 4.0])
    found = principal_components(profiles)
    np.testing.assert_allclose(found.places, [[-5, 0], [0, 0], [5, 0]], atol=1e-12)
    np.testing.assert_allclose(found.explained, [1, 0], atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 4), (3, 1), (1, 1)])
def test_fewer_units_or_categories_than_components_leave_the_others_at_zero(shape):
    found = principal_components(np.arange(np.prod(shape), dtype=float).reshape(shape))
    assert found.places.shape == (shape[0], 2)
    np.testing.assert_array_equal(found.places[:, 1], 0)


def test_units_that_are_all_alike_explain_nothing():
    found = principal_components(np.ones((4, 3)))
    np.testing.assert_array_equal(found.places, 0)
    assert np.isnan(found.explained).all()


def test_no_unit_is_an_error():
    with pytest.raises(ShapeError, match="principal components of no unit"):
        principal_components(np.empty((0, 3)))
