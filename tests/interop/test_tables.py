import dataclasses
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.interop.tables import _metadata


@pytest.fixture
def gappy(new_study, made):
    """A study whose samples lack a label or were skipped, and whose shifted set has a category less."""
    study = new_study()
    study.record(
        made(unlabelled=frozenset({3}), broken=frozenset({5})),
        "lab",
        layers=["conv", "hidden"],
        on_error="skip",
        progress=False,
    )
    data = made(seed=1, scale=1.5)
    data.labels[data.labels == 2] = 1
    study.record(data, "field", progress=False)
    return study


def with_metadata(made, metadata):
    """A dataset whose samples have these metadata in turn."""

    class Told(made):
        def __getitem__(self, position):
            return dataclasses.replace(
                super().__getitem__(position), metadata=metadata[position % len(metadata)]
            )

    return Told(samples=len(metadata))


def test_samples_are_one_row_each_with_the_reference_first(gappy):
    table = gappy.to_pandas()
    assert len(table) == 80
    assert table.dataset.unique().tolist() == ["lab", "field"]
    assert table.columns.tolist() == [
        *("dataset", "position", "id", "label", "label_name", "prediction", "prediction_name"),
        *("confidence", "energy", "correct", "source", "problem", "metadata.row"),
    ]
    for row in table.itertuples():
        sample = gappy[row.dataset].samples[row.position]
        assert row.id == sample.id
        assert pd.isna(row.source)  # made from nothing
        if sample.problem:
            assert (row.id, row.problem) == ("#5", sample.problem)
            assert row.prediction is pd.NA
            assert pd.isna(row.prediction_name)
            assert np.isnan([row.confidence, row.energy]).all()
        else:
            assert pd.isna(row.problem)
            assert row.prediction == sample.prediction
            assert row.prediction_name == "abcd"[sample.prediction]
            assert row.confidence == np.float32(sample.confidence)
            logits = gappy[row.dataset].logits(row.position).astype(float)
            assert row.energy == pytest.approx(-np.logaddexp.reduce(logits))
        if sample.label == -1:
            assert row.label is pd.NA
            assert pd.isna(row.label_name)
        else:
            assert (row.label, row.label_name) == (sample.label, "abcd"[sample.label])
        if sample.correct is None:
            assert row.correct is pd.NA
        else:
            assert row.correct == sample.correct


def test_accuracy_from_the_table_is_that_of_the_categories(gappy):
    samples, categories = gappy.to_pandas("samples"), gappy.to_pandas("categories")
    by_label = samples.dropna(subset="correct").groupby(["dataset", "label"]).correct.agg(["size", "sum"])
    assert categories.columns.tolist() == ["dataset", "category", "name", "n", "right", "accuracy"]
    assert len(categories) == 8
    for row in categories.itertuples():
        if (row.dataset, row.category) == ("field", 2):  # nothing to measure is not zero
            assert (row.n, row.right, row.name) == (0, 0, "c")
            assert np.isnan(row.accuracy)
        else:
            shown, right = by_label.loc[(row.dataset, row.category)]
            assert (row.n, row.right, row.accuracy) == (shown, right, right / shown)


def test_confusions_are_the_pairs_that_occur(gappy):
    table = gappy.to_pandas("confusions")
    counted = Counter(
        (name, sample.label, sample.prediction)
        for name, recording in gappy.items()
        for sample in map(recording.samples.__getitem__, range(40))
        if sample.correct is not None
    )
    found = {(row.dataset, row.label, row.prediction): row.count for row in table[_COUNTED].itertuples()}
    assert found == counted
    assert [(row.label_name, row.prediction_name) for row in table.itertuples()] == [
        ("abcd"[row.label], "abcd"[row.prediction]) for row in table.itertuples()
    ]


_COUNTED = ["dataset", "label", "prediction", "count"]


def test_units_are_measured_over_the_samples_shown(gappy):
    table = gappy.to_pandas("units")
    assert table.columns.tolist() == ["dataset", "layer", "unit", "maximum", "mean", "firing_rate"]
    assert len(table) == 2 * (6 + 10)
    for row in table.itertuples():
        responses = gappy[row.dataset].unit_responses(row.layer, row.unit).astype(float)
        responses = responses[~np.isnan(responses)]
        assert len(responses) == (39 if row.dataset == "lab" else 40)
        assert row.maximum == responses.max()
        assert row.mean == pytest.approx(responses.mean())
        assert row.firing_rate == pytest.approx((responses > 0).mean())


def test_scores_are_those_of_every_layer(recorded):
    table = recorded.to_pandas("scores")
    assert table.columns[:3].tolist() == ["dataset", "layer", "unit"]
    assert {layer: len(rows) for layer, rows in table.groupby("layer")} == {"conv": 6, "hidden": 10}
    for layer in ("conv", "hidden"):
        scores = recorded.scores(layer)
        ours = table[table.layer == layer].drop(columns="layer").reset_index(drop=True)
        pd.testing.assert_frame_equal(ours[scores.columns.tolist()], scores, check_like=True)


def test_metadata_become_columns_of_one_type_each(new_study, made):
    metadata = [
        {
            "flag": True,
            "n": 1,
            "x": 1,
            "text": "=1+1",
            "mixed": 1,
            "camera": {"iso": 100, "lens": {"mm": 35}},
        },
        {"flag": False, "n": None, "x": 0.5, "mixed": "one", "tags": ["a", "b"], "large": 2**70},
        {"a.b": 3, "camera": {}, "nothing": None},
    ]
    study = new_study()
    study.record(with_metadata(made, metadata), "lab", layers=["conv"], progress=False)
    table = study.to_pandas().filter(like="metadata.").rename(columns=lambda name: name[len("metadata.") :])
    assert table.flag.tolist() == [True, False, pd.NA]
    assert table.n.tolist() == [1, pd.NA, pd.NA]
    assert (str(table.flag.dtype), str(table.n.dtype), str(table.x.dtype)) == ("boolean", "Int64", "float64")
    np.testing.assert_array_equal(table.x, [1.0, 0.5, np.nan])
    assert table["camera.iso"].tolist()[0] == 100
    assert table["camera.lens.mm"].tolist()[0] == 35
    assert table.mixed.tolist()[:2] == ["1", "one"]
    assert table.tags[1] == '["a", "b"]'
    assert table.large[1] == str(2**70)
    assert table["a.b"].tolist()[2] == 3
    assert table.nothing.isna().all()
    assert "camera" not in table


def test_half_a_surrogate_pair_becomes_a_question_mark():
    columns = _metadata([{"half": "\ud800", "\udfff": [1]}])
    assert {name: list(values) for name, values in columns.items()} == {
        "metadata.half": ["?"],
        "metadata.?": ["[1]"],
    }


def test_more_keys_than_a_table_can_show_stay_as_they_are(new_study, made):
    study = new_study()
    metadata = [{f"key {n}": n} for n in range(201)]
    study.record(with_metadata(made, metadata), "lab", layers=["conv"], progress=False)
    assert study.to_pandas().metadata.tolist() == [f'{{"key {n}": {n}}}' for n in range(201)]


def test_tables_work_without_stored_responses(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["conv"], keep="summaries", progress=False)
    assert len(study.to_pandas("units")) == 6
    assert len(study.to_pandas("samples")) == 40


def test_what_cannot_be_a_table_is_refused(recorded, new_study):
    with pytest.raises(BadRequest, match="no table 'unit'; there are samples, scores, confusions"):
        recorded.to_pandas("unit")
    with pytest.raises(NotInStudy, match="nothing is recorded in this study"):
        new_study(name="empty").to_pandas()
