import shutil

import pytest

from shiftscope.study import open_study
from shiftscope.views.overview.overview import overview
from shiftscope.views.page.panels import Chart, Message

from ...conftest import Made
from ..conftest import panels


class Stopped(BaseException):
    pass


class Stopping(Made):
    def __getitem__(self, position):
        if position == 20:
            raise Stopped
        return super().__getitem__(position)


def told(study):
    return [
        panel.text
        for panel in overview(study).panels
        if isinstance(panel, Message) and panel.title == "Not finished"
    ]


def test_finished_samples_of_a_recording_that_was_begun_are_counted(recorded, monkeypatch):
    assert told(recorded) == []
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 8)
    with pytest.raises(Stopped):
        recorded.record(Stopping(seed=3), "night", progress=False)
    (text,) = told(open_study(recorded.path))
    assert text.startswith("night: 16 of 40 samples are recorded; the same command goes on")


def test_a_derived_layer_without_codes_of_a_dataset_is_named(recorded, net):
    recorded.derive("hidden", "pca", size=2, progress=False)
    assert told(recorded) == []
    shutil.rmtree(recorded.path / "derived" / "layers" / "hidden~pca2" / "field")
    (text,) = told(open_study(recorded.path))
    assert text == "hidden~pca2 has no codes of field yet, and is shown once it has."


def test_layers_that_are_derived_have_no_place_in_the_depth_of_the_network(recorded):
    recorded.derive("hidden", "pca", size=2, progress=False)

    for chart in panels(overview(recorded), Chart):
        assert "hidden" in str(chart.spec)
        assert "pca2" not in str(chart.spec)
