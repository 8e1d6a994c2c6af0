"""What a model answers to a few inputs, by which it is known again: weights do not tell what code makes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from shiftscope.errors import ModelError
from shiftscope.model.answer import Answer
from shiftscope.model.answers import Answers, refuse_other_answers
from shiftscope.model.beside_weights import beside_weights
from shiftscope.model.evaluation.evaluation import device_and_dtype, observed
from shiftscope.model.forward import forward
from shiftscope.model.output import logits_in
from shiftscope.model.provenance import versions
from shiftscope.model.survey.survey import Survey

MOST_BYTES = 2**24  # of inputs that are kept in a study
MOST_CATEGORIES = 1000
TF32 = 2.0**-10  # in which accelerators may multiply float32


@dataclass(frozen=True, eq=False)
class KnownAnswers:
    """Inputs (sample, ...) on the CPU, and the answers to them."""

    inputs: torch.Tensor
    answers: Answers

    @classmethod
    def of(cls, survey: Survey, answer: Answer) -> KnownAnswers:
        """What the model answered when it was first looked at."""
        logits = logits_in(survey.output, answer.output, len(survey.inputs))
        answers = answers_of(survey.model, logits, survey.beside_weights(), survey.autocast)
        return cls(survey.inputs.cpu(), answers)

    def to_keep(self) -> KnownAnswers | None:
        """Those of as many inputs as a study keeps; None where one alone is too large."""
        size = self.inputs[0].nbytes
        few = min(len(self.inputs), MOST_BYTES // max(size, 1))
        return KnownAnswers(self.inputs[:few], self.answers.first(few)) if few else None

    def refuse_unlike(
        self, model: nn.Module, answer: Answer, *, twice: bool = True, alone: bool = False
    ) -> None:
        """Show the inputs to `model`, and refuse one that answers otherwise.

        Parameters
        ----------
        twice
            Show them twice: the answers kept may have drawn the random numbers that the first pass draws. Once tells
            as much where they are of a study, which no model made that draws any.
        alone
            Show the first one by itself too, as some of them will be.

        Raises
        ------
        StudyMismatch
            It does, by more than rounding explains.
        ModelError
            It answers otherwise each time it is asked, or not at all.
        """

        def shown(inputs: torch.Tensor) -> torch.Tensor:
            return logits_in(forward(model, inputs, answer.autocast), answer.output, len(inputs))

        device, dtype = device_and_dtype(model)
        inputs = self.inputs.to(device, dtype if self.inputs.is_floating_point() else None)
        with observed(model):  # both in one state, so that random numbers go on in between
            logits = shown(inputs)
            again = shown(inputs) if twice else logits
            if alone:
                shown(inputs[:1])
        now = answers_of(model, logits, beside_weights(model), answer.autocast)
        differs = self.answers.difference(now)
        if differs and not twice:
            self.refuse_unlike(model, answer)  # which says whether it answers otherwise each time
        if dataclasses.replace(now, beside={}).difference(answers_of(model, again, {}, answer.autocast)):
            raise ModelError(
                "the model answers otherwise each time that it is shown the same inputs, so what is recorded of "
                "it could not be found again. In eval mode it draws random numbers, as F.dropout does without "
                "training=self.training: switch that off, or draw from a generator that forward() seeds."
            )
        refuse_other_answers(differs)
        self.answers.tell_other_torch(now)


def answers_of(
    model: nn.Module, logits: torch.Tensor, beside: Mapping[str, Any], autocast: str = ""
) -> Answers:
    """What `model` answered: its logits (sample, category), and what it holds `beside` its weights."""
    numbers = torch.nan_to_num(logits[:, :MOST_CATEGORIES].detach().double().cpu(), 0.0, 0.0, 0.0)
    now = versions()
    told = {name: now[name] for name in ("shiftscope", "torch")}
    return Answers(numbers.numpy(), _rounding(model, autocast), beside, told)


def _rounding(model: nn.Module, autocast: str) -> float:
    device, dtype = device_and_dtype(model)
    eps = torch.finfo(getattr(torch, autocast) if autocast else dtype).eps
    return float(max(eps, TF32 if device.type != "cpu" else 0.0))
