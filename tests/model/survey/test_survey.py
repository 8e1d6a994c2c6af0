"""One first look at a model: how often it runs before a recording's first batch, what is kept, and what is left."""

import pytest
import torch
from torch import nn

from shiftscope.errors import LayerNotFound, ModelError
from shiftscope.model.answer import Answer
from shiftscope.model.known_answers import KnownAnswers
from shiftscope.model.survey.linear_map_search import find_maps
from shiftscope.model.survey.survey import Survey
from tests.model.zoo import ZOO, made, state_of

IMAGES = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
SAMPLES = 40  # more than are tried for the stored types, and less than a batch
# Samples in each pass: the look itself, and what is no question to it.
LOOK, TYPES = 2, 32
MOVED, AGAIN, KEPT = [2, 2], [2, 2], [2]  # far up and down; whether it draws random numbers; kept answers
FIELDS = 2  # how much of an image each place of a map sees


@pytest.fixture
def passes(net):
    """Samples in each forward pass of `net`."""
    counted = []
    net.register_forward_pre_hook(lambda module, arguments: counted.append(len(arguments[0])))
    return counted


@pytest.mark.parametrize(
    ("options", "before"),
    [
        ({"stored_as": "float16", "outputs": "logits"}, [LOOK, *AGAIN, FIELDS]),
        ({"outputs": "logits"}, [LOOK, TYPES, *AGAIN, FIELDS]),
        ({"outputs": "logits", "paths": ["head", "hidden.1"]}, [LOOK, TYPES, *AGAIN, FIELDS]),
        ({}, [LOOK, *MOVED, TYPES, *AGAIN, FIELDS]),  # these logits happen to lie between 0 and 1
    ],
)
def test_a_model_is_looked_at_once_before_the_first_batch(new_study, made, passes, options, before):
    new_study().record(made(SAMPLES), "lab", layers=["conv", "hidden"], progress=False, **options)
    assert passes[: passes.index(SAMPLES)] == before


def test_for_a_later_dataset_it_is_looked_at_once_too(new_study, made, passes):
    study = new_study()
    study.record(made(SAMPLES), "lab", layers=["conv", "hidden"], progress=False)
    passes.clear()
    study.record(made(SAMPLES, seed=1), "field", progress=False)
    assert passes[: passes.index(SAMPLES)] == [LOOK, *KEPT, *AGAIN]


def test_what_enters_and_leaves_is_kept_of_the_modules_asked_for_alone(net):
    with torch.no_grad():
        raw = net.eval().conv(IMAGES)
        entered = net.hidden[:2](raw.relu()).relu()
        logits = net(IMAGES)
    survey = Survey.of(net, IMAGES, layers=["conv"], paths=["head"])
    ((conv,),) = survey.returned.values()
    torch.testing.assert_close(conv, raw)  # though the next module writes to it
    (((head,),),) = survey.entered.values()
    torch.testing.assert_close(head, entered)
    torch.testing.assert_close(survey.output, logits)
    torch.testing.assert_close(torch.from_numpy(survey.weights["head"][0]), net.head.weight.detach())


def test_a_name_that_is_not_there_is_refused_before_the_model_runs(net, passes):
    for asked in ({"layers": ["layer9"]}, {"paths": ["layer9"]}):
        with pytest.raises(LayerNotFound, match="'layer9'"):
            Survey.of(net, IMAGES, **asked)
    assert passes == []


def test_the_weights_are_those_that_a_hook_made_for_the_pass():
    model = made(ZOO["spectral norm, old"])
    ((_, linear),) = find_maps(Survey.of(model, IMAGES, paths=["odd"])).values()
    with torch.no_grad():
        model.eval()(IMAGES)
    torch.testing.assert_close(torch.from_numpy(linear.weight), model.odd.weight.detach())


class Caching(nn.Module):
    """Remembers how often it ran where nobody who hands a model back can see it."""

    def __init__(self):
        super().__init__()
        self.kept, self.runs = torch.tensor([1.0, 2.0]), Runs()
        self.head = nn.Linear(192, 4)

    def forward(self, images):
        self.runs.tensor += 1
        return self.head(images.flatten(1))

    def get_extra_state(self):
        return self.runs.tensor.item()

    def set_extra_state(self, state):
        self.runs.tensor.fill_(state)


class Runs:
    def __init__(self):
        self.tensor = torch.zeros(1)


def test_what_the_pass_changes_beside_the_weights_is_not_what_the_model_is_known_by():
    survey = Survey.of(Caching(), IMAGES)
    assert survey.beside_before.keys() == {"_extra_state", "kept"}
    assert survey.beside_weights() == {"kept": [3.0, 3.0, pytest.approx(2 * 0.6180339887498949)]}
    known = KnownAnswers.of(survey, Answer(None, probabilities=False))
    assert known.answers.beside.keys() == {"kept"}
    torch.testing.assert_close(torch.from_numpy(known.answers.logits).float(), survey.output)


@pytest.mark.parametrize("name", ZOO)
def test_the_look_leaves_the_model_as_it_was(name):
    model = made(ZOO[name])
    before = state_of(model)
    images = IMAGES.to(next(model.parameters()).dtype)
    survey = Survey.of(model, images, layers=["relu"], paths=["head"])
    assert survey.returned.keys() == {"relu"}
    after = state_of(model)
    assert {key: after.get(key) for key in before | after if before.get(key) != after.get(key)} == {}


def test_a_look_that_fails_leaves_no_hook(net):
    before = state_of(net)
    with pytest.raises(ModelError, match=r"cannot run on inputs of shape \(3, 5, 5\)"):
        Survey.of(net, torch.rand(2, 3, 5, 5), layers=["*"], paths=["head"])
    assert state_of(net) == before
