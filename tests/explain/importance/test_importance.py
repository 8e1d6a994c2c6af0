"""How much features count for categories: known answers, and what is kept of them."""

import json

import numpy as np
import pytest
import torch

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.importance.importance import first_of
from shiftscope.explain.importance.logits import lack_a_constant, logits_of
from shiftscope.explain.importance.set_importance import Sums, of_samples
from shiftscope.explain.importance.stored_importances import kept_importance, read_importance
from shiftscope.explain.importance.through_head import contributions
from shiftscope.explain.importance.through_model import (
    MaskedCodes,
    gradients_times_codes,
    sobol_total_indices,
)
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.statistics.split import fit_half
from shiftscope.study import Study, open_study

from ...conftest import Made, Net

QUIET = {"progress": False}


@pytest.fixture(scope="module")
def data():
    return {"lab": Made(samples=120), "field": Made(samples=120, seed=1, scale=1.5)}


@pytest.fixture(scope="module")
def once(tmp_path_factory, data):
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("importance") / "x.study", Net(), ("a", "b", "c", "d"))
    study.record(data["lab"], "lab", layers=["conv", "hidden"], reference=True, **QUIET)
    study.record(data["field"], "field", **QUIET)
    study.derive("hidden", "nmf", size=3, seeds=1, **QUIET)
    study.derive("conv", "pca", size=3, seeds=1, **QUIET)
    return study


def held_out(study):
    """Positions of the reference that are reported."""
    return np.flatnonzero(~fit_half(study["lab"].samples.column("id").to_pylist()))


def test_a_feature_adds_its_code_times_its_atom_read_by_the_head():
    codes, atoms = np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([[1.0, 0.0], [3.0, 4.0]])
    weight = np.array([[1.0, 1.0], [0.0, -1.0]])
    # Of the first sample, to category 1: 1 x (0) and 2 x (-4). Of the second, to category 0: 0 and 3 x 7.
    found = contributions(codes, atoms, weight, np.array([1, 0]))
    np.testing.assert_array_equal(found, [[0, -8], [0, 21]])


def test_numbers_of_a_category_are_of_the_samples_classified_as_it():
    given = np.array([[1.0, -3.0], [3.0, -1.0], [0.0, 0.0], [5.0, 1.0]])
    answers = np.array([0, 0, 0, 2])
    found = Sums.of(given, answers, 3).importance()
    np.testing.assert_allclose(found.value, [[4 / 3, 4 / 3], [np.nan] * 2, [5, 1]])
    np.testing.assert_allclose(found.signed, [[4 / 3, -4 / 3], [np.nan] * 2, [5, 1]])
    np.testing.assert_allclose(found.leads, [[1 / 3, 1 / 3], [np.nan] * 2, [1, 0]])
    np.testing.assert_allclose(found.share[0], [0.5, 0.5])
    half = 1.959963984540054 * np.std([1, 3, 0], ddof=1) / np.sqrt(3)
    assert found.high[0, 0] == pytest.approx(4 / 3 + half)
    assert found.low[0, 0] == max(4 / 3 - half, 0)
    assert np.isnan(found.low[2]).all()  # of one sample
    np.testing.assert_array_equal(found.samples, [3, 0, 1])
    assert first_of(found, 2) == [0, 1]
    assert first_of(found, 1) == []


def test_halves_merge_into_the_whole():
    rng = np.random.default_rng(0)
    given, answers = rng.standard_normal((20, 4)), rng.integers(0, 3, 20)
    whole = Sums.of(given, answers, 3).importance()
    halves = Sums.of(given[:7], answers[:7], 3).merge(Sums.of(given[7:], answers[7:], 3)).importance()
    for name in ("value", "low", "high", "signed", "leads", "samples"):
        np.testing.assert_allclose(getattr(halves, name), getattr(whole, name), rtol=1e-12)


def test_a_sample_of_which_nothing_is_known_is_left_out():
    given = np.array([[1.0, 2.0], [np.nan, np.nan], [3.0, 0.0]])
    found = of_samples(given, np.array([0, 0, 0]), 2, np.random.default_rng(0), signed=False)
    np.testing.assert_array_equal(found.value[0], [2, 1])
    assert found.samples.tolist() == [2, 0]
    assert found.low[0, 0] == 1
    assert found.high[0, 0] == 3
    assert np.isnan(found.signed).all()


def test_through_the_head_it_is_plain_arithmetic(once):
    found = once.importance("hidden~nmf3", **QUIET)
    assert found.method == "exact"
    rows, recording = held_out(once), once["lab"]
    codes = recording.responses("hidden~nmf3")[rows].astype(float)
    read = once.learned("hidden~nmf3")["components_"].astype(float) @ once.head.weight.T
    answers = recording.samples.predictions[rows]
    for category in np.unique(answers):
        expected = np.abs(codes[answers == category] * read[:, category])
        np.testing.assert_allclose(found.sets["lab"].value[category], expected.mean(0), rtol=1e-5)
        assert found.sets["lab"].samples[category] == len(expected)
    assert set(found.sets) == {"lab", "field"}


def test_through_the_head_the_model_says_the_same(once, data):
    exact = once.importance("hidden~nmf3", **QUIET).sets
    run = once.importance("hidden~nmf3", method="gradient_x_code", samples=1000, data=data, **QUIET).sets
    for name in data:
        np.testing.assert_array_equal(run[name].samples, exact[name].samples)
        np.testing.assert_allclose(run[name].value, exact[name].value, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(run[name].signed, exact[name].signed, rtol=1e-4, atol=1e-6)
        np.testing.assert_array_equal(run[name].leads, exact[name].leads)


def test_of_an_affine_logit_sobols_indices_are_squared_contributions(once, data):
    live, rows = once.live(data=data), held_out(once)[:2].tolist()
    found = sobol_total_indices(live, "hidden~nmf3", "lab", rows, designs=1024, seed=0, batch_size=512)
    read = once.learned("hidden~nmf3")["components_"] @ once.head.weight.T
    for place, row in enumerate(rows):
        added = (
            once["lab"].responses_at("hidden~nmf3", [row])[0] * read[:, once["lab"].samples.predictions[row]]
        )
        np.testing.assert_allclose(found[place], added**2 / (added**2).sum(), atol=0.005)


def test_a_mask_of_ones_changes_nothing_and_codes_of_zero_feel_no_mask(once, data):
    live = once.live(data=data)
    masked, inputs = MaskedCodes(live, "conv~pca3"), live.inputs("lab", [0, 1])
    codes = torch.tensor([[0.0, 2.0, -1.0], [0.0, 1.0, 1.0]])
    with observed(live.model):
        plain = masked.logits(inputs, codes, torch.ones(2, 3))
        assert torch.equal(masked.logits(inputs, codes, torch.tensor([[0.0, 1, 1]] * 2)), plain)
        assert not torch.equal(masked.logits(inputs, codes, torch.tensor([[1.0, 0, 1]] * 2)), plain)
    np.testing.assert_allclose(plain.numpy(), [once["lab"].logits(each) for each in (0, 1)], atol=2e-3)


def test_the_gradient_is_that_of_small_changes(once, data):
    found = once.importance("conv~pca3", samples=3, data=data, **QUIET)
    assert found.method == "gradient_x_code"
    live = once.live(data=data)
    row = held_out(once)[:1].tolist()
    category = int(once["lab"].samples.predictions[row[0]])
    masked, inputs = MaskedCodes(live, "conv~pca3"), live.inputs("lab", row)
    codes = torch.from_numpy(once["lab"].responses_at("conv~pca3", row).astype(np.float32))
    (ours,) = gradients_times_codes(live, "conv~pca3", "lab", row, batch_size=8)
    with observed(live.model):
        for unit in range(3):
            near = [torch.ones(1, 3), torch.ones(1, 3)]
            near[0][0, unit], near[1][0, unit] = 1.01, 0.99
            up, down = (float(masked.logits(inputs, codes, each)[0, category]) for each in near)
            assert (up - down) / 0.02 == pytest.approx(ours[unit], rel=0.02, abs=1e-3)
    assert not any(parameter.grad is not None for parameter in live.model.parameters())
    assert all(parameter.requires_grad for parameter in live.model.parameters())


def test_it_is_kept_and_found_again_without_the_model(once):
    found = once.importance("hidden~nmf3", **QUIET)
    again = open_study(once.path)
    for name, made in found.sets.items():
        method, kept = kept_importance(again, "hidden~nmf3", name)
        assert method == "exact"
        np.testing.assert_array_equal(kept.value, made.value)
    listed = again.results(kind="importances", layer="hidden~nmf3")
    assert set(listed["state"]) == {"fresh"}
    assert read_importance(again, "hidden~nmf3", "lab", "sobol") is None


def test_sobols_indices_are_kept_by_their_settings(once, data):
    asked = {"method": "sobol", "samples": 1, "designs": 8, "data": {"lab": data["lab"]}}
    found = once.importance("conv~pca3", **asked, **QUIET)
    assert list(found.sets) == ["lab"]
    kept = read_importance(once, "conv~pca3", "lab", "sobol", {"samples": 1, "designs": 8})
    np.testing.assert_array_equal(kept.value, found.sets["lab"].value)
    assert np.isnan(kept.signed).all()
    assert read_importance(once, "conv~pca3", "lab", "sobol", {"samples": 2, "designs": 8}) is None


def test_the_table_has_every_feature_of_every_category(once):
    found = once.importance("hidden~nmf3", **QUIET)
    table = found.table()
    assert len(table) == 2 * 4 * 3
    first = table[(table["dataset"] == "lab") & (table["samples"] > 0)]
    np.testing.assert_allclose(first.groupby("category")["share"].sum(), 1)
    assert "logits" in repr(found)
    assert "<table" in found._repr_html_()


def test_what_cannot_be_asked_for_is_refused(once):
    with pytest.raises(BadRequest, match="was recorded"):
        once.importance("hidden", **QUIET)
    with pytest.raises(NotInStudy, match="closest"):
        once.importance("hidden~nmf4", **QUIET)
    with pytest.raises(BadRequest, match="there are exact, gradient_x_code, sobol"):
        once.importance("hidden~nmf3", method="shap", **QUIET)
    with pytest.raises(BadRequest, match="does not feed the linear head"):
        once.importance("conv~pca3", method="exact", **QUIET)
    with pytest.raises(BadRequest, match="pass model=net"):
        open_study(once.path).importance("conv~pca3", **QUIET)
    with pytest.raises(BadRequest, match="a power of 2"):
        once.importance("conv~pca3", method="sobol", designs=100, **QUIET)
    with pytest.raises(BadRequest, match="at least one"):
        once.importance("conv~pca3", samples=0, **QUIET)


def test_the_command_prints_and_writes_it(once, capsys):
    from shiftscope.cli.importance import importance

    importance(once.path, layer="hidden~nmf3")
    said = capsys.readouterr().out
    assert said.startswith("hidden~nmf3 on field: not computed (shiftscope fit-under-shift tells it)\n")
    assert "exact, in logits" in said
    importance(once.path, layer="hidden~nmf3", csv="-")
    assert capsys.readouterr().out.startswith(
        "state,dataset,category,unit,importance,low,high,signed,share,leads,samples"
    )
    importance(once.path, layer="hidden~nmf3", json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["method"], len(told["rows"])) == ("exact", 24)


def test_logarithms_of_probabilities_are_told_by_their_sums(tmp_path):
    rows = (np.random.default_rng(0).random((40, 5)).astype(np.float32), np.zeros(40, np.int64))
    for name, last in (("logs", [torch.nn.LogSoftmax(1)]), ("logits", [])):
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Identity(), torch.nn.Linear(5, 3), *last)
        study = Study.create(tmp_path / name, net, ("a", "b", "c"))
        study.record(rows, "lab", layers=["0"], **QUIET)
        assert lack_a_constant(study) == (name == "logs")
        live = study.live(data={"lab": rows})
        centred = logits_of(live, net(torch.from_numpy(rows[0])), 40, centred=True)
        plain = rows[0] @ net[1].weight.detach().numpy().T + net[1].bias.detach().numpy()
        np.testing.assert_allclose(centred.detach(), plain - plain.mean(1, keepdims=True), atol=1e-5)
