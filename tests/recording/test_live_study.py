"""A study with its model and data at hand."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from shiftscope.demo import DigitNet
from shiftscope.errors import BadRequest, DataError, NotInStudy, StudyMismatch
from shiftscope.model.target import Direction, Feature, Logit, Neuron, Sum
from shiftscope.statistics.split import FIT, split
from shiftscope.study import open_study

from ..conftest import Made


@pytest.fixture
def live(recorded, net, made):
    return recorded.live(net, {"lab": made(), "field": made(seed=1, scale=1.5)})


def test_a_probe_gives_what_was_recorded_before_it_was_rounded(live, recorded):
    inputs = live.inputs("field", range(40))
    for layer in recorded.layers.values():
        for unit in range(layer.units):
            values = live.probe(f"{layer.name}:{unit}")(inputs)
            np.testing.assert_allclose(
                values.detach(), recorded["field"].unit_responses(layer.name, unit), rtol=1e-3, atol=1e-6
            )
    np.testing.assert_allclose(
        live.probe(2)(inputs).detach(), recorded["field"].logits_of()[:, 2], rtol=1e-3, atol=1e-3
    )


def test_a_sum_is_divided_by_the_deviation_over_the_fit_half_of_the_reference(live, recorded):
    half = split([f"sample-{i}" for i in range(40)], 2, 0) == FIT
    stored = recorded["lab"].unit_responses("hidden", 3)[half].astype(float)
    assert live.deviation(Neuron("hidden", 3)) == pytest.approx(stored.std())
    logits = recorded["lab"].logits_of()[half, 1].astype(float)
    assert live.deviation(Logit(1)) == pytest.approx(logits.std())
    vector = np.arange(10) - 4
    along = (recorded["lab"].responses("hidden")[half].astype(float) @ vector).std()
    assert live.deviation(Direction("hidden", vector)) == pytest.approx(along, rel=1e-4)
    inputs = live.inputs("lab", [0, 1])
    total = live.probe(Sum([(1, Neuron("hidden", 3)), (-2, Logit(1))]))(inputs)
    parts = live.probe("hidden:3")(inputs) / stored.std() - 2 * live.probe(1)(inputs) / logits.std()
    torch.testing.assert_close(total, parts, rtol=1e-4, atol=1e-5)
    with pytest.raises(BadRequest, match="is not recorded"):
        live.deviation(Neuron("conv", 0, pool="max"))


def test_what_is_not_what_was_recorded_is_refused(recorded, net, made):
    with pytest.raises(StudyMismatch, match="their fingerprints differ"):
        recorded.live(net, {"lab": made(seed=5)})
    with pytest.raises(NotInStudy, match="no dataset 'night'"):
        recorded.live(net, {"night": made()})
    with torch.no_grad():
        net.head.bias += 1
    with pytest.raises(StudyMismatch):
        recorded.live(net, {"lab": made()})


def test_a_compiled_model_is_the_one_inside(recorded, net, made):
    assert recorded.live(torch.compile(net, backend="eager"), {"lab": made()}).model is net


def test_an_opened_study_needs_the_model_once(recorded, net, made):
    opened = open_study(recorded.path)
    with pytest.raises(BadRequest, match="pass model=net once"):
        opened.live()
    opened.live(net)
    assert opened.live(data={"lab": made()}).at_hand() == ["lab"]


def test_a_dataset_of_a_folder_is_opened_again_and_must_be_the_same(new_study, tmp_path, net):
    rng = np.random.default_rng(0)
    for category in ("a", "b", "c", "d"):
        (tmp_path / "images" / category).mkdir(parents=True)
        for i in range(3):
            picture = Image.fromarray(rng.integers(0, 255, (8, 8, 3), np.uint8))
            picture.save(tmp_path / "images" / category / f"{i}.png")
    study = new_study()
    study.record(f"imagefolder:{tmp_path / 'images'}", "lab", layers=["conv"], progress=False)
    live = open_study(study.path).live(net)
    values = live.probe("conv:1")(live.inputs("lab", range(12))).detach()
    np.testing.assert_allclose(values, study["lab"].unit_responses("conv", 1), rtol=1e-3, atol=1e-6)
    assert live.at_hand() == ["lab"]
    (tmp_path / "images" / "a" / "0.png").unlink()
    with pytest.raises(StudyMismatch, match="are not the 12 samples"):
        open_study(study.path).live(net).dataset("lab")


def test_arrays_of_a_file_are_opened_again(new_study, tmp_path, net):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "x.npz", images=rng.integers(0, 255, (9, 8, 8, 3), np.uint8), labels=np.arange(9) % 4)
    study = new_study()
    study.record(f"npz:{tmp_path / 'x.npz'}", "lab", layers=["conv"], progress=False)
    live = open_study(study.path).live(net)
    assert live.inputs("lab", [8]).shape == (1, 3, 8, 8)


def test_data_in_memory_have_to_be_given(recorded, net):
    with pytest.raises(DataError, match="cannot be opened again"):
        recorded.live(net).inputs("lab", [0])


def test_positions_and_features_that_are_not_there_are_refused(live):
    with pytest.raises(NotInStudy, match="no sample 40; 'lab' has 40, from 0 to 39"):
        live.inputs("lab", [3, 40])
    with pytest.raises(BadRequest, match="no derived layer"):
        live.probe(Feature("hidden", 0))


def test_its_interventions_are_those_of_the_study(live, recorded, net, made):
    one = live.intervene("conv", [0, 1], "clamp", progress=False)
    data = {"lab": made(), "field": made(seed=1, scale=1.5)}
    other = recorded.intervene("conv", [0, 1], "clamp", model=net, data=data, progress=False)
    assert list(one.answers) == ["lab", "field"]
    for name, answers in one.answers.items():
        np.testing.assert_array_equal(answers.after, other.answers[name].after)


def test_a_deviation_of_nothing_is_refused(new_study, made):
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 3), nn.ReLU(), nn.Linear(3, 4))
    with torch.no_grad():
        model[1].weight[0] = 0
        model[1].bias[0] = -1
    study = new_study(model)
    study.record(Made(), "lab", layers=["2"], progress=False)
    with pytest.raises(BadRequest, match="does not vary over the"):
        study.live(model, {"lab": made()}).deviation(Neuron("2", 0))


def test_a_model_that_was_refused_is_not_remembered(recorded, net, made):
    recorded.live(net, {"lab": made()})
    other = type(net)()
    with pytest.raises(StudyMismatch, match="with other weights: were they loaded"):
        recorded.live(other)
    assert recorded.live(data={"lab": made()}).model is net


def test_what_cannot_be_opened_again_is_told_and_left_out(new_study, tmp_path, net, made, capsys):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "x.npz", images=rng.integers(0, 255, (9, 8, 8, 3), np.uint8), labels=np.arange(9) % 4)
    study = new_study()
    study.record(f"npz:{tmp_path / 'x.npz'}", "lab", layers=["conv"], progress=False)
    study.record(made(), "field", other_preprocessing=True, check_range=False, progress=False)
    done = study.intervene("conv", [0], model=net)
    assert list(done.answers) == ["lab"]
    assert "left out: 'field' was recorded from data in memory" in capsys.readouterr().err
    both = study.live(net, {"field": made()}).intervene("conv", [0])
    assert list(both.answers) == ["lab", "field"]  # one opened again, one given
    assert capsys.readouterr().err.count("left out") == 0
    alone = study.intervene("conv", [1], model=net, data={"field": made()}, progress=False)
    assert list(alone.answers) == ["field"]


def test_what_is_no_tensor_and_no_number_of_a_category_is_refused(live):
    with pytest.raises(BadRequest, match="a probe takes a tensor"):
        live.probe(0)(np.zeros((1, 3, 8, 8)))
    with pytest.raises(BadRequest, match="no category 'a'"):
        live.probe(Logit("a"))


def test_digits_that_carry_the_categories_of_the_study_are_opened_again(new_study):
    net = DigitNet()
    study = new_study(net, tuple(str(digit) for digit in range(10)))
    study.record("digits:coloured", "lab", layers=["hidden"], progress=False)
    assert study["lab"].plan.source["text"] == "digits:coloured"
    assert open_study(study.path).live(net).at_hand() == ["lab"]
