"""Planted dictionaries are found again."""

import numpy as np
import pytest
from sklearn.decomposition import NMF as SKLEARN_NMF

from shiftscope.derived.batchtopk import BatchTopK
from shiftscope.derived.kmeans import KMeans
from shiftscope.derived.nmf import NMF
from shiftscope.derived.seminmf import SemiNMF
from shiftscope.derived.topk import TopK

from .planted import cosines, few_active, parts


@pytest.mark.parametrize("rows", [1000, pytest.param(4000, marks=pytest.mark.slow)])
def test_nmf_finds_parts(rows):
    data, atoms, _ = parts(rows)
    found = NMF(size=12, max_iter=500).fit(data)
    assert found.init_ == "nndsvda"
    assert found.fit_report_["relative_error"] < 0.01
    assert cosines(atoms, found.components_).min() > 0.99


def test_codes_of_nmf_are_those_of_scikit_learn_scaled():
    data, _, _ = parts(300)
    data += 0.1 * np.random.default_rng(0).random(data.shape, np.float32)
    found = NMF(size=12).fit(data)
    theirs = SKLEARN_NMF(12, init="custom", tol=1e-6, max_iter=2000)
    theirs.components_, theirs.n_components_ = found.components_, 12
    theirs._n_components, theirs._beta_loss, theirs.n_features_in_ = 12, 2, 64
    theirs.components_ = found.components_.astype(np.float32)
    expected = theirs.transform(data)
    codes = found.transform(data)
    assert np.linalg.norm(codes - expected) / np.linalg.norm(expected) < 1e-3


def test_seminmf_leaves_nothing_of_rows_of_any_sign():
    data, _, _ = parts(signed=True)
    found = SemiNMF(size=12).fit(data)
    assert (data < 0).any()
    assert found.fit_report_["relative_error"] < 0.01


def test_kmeans_finds_centres():
    rng = np.random.default_rng(0)
    centres, of = rng.normal(size=(12, 64)) * 3, rng.integers(0, 12, 1000)
    data = (centres[of] + 0.1 * rng.normal(size=(1000, 64))).astype(np.float32)
    found = KMeans(size=12).fit(data)
    assert cosines(centres - data.mean(0), found.components_).min() > 0.99
    assert found.fit_report_["l0"] == found.fit_report_["hoyer"] == 1
    back = found.inverse_transform(found.transform(data))
    np.testing.assert_allclose(back, centres[of], atol=0.2)


@pytest.mark.parametrize("kind", [TopK, BatchTopK])
@pytest.mark.parametrize(
    ("rows", "steps"), [(6_000, 900), pytest.param(20_000, 60 * 39, marks=pytest.mark.slow)]
)
def test_sparse_autoencoders_find_more_atoms_than_units(kind, rows, steps):
    data, atoms, _ = few_active(rows)
    found = kind(size=64, active=4, steps=steps).fit(data)
    assert cosines(atoms, found.components_).mean() > 0.85
    assert found.fit_report_["dead"] < 0.1
    assert found.fit_report_["l0"] == pytest.approx(4, rel=0.05)


def test_of_equal_codes_the_first_are_active():
    found = TopK(size=3, active=2, steps=1).fit(np.eye(3, dtype=np.float32))
    before = np.array([[1, 1, 1], [0, 2, 2], [-1, -1, 5], [3, 1, 1]], np.float32)
    np.testing.assert_array_equal(found.chosen(before), [[1, 1, 0], [0, 2, 2], [0, 0, 5], [3, 1, 0]])


def test_nmf_refuses_what_it_cannot_begin_with():
    data, _, _ = parts(30, units=8)
    assert NMF(size=9).fit(data).init_ == "random"
    with pytest.raises(ValueError, match='init="nndsvda" gives at most 8 features of 30 rows of 8 units'):
        NMF(size=9, init="nndsvda").fit(data)
    with pytest.raises(ValueError, match=r"Negative values in data: 50\.0 % of the responses"):
        NMF(size=1).fit(np.array([[1.0, -1], [1, -1]]))


def test_removing_codes_that_are_zero_changes_nothing_and_all_of_them_leaves_the_mean():
    data, _, _ = few_active(300)
    found = TopK(size=40, active=4, steps=20).fit(data)
    codes = found.transform(data)
    for feature in range(40):
        silent = codes[:, feature] == 0
        removed = codes.copy()
        removed[:, feature] = 0
        np.testing.assert_array_equal(
            found.inverse_transform(removed[silent]), found.inverse_transform(codes[silent])
        )
    np.testing.assert_array_equal(found.inverse_transform(0 * codes), np.tile(found.mean_, (300, 1)))


def test_nmf_goes_on_where_the_gradient_is_small_beside_that_of_its_beginning():
    rng = np.random.default_rng(0)
    atoms = np.maximum(rng.normal(size=(40, 96)) - 0.8, 0)
    codes = rng.gamma(1, 1, (600, 40)) * (rng.random((600, 40)) < 0.1)
    rows = np.maximum(codes @ atoms + 0.3 * rng.normal(size=(600, 96)), 0).astype(np.float32)
    done = []
    few = NMF(size=32, seed=0, max_iter=2).fit(rows).fit_report_["fvu"]
    whole = NMF(size=32, seed=0).fit(rows, advance=done.append)
    assert whole.n_iter_ > 20
    assert sum(done) == 400
    assert whole.fit_report_["fvu"] < few / 2
