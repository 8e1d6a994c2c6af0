"""A dictionary of what another one leaves of a shifted set."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from shiftscope.derived.pca import PCA
from shiftscope.derived.realigned import aligned_name
from shiftscope.derived.residual import Residual, residuals
from shiftscope.derived.tools.residual_report import residual_report
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.statistics.split import fit_half
from shiftscope.store.derived_layer import name_of_set
from shiftscope.study import Study, open_study

from ..conftest import Made, Net, viewer

SEPARATE = [f"other-{i}" for i in range(160)]
NAME = "hidden~pca3~residual~field"


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("residual") / "x.study", Net(), ("a", "b", "c", "d"))
    study.record(Made(samples=200), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Made(samples=160, seed=1, scale=1.5, ids=SEPARATE), "field", progress=False)
    study.derive("hidden", "pca", size=3, progress=False)
    study.derive("hidden", "pca", size=2, residual_of="hidden~pca3", dataset="field", progress=False)
    return study


def left(study, name):
    learned, rows = study.learned("hidden~pca3"), study[name].responses("hidden").astype(np.float64)
    atoms, mean = learned["components_"].astype(float), learned["mean_"].astype(float)
    return rows - (rows - mean) @ atoms.T @ atoms - mean


def test_it_is_fitted_on_one_half_of_the_residuals_and_reported_on_the_other(once):
    learned, report = once.learned(NAME), once.derived[NAME].fit_report
    fitted, rest = left(once, "field")[fit_half(SEPARATE)], left(once, "field")[~fit_half(SEPARATE)]
    exact = np.linalg.svd(fitted - fitted.mean(0), full_matrices=False)[2][:2]
    atoms, mean = learned["components_"].astype(float), learned["mean_"].astype(float)
    np.testing.assert_allclose(np.abs((exact * atoms).sum(1)), 1, atol=1e-4)
    np.testing.assert_allclose(mean, fitted.mean(0), atol=1e-5)
    assert once.derived[NAME].rows == len(fitted)
    assert once.derived[NAME].fitted_on == "field"
    error = rest - (rest - mean) @ atoms.T @ atoms - mean
    assert report["residuals"]["told"] == pytest.approx(
        1 - np.square(error).sum() / np.square(rest).sum(), abs=1e-4
    )
    assert report["residuals"]["rows"] == len(rest)
    ids = once["lab"].samples.column("id").to_pylist()
    theirs = left(once, "lab")[~fit_half(ids)]
    codes, of_theirs = rest @ atoms.T, theirs @ atoms.T
    np.testing.assert_allclose(
        learned["times_"], np.square(codes).mean(0) / np.square(of_theirs).mean(0), rtol=1e-3
    )
    np.testing.assert_allclose(learned["share_"], np.square(codes).sum(0) / np.square(rest).sum(), rtol=1e-3)
    known = once.learned("hidden~pca3")["components_"].astype(float)
    np.testing.assert_allclose(learned["cosine_"], np.abs(atoms @ known.T).max(1), atol=1e-4)


def test_its_codes_are_those_of_residuals_in_numpy_and_in_torch(once):
    again = open_study(once.path)
    learned = again.learned(NAME)
    for name in again:
        codes = (left(again, name) - learned["mean_"]) @ learned["components_"].T
        np.testing.assert_allclose(again[name].responses(NAME), codes, atol=1e-4)
    live = again.live(_net(), {"field": Made(samples=160, seed=1, scale=1.5, ids=SEPARATE)})
    shown = live.probe(f"{NAME}:1")(live.inputs("field", range(8))).detach()
    np.testing.assert_allclose(shown, again["field"].unit_responses(NAME, 1)[:8], atol=2e-3)


def _net():
    torch.manual_seed(0)
    return Net()


def test_a_direction_that_only_the_shifted_set_has_is_new_and_the_placebo_finds_none():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    rows = (rng.normal(size=(3, 600, 4)) * 3) @ basis[:4] + rng.normal(size=(3, 600, 12)) * 0.3
    fitted, reference, shifted = rows.astype(np.float32)
    shifted = shifted + (rng.gamma(1, 2, size=(600, 1)) * basis[7]).astype(np.float32)
    before = PCA(size=4).fit(fitted)
    here, theirs = residuals(before, shifted), residuals(before, reference)
    own = PCA(size=2).fit(here[:300])
    report = residual_report(own, before.components_, here[300:], theirs)
    np.testing.assert_array_equal(report.new, [True, False])
    assert abs(own.components_[0] @ basis[7]) > 0.99
    placebo = PCA(size=2).fit(theirs[:300])
    assert not residual_report(placebo, before.components_, theirs[300::2], theirs[301::2]).new.any()


def test_it_is_said_on_its_page_and_by_the_command(once, capsys):
    from shiftscope.cli.derive import derive

    client = viewer(once)
    page = client.get(f"/layers/{NAME}?focus=field")
    assert page.status_code == 200
    assert "of what hidden~pca3 leaves of field are new" in page.text
    derive(once.path, layer="hidden", kind="pca", size=2, residual_of="hidden~pca3", dataset="field")
    said = capsys.readouterr().out
    assert "samples of field" in said
    assert "of what hidden~pca3 leaves of field are new" in said


def test_a_dataset_is_called_by_its_name_of_now(once):
    once.rename("field", "yard")
    try:
        page = viewer(once).get(f"/layers/{NAME}?focus=yard").text
    finally:
        once.rename("yard", "field")
    assert "of what hidden~pca3 leaves of yard are new" in page
    assert "left of samples of yard" in page


def test_a_set_that_was_renamed_has_no_second_layer_and_another_one_of_its_old_name_has_its_own(once):
    asked = {"size": 2, "residual_of": "hidden~pca3", "seeds": 1, "progress": False}
    before = set(once.derived)
    once.rename("field", "yard")
    try:
        assert once.derive("hidden", "pca", dataset="yard", **asked).name == NAME
        assert set(once.derived) == before
        fields = once.derived[NAME], "hidden~pca3~residual~", "field"
        assert name_of_set(once.derived, *fields[1:], lambda each: False) == f"{NAME}~2"
        assert name_of_set({}, *fields[1:], lambda each: False) == NAME
        assert aligned_name(once, "hidden~pca3", "yard") == "hidden~pca3~as~yard"
        made = replace(fields[0], name="hidden~pca3~as~field", settings={"dataset": "field"})
        told = {made.name: made}
        assert name_of_set(told, "hidden~pca3~as~", "yard", lambda each: True) == made.name
    finally:
        once.rename("yard", "field")


def test_nothing_is_derived_in_a_study_that_was_opened_to_be_read(once):
    with pytest.raises(BadRequest, match="nothing is derived in it"):
        Study(once.path, read_only=True).derive("hidden", "pca", size=1, progress=False)


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"dataset": None}, BadRequest, "give both"),
        ({"residual_of": "hidden"}, BadRequest, "was recorded"),
        ({"residual_of": "hiddn~pca3"}, NotInStudy, "closest"),
        ({"residual_of": NAME}, BadRequest, "residuals itself. Take those of 'hidden~pca3'"),
        ({"dataset": "lab"}, BadRequest, "is the reference"),
        ({"dataset": "feild"}, NotInStudy, "closest"),
        ({"kind": "nmf"}, BadRequest, "Negative values"),
        ({"size": 4000}, BadRequest, "At most 512"),
    ],
)
def test_what_cannot_be_told_is_refused(once, asked, error, says):
    options = {"kind": "pca", "size": 1, "residual_of": "hidden~pca3", "dataset": "field"} | asked
    with pytest.raises(error, match=says):
        once.derive("hidden", options.pop("kind"), progress=False, name="x", **options)


def test_it_is_asked_for_by_what_it_is_of(once):
    with pytest.raises(BadRequest, match="residual_of="):
        once.derive("hidden", "residual", size=2, progress=False)
    with pytest.raises(BadRequest, match="ask how 'hidden~pca3' reads them"):
        once.fit_under_shift(NAME, progress=False)
    with pytest.raises(ValueError, match="residual_of="):
        Residual().fit(np.ones((3, 2), np.float32))
