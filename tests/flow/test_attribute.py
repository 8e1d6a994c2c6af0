"""Maps of a study's units: computed once, kept, found again without the model, refused where they cannot be."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager

import numpy as np
import pytest
import torch

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy, StudyMismatch
from shiftscope.explain.attribution.low_pass.low_pass import low_passed
from shiftscope.explain.attribution.sanity.sanity import DOES_NOT, THIS_MAP
from shiftscope.explain.attribution.stored_attributions import attributions_key
from shiftscope.statistics.split import fit_half
from tests.conftest import Made


@pytest.fixture
def data():
    return {"lab": Made(), "field": Made(seed=1, scale=1.5)}


def attributed(study, *given, **options):
    return study.attribute(*given, **{"progress": False, "faithful": False, **options})


def test_maps_are_of_the_samples_that_the_unit_responds_to_most(recorded, net, data):
    found = attributed(recorded, "hidden", 3, data=data)
    responses = recorded["lab"].unit_responses("hidden", 3)
    assert list(found.positions) == list(np.argsort(-responses, kind="stable")[:12])
    assert list(found.ids) == [f"sample-{place}" for place in found.positions]
    np.testing.assert_allclose(found.values, responses[found.positions], rtol=1e-3, atol=1e-5)
    inputs = data["lab"].inputs[found.positions].requires_grad_()
    hidden = net.eval().hidden(net.act(net.conv(inputs)))
    hidden[:, 3].sum().backward()
    np.testing.assert_allclose(found.maps, inputs.grad.abs().sum(1), rtol=1e-5, atol=1e-9)


def test_what_is_kept_is_found_again_without_the_model(recorded, data):
    computed = attributed(recorded, "hidden", 3, method="integrated_gradients", n_steps=8, data=data)
    opened = ss.open_study(recorded.path)
    again = attributed(opened, "hidden", 3, method="integrated_gradients", n_steps=8)
    assert opened.model is None
    for name in ("positions", "maps", "values", "gap"):
        np.testing.assert_array_equal(getattr(again, name), getattr(computed, name))
    assert (again.question, again.ids) == (computed.question, computed.ids)
    with pytest.raises(BadRequest, match="does not hold the model"):
        attributed(opened, "hidden", 3, method="integrated_gradients", n_steps=9)


def test_maps_are_listed_by_unit_method_and_dataset(recorded, data):
    attributed(recorded, "hidden", 3, data=data)
    attributed(recorded, "hidden", 3, method="wam", n=2, dataset="field", samples=4, data=data)
    attributed(recorded, "hidden", 5, data=data)
    attributed(recorded, None, "b", data=data)
    opened = ss.open_study(recorded.path)
    assert len(opened.attributions("hidden")) == 3
    (wam,) = opened.attributions("hidden", 3, method="wam")
    assert wam.orientations == ("h", "v", "d")
    np.testing.assert_allclose(wam.scale_share.sum(axis=1), 1, rtol=1e-6)
    assert [each.question.dataset for each in opened.attributions("hidden", dataset="field")] == ["field"]
    (logit,) = opened.attributions(None, 1)
    np.testing.assert_allclose(logit.values, opened["lab"].logits_of()[logit.positions, 1], rtol=1e-3)


def test_targets_channels_and_features_are_attributed_to(recorded, data):
    recorded.derive("hidden", "pca", size=2, progress=False)
    live = recorded.live(data=data)
    channel = attributed(live, ss.Channel("conv", 2), samples=[0, "sample-5"])
    assert list(channel.positions) == [0, 5]
    assert (
        attributed(live, "conv:2", samples=[0, 5]).question == channel.question
    )  # pooled by the mean already
    peak = attributed(live, ss.Neuron("conv", 2, pool="max"), samples=[0, 5])
    assert peak.question.pool == "max"
    assert not np.allclose(peak.maps, channel.maps)
    feature = attributed(live, "hidden~pca2", 1, samples=3)
    codes = recorded["lab"].unit_responses("hidden~pca2", 1)
    np.testing.assert_allclose(feature.values, np.sort(codes)[::-1][:3], rtol=1e-2)


def test_fine_detail_is_taken_out_of_the_reduced_map(recorded, data):
    raw, smooth = (
        attributed(recorded, "hidden", 3, samples=2, low_pass=cutoff, data=data) for cutoff in (None, 2)
    )
    np.testing.assert_allclose(smooth.maps, np.abs(low_passed(raw.maps, 2)), rtol=1e-5, atol=1e-8)


def test_maps_are_stale_once_the_dataset_is_recorded_again(recorded, data):
    attributed(recorded, "hidden", 3, samples=2, data=data)
    recorded.record(Made(seed=7), "lab", overwrite=True, progress=False)
    assert recorded.attributions("hidden", 3) == []
    (state,) = recorded.results(kind="attributions")["state"]
    assert state == "lab recorded again"


def test_deleting_them_is_harmless_and_damage_is_computed_again(recorded, data):
    found = attributed(recorded, "hidden", 3, samples=2, data=data)
    folder = attributions_key(recorded, found.question, found.positions.tolist()).place(recorded.path)
    (arrays,) = folder.glob("*.safetensors")
    arrays.write_bytes(b"no arrays")
    assert recorded.attributions("hidden", 3) == []
    again = attributed(recorded, "hidden", 3, samples=2, data=data)
    np.testing.assert_array_equal(again.maps, found.maps)
    recorded.results(kind="attributions", remove=True)
    assert recorded.attributions("hidden", 3) == []


def test_a_study_that_is_only_read_keeps_nothing(recorded, net, data):
    opened = ss.open_study(recorded.path)
    opened.read_only = True
    attributed(opened, "hidden", 3, samples=2, model=net, data=data)
    assert opened.attributions("hidden", 3) == []


def test_another_preprocessing_is_refused_before_the_first_map(recorded, data, monkeypatch):
    live = recorded.live(data=data)
    monkeypatch.setattr(live, "inputs", lambda name, positions: data[name].inputs[positions] * 2)
    with pytest.raises(StudyMismatch, match=r"hidden:3 on sample-\d+: .* is stored, the model gives"):
        attributed(live, "hidden", 3)


@pytest.mark.parametrize(
    ("given", "options", "error", "told"),
    [
        (("hiden", 3), {}, NotInStudy, "hidden"),
        (("hidden", 99), {}, NotInStudy, "no unit 99"),
        (("hidden", "x"), {}, BadRequest, "give its number"),
        ((None, None), {}, BadRequest, "name a layer and a unit"),
        ((None, "e"), {}, NotInStudy, "no category 'e'"),
        ((ss.Neuron("hidden", 3), 3), {}, BadRequest, "leave out unit=3"),
        ((ss.Direction("hidden", np.ones(10)),), {}, BadRequest, "ss.attribute gives its maps"),
        (("hidden", 3), {"method": "salience"}, BadRequest, "saliency"),
        (("hidden", 3), {"method": object()}, BadRequest, "give an object with .attribute to ss.attribute"),
        (("hidden", 3), {"n": 3}, BadRequest, "saliency has no option 'n'"),
        (("hidden", 3), {"dataset": "street"}, NotInStudy, "street"),
        (("hidden", 3), {"samples": 0}, BadRequest, "at least one"),
        (("hidden", 3), {"samples": []}, BadRequest, "no samples"),
        (("hidden", 3), {"samples": ["sample-77"]}, NotInStudy, "no sample 'sample-77'"),
        (("hidden", 3), {"samples": "all"}, BadRequest, 'give "top"'),
        (("hidden", 3), {"low_pass": "fine"}, BadRequest, "cycles per image"),
        (("hidden", 3), {"low_pass": 99}, BadRequest, "corner frequency"),
        (("hidden", 3), {"baselines": "grey"}, BadRequest, "give a number"),
    ],
)
def test_what_cannot_be_asked_is_refused(recorded, data, given, options, error, told):
    with pytest.raises(error, match=told):
        attributed(recorded, *given, data=data, **options)


def test_a_result_draws_itself(recorded, data):
    pytest.importorskip("matplotlib").use("Agg")
    found = attributed(recorded, "hidden", 3, samples=3, data=data)
    html = found._repr_html_()
    assert html.count("<img") == 3
    assert "saliency of hidden:3 on lab" in html
    axes = found.draw()
    assert axes.get_title() == "saliency of hidden:3 on lab"
    assert all(picture.startswith(b"\x89PNG") for picture in found.pictures())
    series = dataclasses.replace(found, maps=found.maps[:, 0])
    assert "<img" not in series._repr_html_()
    with pytest.raises(BadRequest, match="no pictures"):
        series.draw()


def test_silent_and_refused_maps_are_told(recorded, data):
    found = attributed(recorded, "hidden", 3, samples=3, data=data)
    maps = found.maps.copy()
    maps[0], maps[1, 0, 0] = 0, np.nan
    odd = dataclasses.replace(found, maps=maps, gap=np.array([0.0, 0.01, 0.2]))
    assert "silent on 1, 1 not finite, on 1 the map misses" in odd.in_words()
    assert list(odd.table()["silent"]) == [True, False, False]


def test_the_model_is_left_as_it_came(recorded, net, data):
    net.train()
    attributed(recorded, "hidden", 3, samples=2, model=net, data=data)
    assert net.training
    assert all(each.requires_grad for each in net.parameters())
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("given", [("hidden", 3), (None, "b")])
def test_faithfulness_stands_beside_the_maps_and_is_kept(recorded, net, data, given):
    without = attributed(recorded, *given, samples=3, data=data)
    assert without.faithfulness is None
    found = attributed(recorded, *given, samples=3, data=data, faithful=True)
    np.testing.assert_array_equal(found.maps, without.maps)
    again = attributed(ss.open_study(recorded.path), *given, samples=3, faithful=True)
    beside = again.faithfulness
    np.testing.assert_array_equal(beside.scores, found.faithfulness.scores)
    assert beside.rows[0] == "saliency"
    table = beside.table().set_index(["row", "metric", "fill"])
    first, last = (table.loc[(row, "F", "blur")] for row in ("saliency", "saliency, reversed"))
    assert first["mean"] == pytest.approx(-last["mean"])
    assert first["low"] <= first["mean"] <= first["high"]
    assert first["samples"] == 3
    assert "of a random map) under blur" in again.in_words()
    # The map of the response's absolute gradient is the plain gradient; of a logit that is the probability's.
    if given[0]:
        np.testing.assert_allclose(
            beside.scores[0], beside.scores[beside.rows.index("plain gradient")], rtol=1e-4
        )


def test_wavelet_coefficients_of_the_first_samples_are_kept(recorded, net, data):
    given = {"method": "wam_saliency", "samples": 14, "level": 2}
    attributed(recorded, "hidden", 3, data=data, **given)
    found = attributed(ss.open_study(recorded.path), "hidden", 3, **given)
    inputs = data["lab"].inputs[found.positions[:12]]
    expected = ss.attribute(net, inputs, "hidden:3", method="wam_saliency", level=2)
    kept = found.coefficients
    np.testing.assert_allclose(kept.mosaic(), expected.mosaic(), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(kept.scale_share, found.scale_share[:12], rtol=1e-5)
    np.testing.assert_allclose(kept.reconstruct(1), inputs, atol=5e-3)  # half precision
    np.testing.assert_allclose(kept.reconstruct(0.1), expected.reconstruct(0.1), atol=5e-3)
    frequencies, shares = found.spectra()
    assert shares.shape == (14, len(frequencies))
    np.testing.assert_allclose(np.nansum(shares[~found.silent], axis=1), 1)


def test_several_units_share_passes_and_give_what_each_gives_alone(recorded, net, data):
    live, shown = recorded.live(data=data), []
    handle = net.conv.register_forward_hook(lambda module, given, output: shown.append(len(output)))
    given = {"samples": [1, 4, 9], "method": "occlusion"}
    alone = [attributed(live, "hidden", unit, **given) for unit in (2, 5)]
    apart = sum(shown)
    recorded.results(kind="attributions", remove=True)
    shown.clear()
    together = attributed(live, "hidden", [2, 5], **given)
    handle.remove()
    assert sum(shown) < 0.7 * apart
    for one, other in zip(alone, together, strict=True):
        assert one.question == other.question
        np.testing.assert_allclose(one.maps, other.maps, rtol=1e-4, atol=1e-6)
    strongest = attributed(recorded, "hidden", [2, 5], samples=2, data=data)
    assert [list(each.positions) for each in strongest] == [
        list(np.argsort(-recorded["lab"].unit_responses("hidden", unit), kind="stable")[:2])
        for unit in (2, 5)
    ]


def test_a_unit_that_is_asked_for_twice_is_computed_once_and_given_twice(recorded, data):
    told = []

    @contextmanager
    def progress(name, done, total, *, counted="samples"):
        told.append((name, total))
        yield lambda maps: None

    found = recorded.attribute("hidden", [3, 5, 3], samples=[0, 4], data=data, progress=progress)
    assert [each.question.unit for each in found] == [3, 5, 3]
    assert found[0] is found[2]
    assert [total for _, total in told] == [4]  # two samples of two units


def test_faithfulness_does_not_depend_on_how_many_samples_are_taken_at_once(recorded, data, monkeypatch):
    given = {"samples": 5, "data": data, "faithful": True}
    whole = attributed(recorded, "hidden", 3, **given)
    recorded.results(kind="attributions", remove=True)
    monkeypatch.setattr("shiftscope.explain.attribution.study_maps.AT_ONCE", 2)
    blocks = attributed(recorded, "hidden", 3, **given)
    np.testing.assert_allclose(blocks.maps, whole.maps, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(blocks.faithfulness.scores, whole.faithfulness.scores, rtol=1e-4, atol=1e-6)


def test_the_verdict_of_randomised_weights_is_kept_and_told_first(recorded, net, data):
    before = {name: value.clone() for name, value in net.state_dict().items()}
    given = {"samples": 6, "sanity": True, "method": "smoothgrad", "n": 2}
    found = attributed(recorded, "hidden", 3, data=data, **given)
    again = attributed(ss.open_study(recorded.path), "hidden", 3, **given)
    assert again.sanity.rows == found.sanity.rows
    assert list(again.sanity.modules) == ["hidden.1", "conv", "unused"]
    assert again.sanity.rows["edges"].verdict == DOES_NOT
    assert next(iter(again.table())) == "verdict"
    assert set(again.table()["verdict"]) == {again.sanity.verdict}
    assert repr(again).startswith("Attributions: this map depends on the weights (similarity")
    bad = dataclasses.replace(again.sanity, rows={THIS_MAP: again.sanity.rows["edges"]})
    told = repr(dataclasses.replace(again, sanity=bad))
    assert told.startswith("Attributions: do not read this map: it does not depend on the weights")
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_a_verdict_that_was_kept_under_the_earlier_name_of_its_row_is_read(recorded, data, monkeypatch):
    given = {"samples": 6, "sanity": True, "method": "smoothgrad", "n": 2}
    earlier = "this map, all weights drawn again"
    with monkeypatch.context() as then:
        for module in ("sanity.sanity", "sanity.sane"):
            then.setattr(f"shiftscope.explain.attribution.{module}.THIS_MAP", earlier)
        found = attributed(recorded, "hidden", 3, data=data, **given).sanity
        assert next(iter(found.rows)) == earlier
        kept = found.rows[earlier]
    again = attributed(ss.open_study(recorded.path), "hidden", 3, **given)
    assert again.sanity.rows[THIS_MAP] == kept


def test_a_fitted_cutoff_is_kept_with_what_it_gains_elsewhere(recorded, data):
    given = {"samples": 2, "low_pass": "fitted", "data": data}
    found = attributed(recorded, "hidden", 3, **given)
    again = attributed(ss.open_study(recorded.path), "hidden", 3, **{**given, "data": None})
    fit = again.fitted
    assert again.question.low_pass == fit.cutoff == found.fitted.cutoff
    assert fit.cutoff == fit.grid[len(fit.grid) - 1 - np.argmax(np.nanmean(fit.curve, axis=1)[::-1])]
    raw = attributed(recorded, "hidden", 3, samples=2, data=data)
    np.testing.assert_allclose(again.maps, np.abs(low_passed(raw.maps, fit.cutoff)), rtol=1e-4, atol=1e-7)
    # By itself: the gain on the held-out half is that of the faithfulness of both maps, under the channel mean.
    ids = recorded["lab"].samples.column("id").to_pylist()
    top = np.argsort(-recorded["lab"].unit_responses("hidden", 3), kind="stable")
    held_out = [int(place) for place in top if not fit_half(ids)[place]][: len(fit.held_out)]
    f = [
        each.faithfulness.scores[0, each.faithfulness.metrics.index("F"), 0]
        for each in (
            attributed(recorded, "hidden", 3, samples=held_out, low_pass=cutoff, data=data, faithful=True)
            for cutoff in (fit.cutoff, None)
        )
    ]
    np.testing.assert_allclose(fit.held_out, f[0] - f[1], rtol=1e-3, atol=1e-5)
    field = attributed(recorded, "hidden", 3, dataset="field", **given)
    assert field.fitted.cutoff == fit.cutoff
    assert list(field.fitted.table("field")["part"])[1:] == ["held-out half of the reference", "field"]
    assert "F gains" in repr(field)
    assert "on field" in repr(field)


def test_the_mean_of_the_reference_is_a_baseline(recorded, net, data):
    half = fit_half(recorded["lab"].samples.column("id").to_pylist())
    mean = data["lab"].inputs[half].mean(0)
    found = attributed(
        recorded,
        "hidden",
        3,
        method="integrated_gradients",
        n_steps=4,
        samples=2,
        data=data,
        baselines="reference_mean",
    )
    expected = ss.attribute(
        net,
        data["lab"].inputs[found.positions],
        "hidden:3",
        method="integrated_gradients",
        n_steps=4,
        baselines=mean,
    )
    np.testing.assert_allclose(found.maps, expected.abs().sum(1), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"method": "wam"},
            r"wam takes inputs of channels and places; these are \(24,\) a sample. Give .* as \(1, 24\)",
        ),
        ({"low_pass": 4.0}, r"low_pass filters maps of pictures; these inputs are \(24,\) a sample"),
        ({"low_pass": "fitted"}, r"low_pass filters maps of pictures; these inputs are \(24,\) a sample"),
    ],
)
def test_waveforms_are_refused_before_anything_is_computed_where_more_axes_are_needed(
    tmp_path, monkeypatch, options, told
):
    net = torch.nn.Sequential(torch.nn.Linear(24, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    waves = torch.utils.data.TensorDataset(torch.randn(6, 24), torch.arange(6) % 3)
    study = ss.Study.create(tmp_path / "w.study", net, "abc")
    study.record(waves, "lab", layers=["1"], reference=True, progress=False)
    live = study.live(net, {"lab": waves})
    monkeypatch.setattr("shiftscope.explain.attribution.live.function_of_study", None)
    with pytest.raises(BadRequest, match=told):
        study.attribute("1", 2, samples=2, live=live, progress=False, **options)
