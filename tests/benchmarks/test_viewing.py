"""The benchmark of the viewer runs, on a study that is what it says it is."""

import tempfile

import numpy as np
import pytest

from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.maxima import Maxima


@pytest.fixture
def synthetic(bench):
    return bench("synthetic")


def test_a_synthetic_study_is_as_large_as_asked_and_mostly_right(synthetic, tmp_path):
    extent = synthetic.Extent(datasets=3, samples=500, layers={"early": 7, "late": 60}, categories=5)
    synthetic.synthetic_study(tmp_path / "made.study", extent, scores=False)
    study = StoredStudy(tmp_path / "made.study")
    assert list(study) == ["reference", "shift 1", "shift 2"]
    assert {layer.name: layer.units for layer in study.layers.values()} == {"early": 7, "late": 60}
    for recording in study.values():
        samples = recording.samples
        assert len(samples) == 500
        assert 0.6 < np.mean(samples.labels == samples.predictions) < 0.8
        responses = recording.responses("late")
        assert responses.min() == 0
        np.testing.assert_array_equal(recording.summary("late", Maxima).largest, responses.max(axis=0))
        logits = responses.astype(float) @ study.head.weight.T
        np.testing.assert_allclose(recording.logits_of(), logits, atol=0.1)


def test_a_synthetic_study_is_decided_by_its_seed(synthetic, tmp_path):
    extent = synthetic.EXTENTS["tiny"]
    digests = [
        synthetic.synthetic_study(tmp_path / name, extent, seed=seed, scores=False)["reference"].digest
        for name, seed in (("one", 1), ("again", 1), ("other", 2))
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.slow
def test_it_runs_and_writes_its_figures(written, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    figures = written("viewing")
    assert figures["opening"]["heavy"] == []
    assert figures["pages_ms"]["unit"]["p50"] > 0
    assert set(figures["rival_seconds"]) == {"ours, first page", "cbor2"}
    assert "Pages over HTTP" in capsys.readouterr().out
