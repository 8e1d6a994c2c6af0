"""The model run with some units changed."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from shiftscope.errors import BadRequest, DataError, NotInStudy, StudyMismatch
from shiftscope.explain.interventions.edit import EDIT_KINDS, Edit
from shiftscope.explain.interventions.live import Change, ChangeOfCodes, Changing, changed_answers
from shiftscope.model.output import responses_in
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.recording.stream import PassOptions
from shiftscope.study import open_study

from ...conftest import Made

UNITS = [7, 0, 3]


@pytest.mark.parametrize("edit", EDIT_KINDS)
def test_the_model_and_the_head_answer_alike_at_the_layer_before_the_head(recorded, net, made, edit):
    data = {"lab": made(), "field": made(seed=1, scale=1.5)}
    live = recorded.intervene("hidden", UNITS, edit, model=net, data=data, progress=False)
    stored = recorded.intervene("hidden", UNITS, edit)
    changed = 0
    for name, answers in live.answers.items():
        np.testing.assert_array_equal(answers.before, stored.answers[name].before)
        assert (answers.after != stored.answers[name].after).mean() <= 0.025  # one of forty, by rounding
        changed += answers.changed
    assert edit == "clamp" or changed > 0


class Silenced(nn.Module):
    """A net whose channels are silenced by its own forward pass."""

    def __init__(self, net, channels):
        super().__init__()
        self.net, self.channels = net, channels

    def forward(self, images):
        maps = self.net.conv(images)
        maps[:, self.channels] = 0
        return self.net.head(self.net.dropout(self.net.hidden(self.net.act(maps))))


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_silencing_channels_of_a_map_is_setting_them_to_zero(recorded, net, made, batch_size):
    data = made(seed=1, scale=1.5)
    answers = recorded.intervene(
        "conv", [0, 2, 3, 4, 5], model=net, data={"field": data}, batch_size=batch_size, progress=False
    ).answers["field"]
    with torch.no_grad():
        expected = Silenced(net.eval(), [0, 2, 3, 4, 5])(data.inputs).argmax(1).numpy()
    np.testing.assert_array_equal(answers.after, expected)
    assert answers.changed > 0


def outputs_and_layers():
    """Outputs of every kind, and a layer read off them in every way."""
    torch.manual_seed(0)
    maps, tokens, vectors = torch.randn(5, 6, 4, 3), torch.randn(5, 7, 6), torch.randn(5, 6)
    for pool in ("mean", "max", "center"):
        yield nn.Conv2d(3, 6, 1), maps, Layer("at", pool=pool, channel_axis=1)
        yield nn.ReLU(), torch.relu(maps), Layer("at", pool=pool, channel_axis=1)
        yield nn.Conv2d(3, 6, 1), maps, Layer("at", pool=pool, rectify=True, channel_axis=1)
        yield nn.Conv2d(3, 6, 1), maps.movedim(1, -1), Layer("at", pool=pool, channel_axis=-1)
    for pool in ("mean", "max", "cls"):
        yield nn.Linear(6, 6), tokens, Layer("at", pool=pool, prefix_tokens=1, channel_axis=-1)
    yield nn.Linear(6, 6), vectors, Layer("at")
    yield nn.Linear(6, 6), vectors, Layer("at", rectify=True)


class Given(nn.Module):
    """A module of some type that returns what it is told to."""

    def __init__(self, like, output):
        super().__init__()
        like.forward = lambda inputs: output
        self.at = like

    def forward(self, inputs):
        return self.at(inputs)


@pytest.mark.parametrize("edit", EDIT_KINDS)
def test_changed_outputs_read_as_wanted_and_nothing_else_changes(edit):
    units, others = [4, 1], [0, 2, 3, 5]
    predictions = np.array([0, 1, 1, 0, 1])
    for like, output, asked in outputs_and_layers():
        (layer,) = choose_layers(Survey.of(Given(like, output), torch.zeros(len(output), 1), layers=[asked]))
        read = responses_in(output, layer)
        spread = read[:, units].numpy()
        to = Edit(
            edit,
            np.quantile(spread, 0.3, axis=0),
            np.quantile(spread, 0.6, axis=0),
            np.stack([np.abs(spread).mean(axis=0) * 1.5, np.abs(spread).mean(axis=0) * 0.1]),
        )
        before = output.clone()
        changed = Change(layer, units, to).of(output, predictions)
        now = responses_in(changed, layer)
        expected = to.changed(spread, predictions)
        np.testing.assert_allclose(now[:, units], expected, atol=1e-5, err_msg=str(asked))
        torch.testing.assert_close(now[:, others], read[:, others])
        torch.testing.assert_close(output, before)  # the module's own output is left alone
        kept = torch.from_numpy(expected == spread)
        if edit != "silence" and layer.kind == "neuron":
            torch.testing.assert_close(changed[:, units][kept], output[:, units][kept])


def test_a_map_that_never_was_negative_does_not_become_so():
    maps = torch.relu(torch.randn(8, 3, 5, 5, generator=torch.Generator().manual_seed(1)))
    (layer,) = choose_layers(
        Survey.of(Given(nn.ReLU(), maps), torch.zeros(8, 1), layers=[Layer("at", channel_axis=1)])
    )
    for target in (0.05, 2.0):
        edit = Edit("replace", np.zeros(3), np.ones(3), np.full((1, 3), target))
        changed = Change(layer, range(3), edit).of(maps, np.zeros(8, int))
        assert changed.min() >= 0
        np.testing.assert_allclose(changed.mean(dim=(2, 3)), target, rtol=1e-5)


def test_only_the_patches_or_only_the_class_token_are_changed():
    tokens = torch.randn(4, 6, 3)
    for pool, touched in (("mean", slice(1, None)), ("cls", slice(0, 1))):
        asked = Layer("at", pool=pool, prefix_tokens=1, channel_axis=-1)
        (layer,) = choose_layers(Survey.of(Given(nn.Linear(3, 3), tokens), torch.zeros(4, 1), layers=[asked]))
        edit = Edit("silence", np.zeros(1), np.ones(1), np.zeros((1, 1)))
        changed = Change(layer, [2], edit).of(tokens, np.zeros(4, int))
        expected = tokens.clone()
        expected[:, touched, 2] = 0
        torch.testing.assert_close(changed, expected)


Pair = namedtuple("Pair", "maps rest")


@dataclass
class Parts:
    maps: torch.Tensor
    rest: str = "kept"


def test_outputs_of_several_parts_keep_the_others():
    vectors = torch.ones(2, 3)
    packed = {
        "maps": {"maps": vectors, "rest": "kept"},
        0: (vectors, "kept"),
    }
    for item, output in [
        *packed.items(),
        (0, [vectors, "kept"]),
        (0, Pair(vectors, "kept")),
        ("maps", Parts(vectors)),
    ]:
        asked = Layer("at", item=None if isinstance(output, Pair) else item)
        (layer,) = choose_layers(Survey.of(Given(nn.Linear(3, 3), output), torch.zeros(2, 1), layers=[asked]))
        edit = Edit("silence", np.zeros(1), np.ones(1), np.zeros((1, 1)))
        changed = Change(layer, [1], edit).of(output, np.zeros(2, int))
        assert type(changed) is type(output)
        part = vars(changed)["maps"] if isinstance(output, Parts) else changed[item]
        assert part.tolist() == [[1, 0, 1], [1, 0, 1]]
        rest = (
            vars(changed)["rest"] if isinstance(output, Parts) else changed["rest" if item == "maps" else 1]
        )
        assert rest == "kept"
        assert vectors.min() == 1


class Twice(nn.Module):
    """One layer used twice."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(192, 192)
        self.out = nn.Linear(192, 3)

    def forward(self, images):
        once = self.layer(images.flatten(1))
        return self.out(self.layer(once))


@pytest.mark.parametrize("call", [0, 1])
def test_only_the_recorded_call_of_a_layer_is_changed(new_study, made, call):
    torch.manual_seed(0)
    net, data = Twice(), made(categories_count=3)
    study = new_study(net, tuple("abc"))
    study.record(data, "lab", layers=[f"layer@{call}"], progress=False)
    units = list(range(0, 192, 2))
    answers = study.intervene(
        f"layer@{call}", units, data={"lab": data}, batch_size=16, progress=False
    ).answers
    with torch.no_grad():
        inner = net.layer(data.inputs.flatten(1))
        if call == 0:
            inner[:, units] = 0
        outer = net.layer(inner)
        if call == 1:
            outer[:, units] = 0
        expected = net.out(outer).argmax(1).numpy()
    np.testing.assert_array_equal(answers["lab"].after, expected)
    assert answers["lab"].changed > 0


def test_samples_that_cannot_be_read_stay_skipped_and_the_others_keep_their_predictions(new_study, made, net):
    study, data = new_study(), made(broken=frozenset({3, 17}), seed=2)
    study.record(made(), "lab", layers=["hidden"], progress=False)
    study.record(data, "dark", on_error="skip", progress=False)
    live = study.intervene("hidden", UNITS, "replace", data={"dark": data}, batch_size=8, progress=False)
    stored = study.intervene("hidden", UNITS, "replace").answers["dark"]
    answers = live.answers["dark"]
    assert list(np.flatnonzero(answers.after == -1)) == [3, 17]
    assert (answers.after != stored.after).sum() <= 1


def test_the_model_is_handed_back_as_it_came(recorded, net, made):
    net.train()
    net.hidden.eval()
    flags = [module.training for module in net.modules()]
    recorded.intervene("conv", [0], model=net, data={"lab": made()}, progress=False)
    assert [module.training for module in net.modules()] == flags
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_the_hooks_are_taken_out_when_something_breaks(recorded, net):
    (layer,) = (layer for layer in recorded.layers.values() if layer.name == "conv")
    change = Change(layer, [0], Edit.of("silence", recorded["lab"], "conv", [0]))
    with pytest.raises(KeyError), Changing(net, change, np.zeros(4, int)):
        raise KeyError
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_progress_counts_every_sample(recorded, net, made):
    seen, lab = [], recorded["lab"]
    run = PassOptions(batch_size=16, progress=seen.append)
    change = Change(recorded.layers["conv"], [0], Edit.of("silence", lab, "conv", [0]))
    changed_answers(net, made(), change, lab.samples, lab.plan, recorded.categories, run)
    assert sum(seen) == 40


def test_other_data_than_recorded_are_refused(recorded, net, made):
    with pytest.raises(StudyMismatch, match="given for 'lab' are not the 40 samples that were recorded"):
        recorded.intervene("conv", [0], model=net, data={"lab": made(seed=3)}, progress=False)


def test_another_model_is_refused(recorded, net, made):
    with torch.no_grad():
        net.conv.weight += 1
    with pytest.raises(StudyMismatch, match="made by another model"):
        recorded.intervene("conv", [0], model=net, data={"lab": made()}, progress=False)


def test_data_that_turn_unreadable_are_refused(recorded, net, made):
    data = made()
    data.fingerprint = lambda: made().fingerprint()
    data.broken = frozenset({4})
    with pytest.raises(StudyMismatch, match="40 samples of 'lab' were recorded, and now 39 could be read"):
        recorded.intervene("conv", [0], model=net, data={"lab": data}, progress=False)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"data": {}}, DataError, "cannot be opened again from the study alone"),
        ({"data": None}, DataError, r"Give it: data=\{'lab': dataset\}"),
        ({"data": {"night": Made()}}, NotInStudy, "no dataset 'night'"),
        ({"layer": "con"}, NotInStudy, "no layer 'con'"),
        ({"units": [6]}, NotInStudy, "no unit 6 in layer 'conv'"),
    ],
)
def test_what_cannot_be_run_is_refused(recorded, net, made, options, error, message):
    asked = {"layer": "conv", "units": [0], "data": {"lab": made()}, **options}
    with pytest.raises(error, match=message):
        recorded.intervene(**asked, model=net, progress=False)


def test_an_opened_study_asks_for_the_model(recorded, made):
    with pytest.raises(BadRequest, match="does not hold the model: pass model=net once"):
        open_study(recorded.path).intervene("conv", [0], data={"lab": made()}, progress=False)


class OfPositions:
    """Codes of positions: the inner products with unit vectors."""

    positions, behind = True, "at"

    def __init__(self, atoms):
        self.atoms, self.units = np.asarray(atoms, np.float32), len(atoms)

    def __call__(self, rows):
        return rows @ torch.from_numpy(self.atoms).T


@pytest.mark.parametrize("pool", ["mean", "max", "center"])
def test_codes_of_positions_are_silenced_in_a_layer_that_is_rectified_after_it(pool):
    torch.manual_seed(0)
    maps = torch.randn(5, 6, 4, 3)
    survey = Survey.of(
        Given(nn.Conv2d(3, 6, 1), maps),
        torch.zeros(5, 1),
        layers=[Layer("at", pool=pool, rectify=True, channel_axis=1)],
    )
    (layer,) = choose_layers(survey)
    change = ChangeOfCodes(
        layer, [0], Edit("silence", *[np.zeros(1)] * 2, np.zeros((1, 1))), OfPositions([[0, 1, 0, 0, 0, 0]])
    )
    changed = change.of(maps, np.zeros(5, np.int64))
    expected = maps.clone()
    expected[:, 1] = expected[:, 1].clamp(max=0)  # what is negative reads as 0 already, and stays
    torch.testing.assert_close(changed, expected)
