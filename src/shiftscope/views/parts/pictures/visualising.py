"""What has pictures drawn for a unit: a form where the model is at hand, a command elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from shiftscope.explain.visualisation.picture_question import FROM_NOISE, USUAL_METHOD, PictureQuestion
from shiftscope.store.layout import LOGITS
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
    datasets: Sequence[str],
    kind: str = "visualise",
    fields: Sequence[Field] = (),
    believe: bool = True,
) -> Computation | None:
    """A form for a job that draws, which asks for method and dataset where `parameters` leave them open; None where
    there is no model at hand. What there is one of is no choice.

    Parameters
    ----------
    datasets
        Whose colours and spectra it may have.
    """
    asked = [
        Field("method", "Method", USUAL_METHOD, "How it is drawn.", choices=FROM_NOISE),
        Field("dataset", "Colours of", datasets[0], "Whose colours and spectra it has.", choices=datasets),
    ]
    asked = [field for field in asked if field.name not in parameters]
    open_to_choice = [field for field in asked if len(field.choices) > 1]
    fixed = {field.name: field.value for field in asked if len(field.choices) == 1}
    draft = Field(
        "draft", "Draft", "true", "Fewer steps, of fewer views: sooner there, and coarser.", tick=True
    )
    says = "Measures how much of it to believe, for which three more pictures are drawn."
    trust = [Field("believe", "Believe it?", "true", says, tick=True)] if believe else []
    return computation(
        study,
        title,
        text,
        kind=kind,
        parameters={**parameters, **fixed},
        page=page,
        fields=[*fields, *open_to_choice, draft, *trust, *range_field(study, datasets)],
        button="Draw",
    )


def range_field(study: StoredStudy, datasets: Sequence[str]) -> list[Field]:
    """What asks for the range of inputs, where no preprocessing tells it."""
    if all(preprocessed(study, name) for name in datasets):
        return []
    says = "Lower and upper end of the model's inputs, which no preprocessing tells."
    return [Field("range", "Range of inputs", USUAL_RANGE, says)]


def preprocessed(study: StoredStudy, dataset: str) -> bool:
    """Whether a dataset's recording tells how its pictures become inputs."""
    return isinstance(study[dataset].plan.source.get("preprocess"), Mapping)


def believable(study: StoredStudy, layer: str) -> bool:
    """Whether there are single responses to hold a picture against."""
    return layer == LOGITS or study[study.reference].holding(layer).keeps_responses


def command(
    study: StoredStudy, layer: str, unit: int, method: str, dataset: str, sample: int | None = None
) -> str:
    """The line for a terminal; which model, only the reader knows."""
    words = [
        *at_unit("visualise", study, layer),
        "--unit",
        str(unit),
        "--method",
        method,
        "--dataset",
        dataset,
    ]
    if sample is not None:
        words += ["--sample", str(sample)]
    return draft_line(study, dataset, *words, further=["--believe"] if believable(study, layer) else [])


def command_again(study: StoredStudy, question: PictureQuestion, *further: str) -> str:
    """The line that draws a picture as it was drawn, with what else is asked of it."""
    words = [*at_unit("visualise", study, question.layer), "--unit", str(question.unit)]
    words += ["--method", question.method, "--dataset", question.dataset]
    given: dict[str, Any] = {
        "--sample": question.sample,
        "--steps": question.steps,
        "--crops": question.crops,
        "--size": None if question.size is None else question.size[0],
        "--seed": question.seed or None,
    }
    for name, value in given.items():
        words += [] if value is None else [name, str(value)]
    if question.range is not None:
        words += ["--range", *(f"{end:g}" for end in question.range)]
    options = [f"{name}={value}" for name, value in question.options.items() if value not in (None, "")]
    words += ["--option", *options] if options else []
    return f"{shlex.join([*words, *further])} --model ..."


def draft_line(study: StoredStudy, dataset: str, *words: str, further: Sequence[str] = ()) -> str:
    """The words as a line for a terminal that draws a draft, with the range that no preprocessing tells."""
    return f"{shlex.join([*words, *usual_range(study, dataset), '--draft', *further])} --model ..."


def usual_range(study: StoredStudy, dataset: str) -> list[str]:
    return [] if preprocessed(study, dataset) else ["--range", *USUAL_RANGE.split()]


def at_unit(verb: str, study: StoredStudy, layer: str) -> list[str]:
    """How the line begins, up to what says which unit."""
    return ["shiftscope", verb, str(study.path), *([] if layer == LOGITS else ["--layer", layer])]
