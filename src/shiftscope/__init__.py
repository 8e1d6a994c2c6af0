"""Electrophysiology for deep networks under distribution shift.

`import shiftscope as ss`, then `ss.Study.create`, `study.record`, `study.scores`, `ss.view`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shiftscope.datasets import stimuli as stimuli
    from shiftscope.datasets.pictures.preprocess import Preprocess as Preprocess
    from shiftscope.datasets.sample import Sample as Sample
    from shiftscope.datasets.shifts.shift import shift as shift
    from shiftscope.datasets.source import as_dataset as dataset
    from shiftscope.derived.derivation import dictionary as dictionary
    from shiftscope.errors import ShiftscopeError as ShiftscopeError
    from shiftscope.explain.attribution.attribute import attribute as attribute
    from shiftscope.explain.attribution.units import probe_module as probe_module
    from shiftscope.explain.visualisation.belief.second_network import Second as Second
    from shiftscope.explain.visualisation.objective import objective as objective
    from shiftscope.explain.visualisation.visualise import visualise as visualise
    from shiftscope.flow.paths import paths as paths
    from shiftscope.model.survey.layer import Layer as Layer
    from shiftscope.model.survey.layer_choice import list_layers as list_layers
    from shiftscope.model.target import Channel as Channel
    from shiftscope.model.target import Direction as Direction
    from shiftscope.model.target import Feature as Feature
    from shiftscope.model.target import Logit as Logit
    from shiftscope.model.target import Neuron as Neuron
    from shiftscope.model.target import Sum as Sum
    from shiftscope.model.untrained import untrained as untrained
    from shiftscope.study import Study as Study
    from shiftscope.study import open_study as open_study
    from shiftscope.web.report.report import report as report
    from shiftscope.web.server.server import view as view

# Imported when first used: the viewer's process must start without torch.
_WHERE = {
    "Channel": "shiftscope.model.target",
    "Direction": "shiftscope.model.target",
    "Feature": "shiftscope.model.target",
    "Logit": "shiftscope.model.target",
    "Neuron": "shiftscope.model.target",
    "Sum": "shiftscope.model.target",
    "Layer": "shiftscope.model.survey.layer",
    "Preprocess": "shiftscope.datasets.pictures.preprocess",
    "Sample": "shiftscope.datasets.sample",
    "ShiftscopeError": "shiftscope.errors",
    "Second": "shiftscope.explain.visualisation.belief.second_network",
    "Study": "shiftscope.study",
    "attribute": "shiftscope.explain.attribution.attribute",
    "dataset": "shiftscope.datasets.source:as_dataset",
    "dictionary": "shiftscope.derived.derivation",
    "list_layers": "shiftscope.model.survey.layer_choice",
    "objective": "shiftscope.explain.visualisation.objective",
    "open_study": "shiftscope.study",
    "paths": "shiftscope.flow.paths",
    "probe_module": "shiftscope.explain.attribution.units",
    "report": "shiftscope.web.report.report",
    "shift": "shiftscope.datasets.shifts.shift",
    "stimuli": "shiftscope.datasets.stimuli:",
    "untrained": "shiftscope.model.untrained",
    "view": "shiftscope.web.server.server",
    "visualise": "shiftscope.explain.visualisation.visualise",
}
__all__ = [
    "Channel",
    "Direction",
    "Feature",
    "Layer",
    "Logit",
    "Neuron",
    "Preprocess",
    "Sample",
    "Second",
    "ShiftscopeError",
    "Study",
    "Sum",
    "attribute",
    "dataset",
    "dictionary",
    "list_layers",
    "objective",
    "open_study",
    "paths",
    "probe_module",
    "report",
    "shift",
    "stimuli",
    "untrained",
    "view",
    "visualise",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'shiftscope' has no attribute {name!r}")
    where, colon, attribute = _WHERE[name].partition(":")  # nothing behind the colon: the module itself
    module = importlib.import_module(where)
    return module if colon and not attribute else getattr(module, attribute or name)


def __dir__() -> list[str]:
    return [*globals(), *_WHERE]
