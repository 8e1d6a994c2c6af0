"""Rows of a dictionary that is fitted on the shifted set, and of an untrained model."""

import numpy as np
import pytest
import torch

import shiftscope as ss
from shiftscope.derived.fitting import positions_to_fit
from shiftscope.errors import BadRequest, ModelError, StudyMismatch
from shiftscope.statistics.split import fit_half
from shiftscope.study import Study, open_study

from ...conftest import Made, Net, viewer

IDS = [f"other-{i}" for i in range(120)]
LAB, FIELD = Made(samples=120), Made(samples=120, seed=1, scale=1.5, ids=IDS)


def recorded_of(model, path):
    study = Study.create(path, model, ("a", "b", "c", "d"))
    study.record(LAB, "lab", layers=["hidden"], reference=True, progress=False)
    study.record(FIELD, "field", progress=False)
    return study


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    torch.manual_seed(0)
    model, folder = Net(), tmp_path_factory.mktemp("further")
    study = recorded_of(model, folder / "x.study")
    study.derive("hidden", "pca", size=3, seeds=1, progress=False)
    recorded_of(ss.untrained(model), folder / "untrained.study")
    return study, folder / "untrained.study"


def share_left(fitted_on, told):
    """By the three leading directions of the one, about its mean, of the variance of the other."""
    mean = fitted_on.mean(0)
    atoms = np.linalg.svd(fitted_on - mean, full_matrices=False)[2][:3]
    left = told - (told - mean) @ atoms.T @ atoms - mean
    return np.square(left).sum() / np.square(told - told.mean(0)).sum()


def test_a_refit_is_fitted_on_one_half_of_the_set_and_reported_on_the_other(both):
    study, _ = both
    table = study.fit_under_shift("hidden~pca3", refit=True, progress=False).table()
    (row,) = table[table["row"] == "refit"].to_dict("records")
    rows, half = study["field"].responses("hidden").astype(float), fit_half(IDS)
    assert row["dataset"] == "field"
    assert row["samples"] == (~half).sum()
    fitted = positions_to_fit(study["field"], study.derived["hidden~pca3"].rows)  # as many as there
    assert half[fitted].all()
    assert len(fitted) == min(half.sum(), study.derived["hidden~pca3"].rows)
    assert row["fvu"] == pytest.approx(share_left(rows[fitted], rows[~half]), rel=1e-3)
    assert 0 <= row["kept"] <= 1


def test_the_untrained_row_is_of_that_model_and_stays(both):
    study, other = both
    found = study.fit_under_shift("hidden~pca3", untrained=other, progress=False)
    for again in (found, open_study(study.path).fit_under_shift("hidden~pca3", progress=False)):
        numbers = again.further["untrained model"]
        theirs = open_study(other)
        half = fit_half([f"sample-{i}" for i in range(120)])
        lab = theirs["lab"].responses("hidden").astype(float)
        field = theirs["field"].responses("hidden").astype(float)
        assert numbers["lab"].fvu == pytest.approx(share_left(lab[half], lab[~half]), rel=1e-3)
        assert numbers["field"].fvu == pytest.approx(share_left(lab[half], field), rel=1e-3)
        assert numbers["lab"].error_ratio == pytest.approx(1)
    page = viewer(study).get("/layers/hidden~pca3?focus=field").text
    assert "untrained model, field" in page


def test_an_untrained_model_is_drawn_anew_and_the_model_stays(net):
    before = {name: each.clone() for name, each in net.state_dict().items()}
    drawn, again = ss.untrained(net, seed=1), ss.untrained(net, seed=1)
    for name, each in net.state_dict().items():
        assert torch.equal(each, before[name])
        assert not torch.equal(each, drawn.state_dict()[name])
        assert torch.equal(again.state_dict()[name], drawn.state_dict()[name])
    net.token = torch.nn.Parameter(torch.zeros(3))
    with pytest.raises(ModelError, match="has parameters and no reset_parameters"):
        ss.untrained(net)


def test_a_study_of_other_data_or_layers_is_refused(both, new_study, net, made):
    study, _ = both
    other = new_study()
    other.record(made(), "lab", layers=["conv"], progress=False)
    with pytest.raises(StudyMismatch, match="has no layer 'hidden'"):
        study.fit_under_shift("hidden~pca3", untrained=other, progress=False)
    another = new_study(name="another")
    another.record(made(), "lab", layers=["hidden"], progress=False)
    with pytest.raises(StudyMismatch, match="with the data of 'lab'"):
        study.fit_under_shift("hidden~pca3", untrained=another.path, progress=False)


def test_a_set_with_fewer_samples_than_features_has_no_refit(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    study.record(Made(samples=6, seed=3), "few", progress=False)
    study.derive("hidden", "kmeans", size=9, seeds=1, progress=False)
    with pytest.raises(BadRequest, match="9 features asked for"):
        study.fit_under_shift("hidden~kmeans9", refit=True, progress=False)
