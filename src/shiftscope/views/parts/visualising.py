"""What has pictures drawn for a unit: a form where the model is at hand, a command elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Computation, Field
from shiftscope.views.parts.computation import computation

USUAL_RANGE = "0 1"  # proposed where a dataset tells of no preprocessing


def drawing_form(
    study: StoredStudy,
    title: str,
    text: str,
    *,
    parameters: Mapping[str, object],
    page: str,
    methods: Sequence[str],
    datasets: Sequence[str],
    fields: Sequence[Field] = (),
) -> Computation | None:
    """A form for the job `visualise`; None where there is no model at hand. What there is one of is no choice."""
    asked = [
        Field("method", "Method", methods[0], "How it is drawn.", choices=methods),
        Field("dataset", "Colours of", datasets[0], "Whose colours and spectra it has.", choices=datasets),
    ]
    open_to_choice = [field for field in asked if len(field.choices) > 1]
    fixed = {field.name: field.value for field in asked if len(field.choices) == 1}
    draft = Field(
        "draft", "Draft", "true", "true for a draft, false for the whole.", choices=("true", "false")
    )
    return computation(
        study,
        title,
        text,
        kind="visualise",
        parameters={**parameters, **fixed},
        page=page,
        fields=[*fields, *open_to_choice, draft, *_range(study, datasets)],
        button="Draw",
    )


def _range(study: StoredStudy, datasets: Sequence[str]) -> list[Field]:
    if all(preprocessed(study, name) for name in datasets):
        return []
    says = "Lower and upper end of the model's inputs, which no preprocessing tells."
    return [Field("range", "Range of inputs", USUAL_RANGE, says)]


def preprocessed(study: StoredStudy, dataset: str) -> bool:
    """Whether a dataset's recording tells how its pictures become inputs."""
    return isinstance(study[dataset].plan.source.get("preprocess"), Mapping)


def command(
    study: StoredStudy, layer: str, unit: int, method: str, dataset: str, sample: int | None = None
) -> str:
    """The line for a terminal; which model, only the reader knows."""
    words = ["shiftscope", "visualise", str(study.path), "--layer", layer, "--unit", str(unit)]
    words += ["--method", method, "--dataset", dataset]
    if sample is not None:
        words += ["--sample", str(sample)]
    if not preprocessed(study, dataset):
        words += ["--range", *USUAL_RANGE.split()]
    return f"{shlex.join([*words, '--draft'])} --model ..."
