"""Changes before the linear head, against a full computation over again."""

import numpy as np
import pytest
import torch
from torch import nn

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.interventions import head
from shiftscope.explain.interventions.intervene import intervene_through_head
from shiftscope.study import Study

UNITS = [7, 0, 3]


def changed(study, name, edit, units):
    """(sample, unit) responses with the units changed, sample by sample."""
    lab = study["lab"]
    usual, labels = lab.responses("hidden").astype(float), lab.samples.labels
    responses = study[name].responses("hidden").astype(float)
    for sample, prediction in enumerate(study[name].samples.predictions):
        for unit in units:
            if edit == "silence":
                responses[sample, unit] = 0
            elif edit == "clamp":
                low, high = usual[:, unit].min(), usual[:, unit].max()
                responses[sample, unit] = min(max(responses[sample, unit], low), high)
            else:
                same = usual[labels == prediction, unit]
                responses[sample, unit] = same.mean() if len(same) else usual[:, unit].mean()
    return responses


@pytest.mark.parametrize("edit", ["silence", "clamp", "replace"])
def test_answers_equal_the_head_applied_to_changed_responses(recorded, edit):
    result = intervene_through_head(recorded, UNITS, edit)
    weight, bias = recorded.head.weight, recorded.head.bias
    assert (result.layer, result.units, result.edit, result.reference) == (
        "hidden",
        tuple(UNITS),
        edit,
        "lab",
    )
    for name, answers in result.answers.items():
        logits = changed(recorded, name, edit, UNITS) @ weight.T + bias
        top = np.sort(logits, axis=1)
        clear = top[:, -1] - top[:, -2] > 2e-3  # closer ones may turn by the rounding of stored numbers
        assert clear.mean() > 0.8
        np.testing.assert_array_equal(answers.after[clear], logits.argmax(axis=1)[clear])
        np.testing.assert_array_equal(answers.before, recorded[name].samples.predictions)
        np.testing.assert_array_equal(answers.labels, recorded[name].samples.labels)


def test_how_is_the_older_name_of_edit(recorded):
    asked = recorded.intervene("hidden", UNITS, how="replace")
    assert (asked.edit, asked.how) == ("replace", "replace")
    after = intervene_through_head(recorded, UNITS, "replace").answers["field"].after
    np.testing.assert_array_equal(asked.answers["field"].after, after)


def test_something_does_change_in_these_tests(recorded):
    for edit in ("silence", "replace"):
        assert intervene_through_head(recorded, UNITS, edit).answers["field"].changed > 0


def test_the_table_counts_each_dataset(recorded):
    result = intervene_through_head(recorded, UNITS)
    table = result.table().set_index("dataset")
    assert list(table.index) == ["lab", "field"]
    for name, answers in result.answers.items():
        row, labels = table.loc[name], recorded[name].samples.labels
        before, after = answers.before == labels, answers.after == labels
        assert (row.labelled, row.before, row.after) == (40, before.mean(), after.mean())
        assert (row.fixed, row.broken) == ((~before & after).sum(), (before & ~after).sum())
        assert row.changed == (answers.before != answers.after).sum()
        assert row.low <= row.difference <= row.high
        np.testing.assert_array_equal(answers.fixed, np.flatnonzero(~before & after))
        np.testing.assert_array_equal(answers.broken, np.flatnonzero(before & ~after))


def test_blocks_of_samples_do_not_show(recorded, monkeypatch):
    whole = intervene_through_head(recorded, UNITS, "replace")
    monkeypatch.setattr(head, "SHARD_SAMPLES", 7)
    for name, answers in intervene_through_head(recorded, UNITS, "replace").answers.items():
        np.testing.assert_array_equal(answers.after, whole.answers[name].after)


def test_clamping_changes_no_answer_to_the_reference(recorded):
    answers = intervene_through_head(recorded, range(10), "clamp").answers
    assert answers["lab"].changed == 0


def test_a_unit_named_twice_is_changed_once(recorded):
    once, twice = intervene_through_head(recorded, [3]), intervene_through_head(recorded, [3, 3])
    assert twice.units == (3,)
    np.testing.assert_array_equal(once.answers["field"].after, twice.answers["field"].after)


def test_another_reference_gives_the_ranges(recorded):
    result = intervene_through_head(recorded, range(10), "clamp", reference="field")
    assert result.reference == "field"
    assert result.answers["field"].changed == 0


def test_only_the_datasets_asked_for(recorded):
    assert list(intervene_through_head(recorded, UNITS, datasets=["field"]).answers) == ["field"]


def test_skipped_and_unlabelled_samples_are_counted_nowhere(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    dark = made(seed=1, unlabelled=frozenset({1, 2, 3}), broken=frozenset({5}))
    study.record(dark, "dark", on_error="skip", progress=False)
    answers = intervene_through_head(study, UNITS, "replace").answers["dark"]
    assert answers.before[5] == answers.after[5] == -1
    assert answers.pairs.labelled == 36
    assert 5 not in answers.fixed
    assert 5 not in answers.broken


def test_a_set_without_labels_still_counts_changed_predictions(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    study.record(made(seed=1, unlabelled=frozenset(range(40))), "plain", progress=False)
    row = intervene_through_head(study, range(10)).table().set_index("dataset").loc["plain"]
    assert row.labelled == row.fixed == row.broken == 0
    assert np.isnan([row.before, row.after, row.difference, row.low, row.high, row.p]).all()
    assert row.changed > 0


class Saturated(nn.Module):
    """Logits so close together that float16 cannot tell them apart, in a head that gives log-probabilities."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(192, 10), nn.ReLU())
        self.head = nn.Linear(10, 4)
        with torch.no_grad():
            self.head.weight *= 1e-3
            self.head.bias.zero_()
            self.head.weight[:, 9] = 0  # a unit that changes nothing

    def forward(self, images):
        return torch.log_softmax(self.head(self.hidden(images)), dim=1)


def test_where_nothing_changes_the_prediction_is_the_recorded_one_though_rounding_made_logits_equal(
    tmp_path, made, monkeypatch
):
    # Such logits are refused where enough of them are seen.
    monkeypatch.setattr("shiftscope.recording.rounding.FEWEST", 1000)
    torch.manual_seed(0)
    study = Study.create(tmp_path / "saturated.study", Saturated(), tuple("abcd"))
    study.record(made(samples=200), "lab", layers=["hidden"], stored_as="float16", progress=False)
    stored = study["lab"].logits_of().astype(float)
    predictions = study["lab"].samples.predictions
    assert (stored.argmax(axis=1) != predictions).any()  # ties do occur
    assert intervene_through_head(study, [9]).answers["lab"].changed == 0


def test_log_probabilities_are_changed_as_logits_are(tmp_path, made):
    torch.manual_seed(1)
    plain = Saturated()
    with torch.no_grad():
        plain.head.weight *= 2000
    study = Study.create(tmp_path / "log.study", plain, tuple("abcd"))
    study.record(made(samples=60), "lab", layers=["hidden"], stored_as="float32", progress=False)
    weight, bias = study.head.weight, study.head.bias
    responses = study["lab"].responses("hidden").copy()
    responses[:, UNITS] = 0
    expected = responses @ weight.T + bias
    top = np.sort(expected, axis=1)
    clear = top[:, -1] - top[:, -2] > 1e-4  # a sample that moves no other unit leaves all logits equal
    assert clear.mean() > 0.9
    after = intervene_through_head(study, UNITS).answers["lab"].after
    np.testing.assert_array_equal(after[clear], expected.argmax(axis=1)[clear])


def test_another_layer_names_the_one_that_feeds_the_head(recorded):
    with pytest.raises(BadRequest, match=r"'conv' does not feed the linear head, 'hidden' does.*model=net"):
        intervene_through_head(recorded, [0], layer="conv")


def test_a_study_without_a_head_says_what_to_do(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["conv"], progress=False)
    with pytest.raises(NotInStudy, match="holds no linear head"):
        intervene_through_head(study, [0])


def test_summaries_alone_are_not_enough(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    study.record(made(seed=1), "large", keep="summaries", progress=False)
    with pytest.raises(NotInStudy, match=r"'large' was recorded with keep=\"summaries\""):
        intervene_through_head(study, [0])
    assert list(intervene_through_head(study, [0], datasets=["lab"]).answers) == ["lab"]


@pytest.mark.parametrize(
    ("units", "error", "message"),
    [
        ([10], NotInStudy, "no unit 10 in layer 'hidden'"),
        ([-1], NotInStudy, "no unit -1"),
        ([], BadRequest, "no unit to change"),
        ([1.5], BadRequest, "a unit is a whole number from 0 to 9"),
    ],
)
def test_units_that_are_not_there_are_refused(recorded, units, error, message):
    with pytest.raises(error, match=message):
        intervene_through_head(recorded, units)
