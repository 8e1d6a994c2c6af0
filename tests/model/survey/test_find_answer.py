"""Which of a model's outputs is its answer: proven, or asked for."""

import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, ModelError, StudyMismatch
from shiftscope.model.answer import Answer
from shiftscope.model.output import logits_in
from shiftscope.model.survey.find_answer import find_answer
from shiftscope.model.survey.survey import Survey

INPUTS = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0)) - 0.5


class Gives(nn.Module):
    """`wrap` of features (sample, 6) and logits (sample, 4)."""

    def __init__(self, wrap):
        super().__init__()
        torch.manual_seed(0)
        self.flat, self.body, self.head = nn.Flatten(), nn.Linear(192, 6), nn.Linear(6, 4)
        self.wrap = wrap

    def forward(self, images):
        features = self.body(self.flat(images))
        return self.wrap(features, self.head(features))


def found(wrap, categories=(), **options):
    survey = Survey.of(Gives(wrap), INPUTS)
    names, answer = find_answer(survey, categories, **options)
    return len(names), answer.output, logits_in(survey.output, answer.output)


@pytest.mark.parametrize(
    ("wrap", "output"),
    [
        (lambda h, z: z, None),
        (lambda h, z: {"features": h, "logits": z}, "logits"),
        (lambda h, z: (z, h[:, :, None]), 0),
        (lambda h, z: (z.mean(), z), 1),
        (lambda h, z: [None, z.argmax(1, keepdim=True), z], 2),
        (lambda h, z: (h[:, :1], z), 1),  # one number for each sample is no softmax
    ],
)
def test_the_one_output_that_can_be_logits_is_taken(wrap, output):
    count, taken, logits = found(wrap)
    torch.testing.assert_close(logits, found(lambda h, z: z)[2])
    assert (count, taken) == (4, output)


def test_the_one_output_with_as_many_columns_as_categories_is_taken():
    assert found(lambda h, z: (h, z), categories="abcd")[1] == 1


def test_of_several_outputs_that_could_be_logits_one_has_to_be_named():
    def both(features, logits):
        return {"features": features, "prediction": logits}

    with pytest.raises(
        ModelError, match=r"'features': a tensor of shape \(2, 6\), 'prediction': .*\(2, 4\)"
    ) as told:
        found(both)
    assert "Say which: output='prediction'." in str(told.value)
    for asked in ("prediction", 1, "1"):
        assert found(both, output=asked)[:2] == (4, "prediction")
    for wrong in ("predictions", 2, -1):
        with pytest.raises(ModelError, match=f"no tensor under {wrong!r}; it gives 'features'"):
            found(both, output=wrong)
    with pytest.raises(ModelError, match="gives one tensor, so there is no output 1"):
        found(lambda h, z: z, output=1)


@pytest.mark.parametrize("wrap", [lambda h, z: z[:, :1], lambda h, z: z[:, 0], lambda h, z: (z[:, :1], None)])
def test_one_number_for_each_sample_is_refused_with_what_to_do(wrap):
    with pytest.raises(
        ModelError, match=r"one number for each sample.*torch.stack\(\[torch.zeros_like\(z\), z\]"
    ):
        found(wrap)


def test_the_advice_for_one_number_gives_the_sigmoid():
    z = torch.tensor([-2.0, 0.5])
    both = torch.stack([torch.zeros_like(z), z], dim=1)
    torch.testing.assert_close(torch.softmax(both, 1)[:, 1], torch.sigmoid(z))


def test_sigmoids_are_asked_about_and_small_logits_are_not():
    with pytest.raises(ModelError, match=r'between 0 and 1 and do not sum to one.*outputs="logits"'):
        found(lambda h, z: torch.sigmoid(z))
    with pytest.raises(ModelError, match="between 0 and 1"):
        found(lambda h, z: (torch.tanh(z) + 1) / 2)
    assert found(lambda h, z: torch.sigmoid(z), outputs="logits")[0] == 4
    small = 0.5 + 0.01 * found(lambda h, z: z)[2]
    assert ((small > 0) & (small < 1)).all()
    assert found(lambda h, z: 0.5 + 0.01 * z)[0] == 4
    assert found(lambda h, z: 0 * z)[0] == 4  # a head that starts at zero


def test_a_study_of_a_format_that_keeps_no_choice_reads_what_it_read():
    assert found(lambda h, z: (z, h[:, :, None]), kept=False)[1] == 0
    with pytest.raises(BadRequest, match="a format in which the first one is read"):
        found(lambda h, z: (h, z), output=1, kept=False)


def test_another_reading_is_refused_with_the_difference():
    study = Answer("prediction", probabilities=False)
    study.refuse_unlike(Answer("prediction", probabilities=False))
    with pytest.raises(StudyMismatch, match="with output='prediction', and asked was with output=0"):
        study.refuse_unlike(Answer(0, probabilities=False))
    with pytest.raises(StudyMismatch, match=r"outputs='logits', and asked was with outputs='probabilities'"):
        study.refuse_unlike(Answer("prediction", probabilities=True))
    with pytest.raises(
        StudyMismatch, match=r"without torch.autocast, and asked was under torch.autocast in float16"
    ):
        study.refuse_unlike(Answer("prediction", probabilities=False, autocast="float16"))


def test_the_output_that_was_named_is_that_of_later_datasets_of_the_head_and_of_interventions(
    new_study, made
):
    model = Gives(lambda h, z: (h, 0.1 * z, z))
    study = new_study(model, categories=())
    with pytest.raises(ModelError, match="several of these could be its logits"):
        study.record(made(), "lab", layers=["body"], progress=False)
    study.record(made(), "lab", layers=["body"], output=2, progress=False)
    study = ss.open_study(study.path)
    study.record(made(seed=1), "field", model=model, progress=False)
    with torch.no_grad():
        expected = {name: model(made(seed=seed).inputs)[2].argmax(1) for seed, name in enumerate(study)}
    for name, predictions in expected.items():
        assert study[name].samples.predictions.tolist() == predictions.tolist()
    assert study.head.layer == "body"
    options = {"reference": "lab", "progress": False}
    live = study.intervene("body", [0], data={"field": made(seed=1)}, **options)
    by_head = study.intervene("body", [0], **options)
    assert live.answers["field"].after.tolist() == by_head.answers["field"].after.tolist()
    with pytest.raises(StudyMismatch, match="with output=2, and asked was with output=1"):
        study.record(made(seed=2), "other", output=1, progress=False)
