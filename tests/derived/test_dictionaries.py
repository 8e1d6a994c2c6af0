"""What every kind of dictionary promises."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

import shiftscope as ss
from shiftscope.derived.batchtopk import BatchTopK
from shiftscope.derived.derivation import derivations, learned, made_again
from shiftscope.derived.kmeans import KMeans
from shiftscope.derived.nmf import NMF
from shiftscope.derived.seminmf import SemiNMF
from shiftscope.derived.topk import TopK
from shiftscope.errors import BadRequest

from .planted import parts

KINDS = {
    "kmeans": KMeans(size=5),
    "nmf": NMF(size=5),
    "seminmf": SemiNMF(size=5),
    "topk": TopK(size=24, active=4, steps=60),
    "batchtopk": BatchTopK(size=24, active=4, steps=60),
}
ROWS, _, _ = parts(rows=700, units=16, features=5)


@pytest.fixture(scope="module")
def fitted():
    return {name: clone(unfitted).fit(ROWS) for name, unfitted in KINDS.items()}


@parametrize_with_checks(
    [KMeans(size=1), NMF(size=1), SemiNMF(size=1), TopK(size=1, steps=3), BatchTopK(size=1, steps=3)]
)
def test_it_is_an_estimator_of_scikit_learn(estimator, check):
    check(estimator)


def test_it_is_found_by_its_name():
    assert set(KINDS) < set(derivations)
    for name, unfitted in KINDS.items():
        made = ss.dictionary(name, **unfitted.get_params())
        assert (type(made), made.get_params()) == (type(unfitted), unfitted.get_params())
    with pytest.raises(BadRequest, match="closest: 'nmf'"):
        ss.dictionary("mnf")
    with pytest.raises(BadRequest, match="cannot be made with"):
        ss.dictionary("nmf", active=3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_dictionary_and_its_form_is_canonical(fitted, kind):
    found, again = fitted[kind], clone(KINDS[kind]).fit(ROWS)
    for name, array in learned(found).items():
        np.testing.assert_array_equal(array, learned(again)[name], err_msg=name)
    lengths = np.linalg.norm(found.components_, axis=1)
    np.testing.assert_allclose(lengths[lengths > 0], 1, rtol=1e-6)
    codes = found.transform(ROWS)
    energies = np.abs(codes.mean(0, dtype=np.float64))
    assert (np.diff(energies) <= 2e-3 * energies.max()).all()
    assert (codes >= 0).all()
    assert codes.dtype == found.components_.dtype == np.float32


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_does_not_depend_on_the_rows_beside_its_own(fitted, kind):
    found, whole = fitted[kind], fitted[kind].transform(ROWS)
    for at in (1, 130, 512, 513):
        halves = [found.transform(part) for part in (ROWS[:at], ROWS[at:])]
        np.testing.assert_array_equal(np.concatenate(halves), whole)
    np.testing.assert_array_equal(found.transform(ROWS[::-1])[::-1], whole)


@pytest.mark.parametrize("kind", KINDS)
def test_torch_gives_the_same_codes_with_a_gradient(fitted, kind):
    found, rows = fitted[kind], torch.from_numpy(ROWS[:40]).requires_grad_()
    codes = found.encoded(rows)
    expected = found.transform(ROWS[:40])
    np.testing.assert_allclose(codes.detach(), expected, atol=2e-3 * expected.max())
    codes.sum().backward()
    assert rows.grad.shape == rows.shape
    assert rows.grad.isfinite().all()
    assert bool(rows.grad.any()) == (kind != "kmeans")


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_made_again_of_what_it_has_learned(fitted, kind):
    found = fitted[kind]
    again = made_again(kind, found.get_params(), learned(found))
    again.n_features_in_ = found.n_features_in_
    np.testing.assert_array_equal(again.transform(ROWS[:9]), found.transform(ROWS[:9]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_is_of_the_rows_that_it_was_fitted_on(fitted, kind):
    found, report = fitted[kind], fitted[kind].fit_report_
    codes = found.transform(ROWS).astype(np.float64)
    left = np.square(ROWS - codes @ found.components_ - found.mean_).sum()
    assert report["rows"] == 700
    assert report["relative_error"] == pytest.approx(np.sqrt(left / np.square(ROWS).sum()), rel=1e-4)
    assert report["fvu"] == pytest.approx(left / np.square(ROWS - ROWS.mean(0)).sum(), rel=1e-4)
    assert report["l0"] == pytest.approx((codes > 0).sum(1).mean())
    assert report["dead"] == pytest.approx(1 - (codes > 0).any(0).mean())
    assert report["gamma"] == pytest.approx(
        np.linalg.norm(ROWS.mean(0)) / np.linalg.norm(ROWS.std(0)), rel=1e-4
    )


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_half_precision_and_constant_columns_are_fitted(kind):
    rows = ROWS[:100].copy()
    rows[:, 3], rows[:, 5] = 2, 0
    single = clone(KINDS[kind]).fit(rows.astype(np.float16).astype(np.float32))
    half = clone(KINDS[kind]).fit(rows.astype(np.float16))
    np.testing.assert_array_equal(half.components_, single.components_)
    back = half.inverse_transform(half.transform(rows))
    assert np.isfinite(back).all()


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_are_all_alike_and_fewer_rows_than_features(kind):
    flat = clone(KINDS[kind]).fit(np.full((30, 4), 2, np.float32))
    np.testing.assert_allclose(flat.inverse_transform(flat.transform(np.full((2, 4), 2.0))), 2, rtol=1e-3)
    with pytest.raises(ValueError, match=r"^\d+ features asked for, 4 rows to fit them on\.$"):
        clone(KINDS[kind]).fit(ROWS[:4])
    with pytest.raises(ValueError, match="size=0; a dictionary has at least one feature"):
        clone(KINDS[kind]).set_params(size=0).fit(ROWS)


@pytest.mark.parametrize(
    ("kind", "setting", "said"),
    [
        ("nmf", {"max_iter": 0}, "max_iter=0; it is a whole number, at least 1"),
        ("nmf", {"max_iter": "a"}, "max_iter='a'; it is a whole number"),
        ("nmf", {"tol": float("nan")}, "tol=nan; it is a number from 0 on"),
        ("seminmf", {"max_iter": -1}, "max_iter=-1; it is a whole number"),
        ("seminmf", {"tol": "a"}, "tol='a'; it is a number from 0 on"),
        ("topk", {"batch": 0}, "batch=0; it is a whole number, at least 1"),
        ("topk", {"steps": 0}, "steps=0; it is a whole number, at least 1"),
        ("topk", {"active": 2.5}, "active=2.5; it is a whole number"),
        ("topk", {"learning_rate": -1}, "learning_rate=-1; it is a number above 0"),
        ("batchtopk", {"batch": 2.5}, "batch=2.5; it is a whole number"),
        ("batchtopk", {"learning_rate": float("nan")}, "learning_rate=nan; it is a number above 0"),
    ],
)
def test_a_setting_without_sense_is_named(kind, setting, said):
    unfitted = clone(KINDS[kind]).set_params(**setting)
    with pytest.raises(ValueError, match=re.escape(said)):
        unfitted.fit(ROWS)
    if hasattr(unfitted, "steps_of"):  # which is asked for before anything is fitted
        with pytest.raises(ValueError, match=re.escape(said)):
            unfitted.steps_of(len(ROWS))


def test_training_that_goes_to_infinity_is_no_dictionary():
    with pytest.raises(ValueError, match=r"learning_rate=1e\+30 is too large"):
        TopK(size=8, active=2, steps=20, learning_rate=1e30).fit(ROWS)


def test_parts_of_fewer_rows_than_features_that_are_not_silent():
    rows = np.concatenate([np.eye(2, 16, dtype=np.float32), np.zeros((50, 16), np.float32)])
    found = NMF(size=5).fit(rows)
    assert found.init_ == "random"
    np.testing.assert_allclose(found.inverse_transform(found.transform(rows)), rows, atol=1e-2)
    with pytest.raises(ValueError, match='init="nndsvda" gives at most 2 features of 2 rows of 16 units'):
        NMF(size=5, init="nndsvda").fit(rows)


@pytest.mark.parametrize("kind", ["nmf", "seminmf"])
def test_silent_rows_have_no_codes_and_change_nothing(fitted, kind):
    silent = np.zeros((50, 16), np.float32)
    assert not fitted[kind].transform(silent).any()
    again = clone(KINDS[kind]).fit(np.concatenate([silent, ROWS]))
    np.testing.assert_allclose(again.components_, fitted[kind].components_, atol=1e-5)
    with pytest.raises(ValueError, match="all responses are zero"):
        clone(KINDS[kind]).fit(silent)


def test_kinds_are_listed_without_torch():
    code = (
        "import sys; from shiftscope.derived.derivation import derivations; list(derivations); "
        "assert not {'torch', 'sklearn.decomposition', 'sklearn.cluster'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
