"""Dictionaries of the positions of a map, whose codes are pooled as the map is."""

import numpy as np
import pytest
import torch

import shiftscope as ss
from shiftscope.cli.derive import derive as command
from shiftscope.derived.positions import rows_at_positions
from shiftscope.errors import BadRequest, LayerError, StudyMismatch
from shiftscope.recording.stream import PassOptions
from shiftscope.statistics.split import fit_half
from shiftscope.study import open_study

from ..conftest import Made, viewer

NAME = "conv~pca2~positions"
DATA = {"lab": Made(), "field": Made(seed=1, scale=1.5)}


@pytest.fixture
def derived(recorded):
    recorded.derive("conv", "pca", size=2, positions=True, data=DATA, seeds=1, progress=False)
    return recorded


def maps(net, data):
    with torch.no_grad():
        return (
            net.eval().conv(data.inputs).movedim(1, -1).flatten(1, 2).double().numpy()
        )  # (sample, place, unit)


def codes(study, net, data):
    learned = study.learned(NAME)
    return (maps(net, data) - learned["mean_"]) @ learned["components_"].T


def test_it_is_fitted_on_positions_and_its_codes_are_pooled(derived, net):
    rows = maps(net, DATA["lab"])[half()].reshape(-1, 6)  # all positions, as they are few
    exact = np.linalg.svd(rows - rows.mean(0), full_matrices=False)[2][:2]
    again = open_study(derived.path)
    assert NAME in again.layers
    atoms = again.learned(NAME)["components_"].astype(float)
    np.testing.assert_allclose(np.abs((exact * atoms).sum(1)), 1, atol=1e-4)
    for name, data in DATA.items():
        found = codes(again, net, data).mean(1)
        np.testing.assert_allclose(again[name].responses(NAME), found, atol=1e-4)
    report = again.derived[NAME].fit_report
    assert report["fit"]["rows"] == len(rows)
    assert again.derived[NAME].rows == half().sum()
    assert not again.without_codes(NAME)


def test_what_it_leaves_is_refused_as_positions_are_not_stored(derived):
    with pytest.raises(BadRequest, match="are made of positions, which are not stored"):
        derived.derive("conv", "pca", size=1, residual_of=NAME, dataset="field", progress=False)


def half():
    return fit_half([f"sample-{i}" for i in range(40)])


def test_each_sample_has_as_many_rows_up_to_one(recorded, net):
    samples = np.array([3, 5, 11])
    live = recorded.live(net, DATA)
    rows = rows_at_positions(
        net,
        DATA["lab"],
        recorded.layer("conv"),
        samples,
        answer=live.answer,
        categories=recorded.categories,
        options=PassOptions(batch_size=2),
        most=8,
    )
    near = [
        np.abs(rows[:, None] - maps(net, DATA["lab"])[sample]).max(-1).min(1) < 1e-5 for sample in samples
    ]
    assert np.sum(near, axis=1).tolist() == [3, 3, 2]


def test_the_maximum_of_codes_is_pooled_where_it_is_of_the_map(new_study, net):
    study, data = new_study(), {"lab": DATA["lab"]}
    study.record(data["lab"], "lab", layers=[ss.Layer("conv", pool="max")], progress=False)
    layer = study.derive("conv:max", "pca", size=2, positions=True, data=data, seeds=1, progress=False)
    learned = study.learned(layer.name)
    exact = ((maps(net, data["lab"]) - learned["mean_"]) @ learned["components_"].T).max(1)
    np.testing.assert_allclose(study["lab"].responses(layer.name), exact, atol=1e-4)


def test_a_feature_is_probed_and_changed_at_every_position(derived, net):
    live = derived.live(net, DATA)
    probe = live.probe(f"{NAME}:1")
    inputs = live.inputs("field", range(40))
    np.testing.assert_allclose(probe(inputs).detach(), derived["field"].unit_responses(NAME, 1), atol=2e-3)
    np.testing.assert_allclose(
        probe.map(inputs).detach().flatten(1), codes(derived, net, DATA["field"])[:, :, 1], atol=1e-4
    )
    answers = derived.intervene(NAME, [0], model=net, data={"field": DATA["field"]}, progress=False)
    atom = derived.learned(NAME)["components_"][0]
    with torch.no_grad():
        taken = maps(net, DATA["field"]) - codes(derived, net, DATA["field"])[:, :, :1] * atom
        changed = torch.from_numpy(taken).float().unflatten(1, (6, 6)).movedim(-1, 1)
        expected = net.head(net.hidden(net.act(changed))).argmax(1)
    np.testing.assert_array_equal(answers.answers["field"].after, expected)


def test_datasets_recorded_later_get_their_codes(derived, net):
    later = Made(seed=5)
    derived.record(later, "night", progress=False)
    np.testing.assert_allclose(
        derived["night"].responses(NAME), codes(derived, net, later).mean(1), atol=1e-4
    )


def test_skipped_samples_have_no_code(new_study):
    study = new_study()
    data = Made(broken=frozenset({3, 30}))
    study.record(data, "lab", layers=["conv"], on_error="skip", progress=False)
    study.derive("conv", "pca", size=2, positions=True, data={"lab": data}, seeds=1, progress=False)
    found = study["lab"].responses(NAME)
    assert np.isnan(found[[3, 30]]).all()
    assert np.isfinite(np.delete(found, [3, 30], 0)).all()


def test_a_live_study_has_both_and_the_command_asks_for_the_model(recorded, net):
    layer = recorded.live(net, DATA).derive("conv", "pca", size=2, positions=True, seeds=1, progress=False)
    assert layer.name == NAME
    with pytest.raises(BadRequest, match="give --model too"):
        command(recorded.path, layer="conv", kind="pca", size=2, positions=True)


def test_pages_say_that_it_is_not_known_whether_it_holds(derived):
    page = viewer(derived).get(f"/layers/{NAME}?focus=field")
    assert page.status_code == 200
    assert "positions are not stored" in page.text


def test_what_has_no_positions_and_what_is_not_at_hand_is_refused(recorded, net):
    with pytest.raises(LayerError, match="has no positions"):
        recorded.derive("hidden", "pca", size=2, positions=True, data=DATA, progress=False)
    with pytest.raises(StudyMismatch, match="are not the 40 samples"):
        recorded.derive(
            "conv", "pca", size=2, positions=True, data={**DATA, "field": Made(seed=9)}, progress=False
        )
    with pytest.raises(BadRequest, match="does not hold the model"):
        open_study(recorded.path).derive("conv", "pca", size=2, positions=True, data=DATA, progress=False)
    recorded.derive("conv", "pca", size=2, positions=True, data=DATA, seeds=1, progress=False)
    with pytest.raises(BadRequest, match="positions, which are not stored"):
        recorded.fit_under_shift(NAME, progress=False)
