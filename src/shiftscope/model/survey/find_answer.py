"""What of a model's output is its answer, from what it gave for a few inputs."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from shiftscope.errors import BadRequest, ModelError
from shiftscope.model.answer import Answer
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.forward import forward
from shiftscope.model.output import answer_item, logits_in, one_number
from shiftscope.model.survey.survey import Survey
from shiftscope.shard import Outputs

REACH = 100  # how far inputs are moved: beyond where a sum of products stays, within half precision


def find_answer(
    survey: Survey,
    categories: Sequence[str],
    *,
    output: str | int | None = None,
    outputs: Outputs = "auto",
    kept: bool = True,
) -> tuple[tuple[str, ...], Answer]:
    """The category names, numbers where none are given; and what is the answer.

    Probabilities, none negative and summing to one, are kept as their logarithms: the softmax of those is right.

    Parameters
    ----------
    output
        Name or number of a part of the output, where it was said.
    kept
        Whether the study keeps which part it is; those of before have none but the first tensor, or `logits`.

    Raises
    ------
    ModelError
        The model gives another number of logits than there are names, or what can be read in several ways.
    BadRequest
        Another part than a study of before reads.
    """
    samples = len(survey.inputs)
    item = answer_item(survey.output, output, samples, len(categories))
    logits = logits_in(survey.output, item, samples)
    if not kept and logits is not logits_in(survey.output):
        raise BadRequest(
            f"the answer is output {item!r}, and this study is of a format in which the first one is read. Create "
            "a new study."
        )
    if logits.shape[1] == 1:
        raise ModelError(one_number(logits))
    names = tuple(categories) or tuple(map(str, range(logits.shape[1])))
    if logits.shape[1] != len(names):
        raise ModelError(
            f"the model gives logits of shape {tuple(logits.shape)} for {samples} samples, and there are "
            f"{len(names)} categories. Create the study with one category name for each logit."
        )
    probabilities = outputs == "probabilities"
    if outputs == "auto":
        probabilities = are_probabilities(logits)
        if not probabilities and _stay_fractions(survey, item, logits):
            raise ModelError(
                "the model's first outputs lie between 0 and 1 and do not sum to one: they may be sigmoids, a yes or "
                "no for each of several labels, which have no one answer. Have the model give logits; if these are "
                'logits that happen to be small, say so: outputs="logits".'
            )
    return names, Answer(item, probabilities, survey.autocast)


def are_probabilities(outputs: torch.Tensor) -> bool:
    """Whether every row is one distribution: none negative, sum one."""
    sums = outputs.float().sum(1)
    fits = (outputs >= 0).all(1) & ((sums - 1).abs() < 1e-2)
    return bool(fits.all())  # once: an accelerator is waited for here


def _stay_fractions(survey: Survey, item: str | int | None, logits: torch.Tensor) -> bool:
    """Whether outputs lie between 0 and 1, and still do where the inputs are moved far up and down, if they can be.

    Of a model that was not trained, logits of a few samples may well lie there.
    """
    if not _are_fractions(logits):
        return False
    if not survey.inputs.is_floating_point():
        return True
    with observed(survey.model):
        moved = [
            logits_in(
                forward(survey.model, survey.inputs * factor, survey.autocast), item, len(survey.inputs)
            )
            for factor in (REACH, -REACH)
        ]
    return all(_are_fractions(each) or not each.isfinite().all() for each in moved)


def _are_fractions(outputs: torch.Tensor) -> bool:
    return bool((outputs >= 0).all() and (outputs <= 1).all() and (outputs > 0).any())
